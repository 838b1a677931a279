"""What this app's slash commands are called: its manifest may have other names for them, such as `/imagine-dev`.

Slack tells the name with each command and nowhere else, so what was heard once is kept.
"""

from __future__ import annotations

import json
from typing import Protocol

import structlog

from bot.domain.card import CommandWord, Text
from bot.domain.errors import StoreUnavailable

_log = structlog.get_logger(__name__)

DRAW, ACCOUNT = "/imagine", "/easel"
_KEY = "slack:commands"
# The page has a command of its own for each of these; here they are words behind one.
_WORDS = {"/gallery starred": "starred", "/studio": "settings"}


class Meta(Protocol):
    """A few facts that outlive the process."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str) -> None: ...


class CommandNames:
    """Of all workspaces: they have the app from one manifest. `bot` is the bot's handle, where it is known."""

    def __init__(self, meta: Meta | None = None) -> None:
        self._meta = meta
        self.draw, self.account, self.bot = DRAW, ACCOUNT, ""

    async def recall(self) -> None:
        """The names that an earlier life has heard."""
        try:
            kept = json.loads((self._meta and await self._meta.get(_KEY)) or "{}")
        except (StoreUnavailable, ValueError) as error:
            _log.info("command_names_not_read", action="connect", error=str(error))
            return
        self.draw, self.account = str(kept.get("draw") or self.draw), str(kept.get("account") or self.account)

    def is_account(self, command: str) -> bool:
        """Whether it is `/easel`: the one with that name in it, or with the bot's. Every other one draws."""
        return "easel" in command.lower() or command.lower() == f"/{self.bot.lower()}"

    async def heard(self, command: str) -> None:
        before = (self.draw, self.account)
        if self.is_account(command):
            self.account = command
        else:
            self.draw = command
        if self._meta is None or before == (self.draw, self.account):
            return
        try:
            await self._meta.set(_KEY, json.dumps({"draw": self.draw, "account": self.account}))
        except StoreUnavailable as error:
            _log.info("command_names_not_kept", action="listen", error=str(error))

    def shown(self, part: str) -> str:
        """A part of a text; a command as it has to be typed here."""
        if not isinstance(part, CommandWord):
            return part
        if part == DRAW:
            return self.draw
        if part == ACCOUNT:
            return self.account
        return f"{self.account} {_WORDS.get(part, part[1:])}"

    def within(self, text: str) -> str:
        """A line of ours that is one text, such as a heading or what can be copied."""
        return text.replace(DRAW, self.draw)

    def words(self, text: Text) -> str:
        """A text without moments."""
        return "".join(self.shown(part) for part in text if isinstance(part, str))
