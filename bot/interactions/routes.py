"""What a route is: how it answers first, and what it then does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from bot.actions.actions import Actions

from .inputs import Input
from .replies import Replies

Run: TypeAlias = Callable[[Input, Actions], Awaitable[Replies]]


class First(Enum):
    """What is answered within three seconds, before anything is looked up."""

    ALONE = auto()  # something for this person alone is on its way
    CHANNEL = auto()  # something for everybody is on its way
    SILENT = auto()  # the press was heard, and the pressed message may change
    ORDER = auto()  # nothing: the order is next, and answers with the job's card
    BESIDE = auto()  # as ORDER, but the card comes beside the pressed message, which may change
    FORM = auto()  # nothing: a form can only be the first answer


@dataclass(frozen=True, slots=True)
class Route:
    """`first` is instant and asks nobody. `run` raises Refused; InvalidFields for what was sent in a form.

    `slow`: it may take so long that the pressed message says so meanwhile, without its buttons.
    """

    run: Run
    first: First | Callable[[Input], First]
    slow: bool = False

    def first_for(self, given: Input) -> First:
        return self.first if isinstance(self.first, First) else self.first(given)
