"""How a command of the operator's ends when it can't be done."""

from __future__ import annotations

from enum import IntEnum

from bot.domain.errors import EaselError


class Exit(IntEnum):
    DONE = 0
    TROUBLE = 1  # the database, the disk, a bot that doesn't answer
    WRONG = 2  # the command itself, or what it asks for


class WrongCall(EaselError):
    """The command can't be done as it was given; the message says what to give."""


class Trouble(EaselError):
    """The database, the disk or the running bot is in the way; the message says what to do."""
