"""Which guilds and workspaces are served: the operator's list, ALLOWED_COMMUNITIES."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bot.domain.people import Person

DM, USER_INSTALL = "dm", "user-install"
# What an entry of each platform may name. https://docs.discord.com/developers/reference#snowflakes,
# https://docs.slack.dev/reference/objects/team-object: T… is a workspace, E… an Enterprise Grid organization.
_NAMES: Mapping[str, re.Pattern[str]] = {
    "discord": re.compile(rf"[0-9]{{1,20}}|{DM}|{USER_INSTALL}"),
    "slack": re.compile(r"[TE][A-Z0-9]{1,20}"),
}
_LEGAL = (
    "Write a guild as discord:81384788765712384, a workspace as slack:T024BE7LD, an Enterprise Grid organization as "
    "slack:E024BE7LD, private conversations as discord:dm, and people who installed the app for themselves as "
    "discord:user-install, parted by commas"
)


@dataclass(frozen=True, slots=True)
class AllowedCommunities:
    """`names` as in the list, platform and all; None: everybody is served. Page and terminal always are."""

    names: frozenset[str] | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """Nothing, or `all`, is everybody. ValueError, with a sentence, names the first entry that is none."""
        entries = [entry.strip() for entry in text.split(",")]
        if [entry.lower() for entry in entries] in ([""], ["all"]):
            return cls()
        for entry in entries:
            platform, _, name = entry.partition(":")
            if platform not in _NAMES or not _NAMES[platform].fullmatch(name):
                raise ValueError(f"“{entry}” names no community. {_LEGAL}.")
        return cls(frozenset(entries))

    def serves(self, person: Person) -> bool:
        """Whether this person may ask for pictures where they are."""
        if self.names is None or person.platform not in _NAMES:
            return True
        names = person.allowed_as or (person.community_id,)
        return any(f"{person.platform}:{name}" in self.names for name in names)


EVERYBODY = AllowedCommunities()
