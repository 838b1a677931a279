"""The options that a card shows in a line, read back: all that is left of a request whose job is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.cards.sentences import words
from bot.domain.models import MODEL
from bot.domain.style import STYLES
from bot.grammar.options import STYLE

_LANGUAGES = ("en", "zh-CN")


def read_options(text: str, own_styles: Mapping[str, str]) -> dict[str, Any]:
    """What `options_line` wrote, in any language, somewhere in `text`; empty if it is not there.

    `own_styles` are the community's: the words of each by its name, which is what a card shows.
    """
    styles = {style: style for style in own_styles}
    styles |= {STYLE.label(style, language): style for style in STYLES for language in _LANGUAGES}
    numbers = {
        words("pictures", language, n=n): n for language in _LANGUAGES for n in range(1, MODEL.most_pictures + 1)
    }
    clarities = {str(clarity): clarity for clarity in MODEL.clarities}
    for line in text.splitlines():
        parts = [part.strip() for part in line.split(" · ")]
        ratio = next((part for part in parts if part in MODEL.ratios), None)
        clarity = next((clarities[part] for part in parts if part in clarities), None)
        if ratio is None or clarity is None:
            continue
        found: dict[str, Any] = {"ratio": ratio, "clarity": clarity}
        if (number := next((numbers[part] for part in parts if part in numbers), None)) is not None:
            found["n"] = number
        if (style := next((styles[part] for part in parts if part in styles), None)) is not None:
            found |= {"style": style, "style_words": own_styles.get(style, "")}
        return found
    return {}
