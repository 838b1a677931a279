"""Which of our two languages a locale gets."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh-CN"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-CN")


def language(locale: str) -> Language:
    """Any Chinese (`zh`, `zh-TW`, `zh_Hant_HK`) reads Simplified Chinese, everybody else English."""
    return "zh-CN" if locale.replace("_", "-").lower().split("-")[0] == "zh" else "en"
