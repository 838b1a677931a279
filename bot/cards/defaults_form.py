"""The form of one person's own defaults, as every platform shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.sentences import words
from bot.domain.defaults import Defaults
from bot.grammar.options import OPTIONS, STYLE, Choice, Option

UNSET = "-"  # the name of no style; PersonalDefaults reads it as nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultField:
    """One choice among several; `name` is the option's, the first of `choices` takes a default away."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    chosen: str


def default_fields(own: Defaults, styles: Sequence[str], locale: str) -> list[DefaultField]:
    """`styles` are those of the place."""
    return [_field(option, getattr(own, option.name), styles, locale) for option in OPTIONS]


def _field(option: Option, own: str | int | None, styles: Sequence[str], locale: str) -> DefaultField:
    offered = [Choice(UNSET, words("defaults-unset", locale))]
    offered += [Choice(str(value), label) for value, label in option.choices(locale)]
    if option is STYLE:
        offered += [Choice(style, style) for style in styles]
    chosen = UNSET if own is None else str(own)
    if chosen not in {choice.value for choice in offered}:  # a style of another community
        offered.append(Choice(chosen, chosen))
    label = words(f"form-{option.name}", locale)
    return DefaultField(name=option.name, label=label, choices=tuple(offered), chosen=chosen)
