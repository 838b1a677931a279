"""The ids of our commands: with one, a command in a text is a link that types it.

https://docs.discord.com/developers/reference#message-formatting-formats
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.card import Card, CommandWord, Text

_SUBCOMMAND = 1


class CommandMention(CommandWord):
    """A command that Discord knows by an id."""

    mention: str

    @classmethod
    def of(cls, word: str, mention: str) -> CommandMention:
        made = cls(word)
        made.mention = mention
        return made


class CommandIds:
    """As Discord has told them last; none before."""

    def __init__(self) -> None:
        self._ids: Mapping[str, str] = {}

    def learn(self, commands: Iterable[Mapping[str, Any]]) -> None:
        found: dict[str, str] = {}
        for command in commands:
            if (command.get("type") or 1) != 1 or not command.get("id"):
                continue
            inner = [one["name"] for one in command.get("options") or () if one.get("type") == _SUBCOMMAND]
            names = [f"{command['name']} {name}" for name in inner] or [command["name"]]
            found |= dict.fromkeys(names, str(command["id"]))
        self._ids = found

    def mention(self, name: str) -> str:
        """`</mydata export:1>`, or the words where the id is not known. What follows the command stays behind it."""
        first, _, rest = name.partition(" ")
        if name in self._ids:
            return f"</{name}:{self._ids[name]}>"
        return f"</{first}:{self._ids[first]}> {rest}".rstrip() if first in self._ids else f"/{name}"

    def in_text(self, text: Text) -> Text:
        return tuple(
            CommandMention.of(part, self.mention(part[1:])) if isinstance(part, CommandWord) else part for part in text
        )

    def in_card(self, card: Card) -> Card:
        return dataclasses.replace(card, status=self.in_text(card.status), notes=tuple(map(self.in_text, card.notes)))
