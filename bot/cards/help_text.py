"""What can be typed, from THE table."""

from __future__ import annotations

from bot.cards.phrases import listed
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Text, Tone
from bot.grammar.options import OPTIONS, Option


def help_text(locale: str) -> Card:
    """One line per option with its legal values, and how else they may be typed."""
    lines = option_lines(locale)
    lines.append(sentence("help-also", locale))
    lines.append(sentence("help-quote", locale))
    lines.append(sentence("help-matrix", locale))
    return Card(
        tone=Tone.DONE,
        heading=words("help-heading", locale),
        status=sentence("help-usage", locale),
        notes=tuple(lines),
    )


def option_lines(locale: str) -> list[Text]:
    """Each option with its legal values."""
    return [_line(option, locale) for option in OPTIONS]


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
