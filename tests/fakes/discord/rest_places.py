"""Users, the application, the gateway's address, guilds, channels and threads."""

from typing import Any

from discord import ChannelType

from . import posting, rules
from .call import Call
from .core import Core
from .errors import ApiError, missing_access, missing_permissions, not_found, wrong_channel_type
from .messages import Json
from .payloads import channel_json, guild_json, member_json, role_json, user_json
from .rest_messages import channel_for, message_for
from .world import Channel, Guild

IDENTIFIES_A_DAY = 1000


def me(core: Core, call: Call) -> Json:
    return user_json(core.bot) | {"locale": "en-US", "mfa_enabled": False}


def user(core: Core, call: Call) -> Json:
    found = core.world.users.get(call.id(0))
    if found is None:
        raise not_found("User")
    return user_json(found)


def application(core: Core, call: Call) -> Json:
    owner = next((one for one in core.world.users.values() if not one.bot), core.bot)
    return {
        "id": str(core.world.application_id),
        "name": "Easel",
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "verify_key": "0" * 64,
        "flags": core.gateway.application_flags,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user_json(owner),
        "team": None,
        "flags_new": str(core.gateway.application_flags),
        "eligible_oauth2_scopes": [],
        "approximate_guild_count": len(my_guilds(core, call)),
        "approximate_user_install_count": sum(one.has_app for one in core.world.users.values()),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "redirect_uris": [],
        "integration_types_config": {"0": {}, "1": {}},
    }


def gateway(core: Core, call: Call) -> Json:
    return {"url": core.gateway.url}


def gateway_bot(core: Core, call: Call) -> Json:
    left = IDENTIFIES_A_DAY - core.gateway.identifies
    return {
        "url": core.gateway.url,
        "shards": core.gateway.shards,
        "session_start_limit": {
            "total": IDENTIFIES_A_DAY,
            "remaining": left,
            "reset_after": 86_400_000,
            "max_concurrency": 16,
        },
    }


def create_dm(core: Core, call: Call) -> Json:
    person = core.world.users.get(int(call.json.get("recipient_id") or 0))
    if person is None:
        raise not_found("User")
    return channel_json(posting.open_dm(core, person), viewer=core.bot)


def _guild(core: Core, call: Call) -> Guild:
    guild = core.world.guilds.get(call.id(0))
    if guild is None:
        raise not_found("Guild")
    if not core.world.installed_in(guild):
        raise missing_access()
    return guild


def guild(core: Core, call: Call) -> Json:
    return guild_json(_guild(core, call))


def guild_channels(core: Core, call: Call) -> list[Json]:
    return [channel_json(one) for one in _guild(core, call).channels.values() if not one.is_thread]


def guild_roles(core: Core, call: Call) -> list[Json]:
    found = _guild(core, call)
    return [role_json(one) for one in (found.everyone, *found.roles.values())]


def guild_threads(core: Core, call: Call) -> Json:
    active = [channel_json(one) for one in _guild(core, call).threads() if not one.archived]
    return {"threads": active, "members": [], "has_more": False}


def guild_member(core: Core, call: Call) -> Json:
    found = _guild(core, call).members.get(call.id(1))
    if found is None:
        raise not_found("Member")
    return member_json(found)


def my_guilds(core: Core, call: Call) -> list[Json]:
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": "0",
            "features": [],
        }
        for one in core.world.guilds.values()
        if core.world.installed_in(one)
    ]


def channel(core: Core, call: Call) -> Json:
    return channel_json(channel_for(core, call), viewer=core.bot)


def edit_channel(core: Core, call: Call) -> Json:
    found = channel_for(core, call)
    allowed = core.world.permissions(core.bot, found)
    mine = found.is_thread and found.owner is core.bot
    if not (mine or (allowed.manage_threads if found.is_thread else allowed.manage_channels)):
        raise missing_permissions()
    for key in ("name", "archived", "locked", "nsfw"):
        if key in call.json:
            setattr(found, key, call.json[key])
    core.changed()
    return channel_json(found)


def typing(core: Core, call: Call) -> None:
    found = channel_for(core, call)
    if found.guild and not core.world.permissions(core.bot, found).send_messages:
        raise missing_permissions()
    found.typing += 1
    core.changed()


def _new_thread(core: Core, parent: Channel, name: str, number: int, tags: list[str]) -> Channel:
    assert parent.guild is not None
    thread = Channel(
        id=number,
        type=ChannelType.public_thread,
        name=name,
        created_at=core.clock.moment(),
        guild=parent.guild,
        parent=parent,
        owner=core.bot,
        applied_tags=tags,
    )
    parent.guild.channels[number] = core.world.channels[number] = thread
    core.gateway.dispatch(
        "THREAD_CREATE", channel_json(thread) | {"newly_created": True}, guild_id=parent.guild.id, intent=1
    )
    core.changed()
    return thread


def create_thread(core: Core, call: Call) -> Json:
    """A thread without a message, or a post in a forum with its first message."""
    parent, data = channel_for(core, call), call.json
    allowed = core.world.permissions(core.bot, parent)
    if parent.is_thread or parent.is_private:
        raise wrong_channel_type()
    number = core.world.snowflakes.new()
    if parent.type is not ChannelType.forum:
        if not allowed.create_public_threads:
            raise missing_permissions()
        return channel_json(_new_thread(core, parent, data["name"], number, []))
    if not allowed.send_messages or (call.files and not allowed.attach_files):
        raise missing_permissions()
    thread = _new_thread(core, parent, data["name"], number, data.get("applied_tags") or [])
    message = posting.create(
        core, call, data.get("message") or {}, thread, allowed_flags=rules.FLAGS_POSTED, number=number
    )
    return channel_json(thread) | {"message": core.writer.write(message)}


def create_thread_on_message(core: Core, call: Call) -> Json:
    parent = channel_for(core, call)
    message = message_for(core, call, parent)
    if not core.world.permissions(core.bot, parent).create_public_threads:
        raise missing_permissions()
    if message.id in core.world.channels:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    return channel_json(_new_thread(core, parent, call.json["name"], message.id, []))


def nothing(core: Core, call: Call) -> None:
    """Joining and leaving threads changes nothing that anybody looks at."""
    channel_for(core, call)


def no_emojis(core: Core, call: Call) -> Json:
    return {"items": []}


def empty(core: Core, call: Call) -> list[Json]:
    return []


ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/users/@me", me),
    ("GET", "/users/@me/guilds", my_guilds),
    ("POST", "/users/@me/channels", create_dm),
    ("GET", "/users/{}", user),
    ("GET", "/oauth2/applications/@me", application),
    ("GET", "/applications/@me", application),
    ("GET", "/applications/{}/emojis", no_emojis),
    ("GET", "/applications/{}/entitlements", empty),
    ("GET", "/gateway", gateway),
    ("GET", "/gateway/bot", gateway_bot),
    ("GET", "/guilds/{}", guild),
    ("GET", "/guilds/{}/channels", guild_channels),
    ("GET", "/guilds/{}/roles", guild_roles),
    ("GET", "/guilds/{}/threads/active", guild_threads),
    ("GET", "/guilds/{}/members/{}", guild_member),
    ("GET", "/channels/{}", channel),
    ("PATCH", "/channels/{}", edit_channel),
    ("POST", "/channels/{}/typing", typing),
    ("POST", "/channels/{}/threads", create_thread),
    ("POST", "/channels/{}/messages/{}/threads", create_thread_on_message),
    ("PUT", "/channels/{}/thread-members/@me", nothing),
    ("DELETE", "/channels/{}/thread-members/@me", nothing),
)
