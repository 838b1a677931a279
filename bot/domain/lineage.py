"""What changed between a job and the one it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.defaults import OPTION_NAMES
from bot.domain.request import ImageRequest


@dataclass(frozen=True, slots=True)
class Change:
    """One option's value before and after. The prompt's are empty: that it changed says enough."""

    option: str
    before: str = ""
    after: str = ""


def changes(before: ImageRequest, after: ImageRequest) -> tuple[Change, ...]:
    """Nothing where the same was asked once more."""
    told = [] if before.prompt == after.prompt else [Change("prompt")]
    for option in OPTION_NAMES:
        old, new = getattr(before, option), getattr(after, option)
        if old != new:
            told.append(Change(option, _written(old), _written(new)))
    return tuple(told)


def _written(value: str | int | None) -> str:
    return "" if value is None else str(value)
