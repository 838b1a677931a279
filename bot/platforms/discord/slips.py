"""A button pressed twice in a moment orders once."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import discord

from bot.domain.errors import NotAllowed
from bot.domain.ports import Clock

from .limits import DOUBLE_PRESS_SECONDS

if TYPE_CHECKING:
    from .client import EaselClient

_REMEMBERED = 1000


class Slips:
    """Whoever presses the same button of the same message again at once is told so, and orders nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pressed: OrderedDict[tuple[int, int, str], float] = OrderedDict()  # until, in monotonic seconds

    @contextlib.contextmanager
    def caught(self, interaction: discord.Interaction[EaselClient]) -> Iterator[None]:
        """Raise NotAllowed `pressed-twice` for the second. What was refused may be pressed again."""
        data: Any = interaction.data or {}
        if interaction.type is not discord.InteractionType.component or interaction.message is None:
            yield
            return
        key = (interaction.user.id, interaction.message.id, str(data.get("custom_id")))
        if self._clock.monotonic() < self._pressed.get(key, 0.0):
            raise NotAllowed("pressed-twice")
        self._pressed[key] = float("inf")  # while it is being ordered
        try:
            yield
        except BaseException:
            self._pressed.pop(key, None)
            raise
        self._pressed[key] = self._clock.monotonic() + DOUBLE_PRESS_SECONDS
        self._pressed.move_to_end(key)
        while len(self._pressed) > _REMEMBERED:
            self._pressed.popitem(last=False)
