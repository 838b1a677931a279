"""Registering application commands, global and by guild."""

from typing import Any

from . import rules_commands
from .call import Call
from .core import Core
from .errors import InvalidForm, missing_access, not_found
from .messages import Json


def _place(core: Core, call: Call) -> tuple[int | None, int]:
    """The guild concerned (None: global) and where the command's id stands in the path."""
    if call.id(0) != core.world.application_id:
        raise missing_access()
    if "/guilds/" not in call.path:
        return None, 1
    guild = core.world.guilds.get(call.id(1))
    if guild is None or not core.world.installed_in(guild):
        raise missing_access()
    return guild.id, 2


def _complete(core: Core, guild_id: int | None, data: Json, number: int) -> Json:
    permissions = data.get("default_member_permissions")
    body = {"type": 1, "description": "", "nsfw": False, "integration_types": [0], "contexts": None}
    body |= {key: value for key, value in data.items() if value is not None}
    body |= {
        "id": str(number),
        "application_id": str(core.world.application_id),
        "version": str(core.world.snowflakes.new()),
        "default_member_permissions": None if permissions is None else str(permissions),
    }
    if guild_id is not None:
        body["guild_id"] = str(guild_id)
    return body


def _key(command: Json) -> tuple[int, str]:
    return (command.get("type") or 1, command["name"])


def _known(core: Core, call: Call) -> tuple[dict[int, Json], int]:
    guild_id, index = _place(core, call)
    commands = core.commands.get(guild_id, {})
    if call.id(index) not in commands:
        raise not_found("application command")
    return commands, call.id(index)


def listing(core: Core, call: Call) -> list[Json]:
    """Translations are left out unless they are asked for.

    https://docs.discord.com/developers/interactions/application-commands#get-global-application-commands
    """
    guild_id, _ = _place(core, call)
    found = list(core.commands.get(guild_id, {}).values())
    if call.query.get("with_localizations", "").lower() in {"1", "true"}:
        return found
    kept = _untranslated(found)
    assert isinstance(kept, list)
    return kept


def _untranslated(node: Any) -> Any:
    if isinstance(node, list):
        return [_untranslated(one) for one in node]
    if isinstance(node, dict):
        return {key: _untranslated(value) for key, value in node.items() if not key.endswith("_localizations")}
    return node


def replace_all(core: Core, call: Call) -> list[Json]:
    guild_id, _ = _place(core, call)
    wanted: list[Json] = call.body or []
    if found := list(rules_commands.commands_problems(wanted)):
        raise InvalidForm(found)
    ids = {_key(one): number for number, one in core.commands.get(guild_id, {}).items()}
    numbers = [ids.get(_key(one)) or core.world.snowflakes.new() for one in wanted]
    core.commands[guild_id] = {
        number: _complete(core, guild_id, one, number) for number, one in zip(numbers, wanted, strict=True)
    }
    core.changed()
    return list(core.commands[guild_id].values())


def create(core: Core, call: Call) -> Json:
    guild_id, _ = _place(core, call)
    others = core.commands.setdefault(guild_id, {})
    same = {_key(one): number for number, one in others.items()}.get(_key(call.json))
    rest = [one for number, one in others.items() if number != same]
    if found := list(rules_commands.commands_problems([*rest, call.json])):
        raise InvalidForm(found)
    number = same or core.world.snowflakes.new()
    others[number] = _complete(core, guild_id, call.json, number)
    core.changed()
    return others[number]


def get(core: Core, call: Call) -> Json:
    commands, number = _known(core, call)
    return commands[number]


def edit(core: Core, call: Call) -> Json:
    commands, number = _known(core, call)
    guild_id, _ = _place(core, call)
    merged = commands[number] | call.json
    if found := list(rules_commands.command_problems(merged)):
        raise InvalidForm(found)
    commands[number] = _complete(core, guild_id, merged, number)
    core.changed()
    return commands[number]


def delete(core: Core, call: Call) -> None:
    commands, number = _known(core, call)
    del commands[number]
    core.changed()


def no_overrides(core: Core, call: Call) -> list[Json]:
    _place(core, call)
    return []


CALLS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/commands", listing),
    ("PUT", "/commands", replace_all),
    ("POST", "/commands", create),
    ("GET", "/commands/{}", get),
    ("PATCH", "/commands/{}", edit),
    ("DELETE", "/commands/{}", delete),
)
ROUTES: tuple[tuple[str, str, Any], ...] = (
    *((method, "/applications/{}" + suffix, handler) for method, suffix, handler in CALLS),
    *((method, "/applications/{}/guilds/{}" + suffix, handler) for method, suffix, handler in CALLS),
    ("GET", "/applications/{}/guilds/{}/commands/permissions", no_overrides),
)
