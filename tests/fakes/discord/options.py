"""A person's typed options as Discord sends them, refused where its own editor would refuse them."""

from collections.abc import Mapping
from typing import Any

from . import posting
from .call import Upload
from .core import Core
from .messages import Json
from .payloads import attachment_json, channel_json, member_json, role_json, user_json
from .world import Channel, Guild, Role, User

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)
KINDS: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    USER: (User,),
    CHANNEL: (Channel,),
    ROLE: (Role,),
    MENTIONABLE: (User, Role),
    NUMBER: (int, float),
    ATTACHMENT: (Upload,),
}


class CannotDoThat(AssertionError):
    """Discord's own client would not let a person do this: the test asks for the impossible."""


class Resolver:
    """Collects the `resolved` part of an interaction's data."""

    def __init__(self, core: Core, guild: Guild | None, channel: Channel) -> None:
        self._core = core
        self._guild = guild
        self._channel = channel
        self.resolved: Json = {}

    def _put(self, kind: str, number: int, body: Json) -> str:
        self.resolved.setdefault(kind, {})[str(number)] = body
        return str(number)

    def user(self, user: User) -> str:
        if self._guild is not None and user.id in self._guild.members:
            member = self._guild.members[user.id]
            allowed = self._core.world.permissions(user, self._channel)
            self._put("members", user.id, member_json(member, with_user=False, permissions=allowed))
        return self._put("users", user.id, user_json(user))

    def value(self, given: Any) -> Any:
        """What stands in an option for the given value: an id for things, else the value itself."""
        if isinstance(given, User):
            return self.user(given)
        if isinstance(given, Role):
            return self._put("roles", given.id, role_json(given))
        if isinstance(given, Channel):
            return self._put("channels", given.id, channel_json(given) | {"permissions": "0"})
        if isinstance(given, Upload):
            kept = posting.attachment(self._core, given)
            now = self._core.clock.seconds()
            return self._put("attachments", kept.id, attachment_json(self._core.cdn, self._channel.id, kept, now))
        return given


def fill(command: Json, path: list[str], given: Mapping[str, Any], resolver: Resolver) -> list[Json]:
    """Options for a command or the subcommand that `path` leads to; raises `CannotDoThat`."""
    options = command.get("options") or []
    if path:
        inner = next((one for one in options if one["name"] == path[0] and one["type"] in {1, 2}), None)
        if inner is None:
            raise CannotDoThat(f"/{command['name']} has no subcommand {path[0]!r}")
        return [{"name": inner["name"], "type": inner["type"], "options": fill(inner, path[1:], given, resolver)}]
    if any(one["type"] in {1, 2} for one in options):
        raise CannotDoThat(f"/{command['name']} needs one of its subcommands")
    known = {one["name"]: one for one in options}
    if unknown := set(given) - set(known):
        raise CannotDoThat(f"/{command['name']} has no option {sorted(unknown)}; it has {sorted(known)}")
    missing = {name for name, one in known.items() if one.get("required")} - set(given)
    if missing:
        raise CannotDoThat(f"/{command['name']} needs {sorted(missing)}")
    return [
        {"name": name, "type": known[name]["type"], "value": resolver.value(_checked(known[name], value))}
        for name, value in given.items()
    ]


def _checked(option: Json, value: Any) -> Any:
    name, kind = option["name"], option["type"]
    if choices := option.get("choices"):
        # A person picks by the name that is shown.
        for one in choices:
            shown = {one["name"], *(one.get("name_localizations") or {}).values()}
            if value == one["value"] or value in shown:
                return one["value"]
        raise CannotDoThat(f"{name}: {value!r} is not among its choices {[one['name'] for one in choices]}")
    if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
        raise CannotDoThat(f"{name}: {value!r} is not of type {kind}")
    size = len(value) if isinstance(value, str) else value
    low, high = option.get("min_length", option.get("min_value")), option.get("max_length", option.get("max_value"))
    if kind in {STRING, INTEGER, NUMBER} and ((low is not None and size < low) or (high is not None and size > high)):
        raise CannotDoThat(f"{name}: {size} is not between {low} and {high}")
    return value
