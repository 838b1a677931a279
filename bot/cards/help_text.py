"""What can be typed, from THE table."""

from __future__ import annotations

from bot.cards.phrases import listed
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Text, Tone
from bot.grammar.language import language
from bot.grammar.options import OPTIONS, Option

_EXAMPLE = {"en": "a lighthouse in a storm ratio:16:9 n:2", "zh-CN": "暴风雨中的灯塔 比例:16:9 张数:2"}
_MATRIX = {"en": "{red|blue} fox in {ink|clay}", "zh-CN": "{红|蓝}狐狸，{水墨|黏土}"}
_ALSO = ("--ar 16:9", "ratio=16:9", "比例：16：9", "x4", "4k")


def help_text(locale: str) -> Card:
    """One line per option with its legal values, and how else they may be typed."""
    tongue = language(locale)
    lines: list[Text] = [_line(option, locale) for option in OPTIONS]
    lines.append(sentence("help-also", locale, spellings=" · ".join(_ALSO)))
    lines.append(sentence("help-quote", locale))
    lines.append(sentence("help-matrix", locale, example=_MATRIX[tongue]))
    return Card(
        tone=Tone.DONE,
        heading=words("help-heading", locale),
        status=sentence("help-usage", locale, example=_EXAMPLE[tongue]),
        notes=tuple(lines),
    )


def _line(option: Option, locale: str) -> Text:
    values = listed((choice.value for choice in option.choices(locale)), locale)
    return sentence(
        "help-option",
        locale,
        name=f"{option.name}:",
        description=option.description(locale),
        values=values,
        default=str(option.default),
    )
