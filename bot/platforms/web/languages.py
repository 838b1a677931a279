"""Which of our languages a browser asks for."""

from __future__ import annotations


def best_locale(accept_language: str) -> str:
    """The one of our languages that an Accept-Language header likes most; English where it names none.

    https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
    """
    best, weight = "en", 0.0
    for part in accept_language[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            quality = float(value) if name == "q" else 1.0
        except ValueError:
            quality = 0.0
        language = tag.strip().lower().split("-")[0]
        found = {"en": "en", "zh": "zh-CN"}.get(language)
        if found is not None and quality > weight:
            best, weight = found, quality
    return best
