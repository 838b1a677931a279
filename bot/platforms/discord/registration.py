"""The commands as Discord is told of them, and whether it knows them so: what a start and `doctor` go by.

https://docs.discord.com/developers/interactions/application-commands#application-command-object
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import discord
from discord import app_commands
from discord.http import Route

from bot.domain.errors import PlatformError

from .faults import NO_SENSE
from .localise import TableTranslator, all_texts

Command: TypeAlias = (
    "app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu"  # as discord.py has them
)
Payload: TypeAlias = Mapping[str, Any]

# What makes a command; ids, versions and `dm_permission`, which `contexts` have replaced, don't.
_OF_A_COMMAND = ("default_member_permissions", "nsfw", "integration_types", "contexts")
_OF_A_CHOICE = ("name", "name_localizations", "value")
_OF_AN_OPTION = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
)


@dataclass(frozen=True, slots=True)
class Differences:
    """Names of commands: `missing` on Discord's side, `strange` there, `changed` in whatever Discord was told."""

    missing: Sequence[str]
    strange: Sequence[str]
    changed: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.strange or self.changed)


async def payloads(commands: Iterable[Command], tree: app_commands.CommandTree[Any]) -> list[Payload]:
    """As they are sent, in every language."""
    translator = tree.translator or TableTranslator(all_texts())
    return [await command.get_translated_payload(tree, translator) for command in commands]


async def registered(client: discord.Client, application_id: int) -> list[Payload]:
    """As Discord has them; it leaves the translations out unless it is asked for them.

    PlatformError: the answer is no list of commands.
    """
    route = Route("GET", "/applications/{application_id}/commands", application_id=application_id)
    found: Any = await client.http.request(route, params={"with_localizations": "true"})
    if not isinstance(found, list) or not all(isinstance(one, dict) and "name" in one for one in found):
        raise PlatformError(NO_SENSE)  # HTML with 200, from whatever stands between
    return found


def compare(ours: Iterable[Payload], theirs: Iterable[Payload]) -> Differences:
    told, known = _by_name(ours), _by_name(theirs)
    return Differences(
        missing=[name for _, name in sorted(told.keys() - known.keys())],
        strange=[name for _, name in sorted(known.keys() - told.keys())],
        changed=[name for _, name in sorted(told.keys() & known.keys()) if told[_, name] != known[_, name]],
    )


def digest(commands: Iterable[Payload]) -> str:
    """The same for the same commands, in whichever order and with whatever Discord adds to them."""
    said = sorted(json.dumps(_plain(one), sort_keys=True) for one in commands)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _by_name(commands: Iterable[Payload]) -> dict[tuple[int, str], Payload]:
    return {(one.get("type") or 1, one["name"]): _plain(one) for one in commands}


def _plain(command: Payload) -> Payload:
    """A command by what makes it, without what is empty or Discord's default: it may be left out on either side."""
    permissions = command.get("default_member_permissions")
    about = {name: command.get(name) for name in _OF_A_COMMAND} | {
        "type": command.get("type") or 1,
        "default_member_permissions": None if permissions is None else str(permissions),
        "integration_types": sorted(command.get("integration_types") or [0]),
        "contexts": sorted(command.get("contexts") or []),
    }
    return _some({**_option(command), **about})


def _option(option: Payload) -> Payload:
    about = {name: option.get(name) for name in _OF_AN_OPTION}
    about["choices"] = [_some({name: one.get(name) for name in _OF_A_CHOICE}) for one in option.get("choices") or []]
    about["options"] = [_option(one) for one in option.get("options") or []]
    return _some(about)


def _some(values: Payload) -> Payload:
    """0 is a value; nothing, no and empty are as good as absent."""
    return {name: value for name, value in values.items() if value or (value == 0 and value is not False)}
