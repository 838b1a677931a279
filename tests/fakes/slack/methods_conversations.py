"""conversations.* and users.conversations: https://docs.slack.dev/reference/methods?family=conversations"""

from base64 import b64decode, b64encode
from decimal import Decimal
from typing import Any

from . import posting
from .blocks import Json
from .call import Call
from .core import Core
from .errors import ApiError, Malformed
from .events import joined
from .messages import Message
from .payloads import Writer
from .table import Method
from .world import Channel, Installation

READ = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
PAGE = 100
MOST = 1000


def _with_scope(bot: Installation, channel: Channel, what: str) -> None:
    needed = f"{READ[channel.kind]}:{what}"
    if needed not in bot.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(bot.scopes))


def info(core: Core, call: Call) -> Json:
    channel = posting.find(core, call.installation, call.need("channel"))
    _with_scope(call.installation, channel, "read")
    body = Writer(core.world, core.origin).channel(channel, call.installation)
    if not call.flag("include_num_members"):
        body.pop("num_members", None)
    return {"channel": body}


def join(core: Core, call: Call) -> Json:
    bot = call.installation
    channel = posting.find(core, bot, call.need("channel"))
    if channel.kind != "public":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    body: Json = {}
    if bot.bot.id in channel.members:
        body = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    else:
        joined(core, channel, bot.bot)
    return {"channel": Writer(core.world, core.origin).channel(channel, bot)} | body


def leave(core: Core, call: Call) -> Json:
    channel = posting.find(core, call.installation, call.need("channel"))
    if call.installation.bot.id not in channel.members:
        return {"not_in_channel": True}
    channel.members.discard(call.installation.bot.id)
    core.changed()
    return {}


def open_(core: Core, call: Call) -> Json:
    bot = call.installation
    if call.get("channel"):
        channel = posting.find(core, bot, call.need("channel"))
        known = True
    else:
        users = [core.world.users.get(key) for key in call.need("users").split(",")]
        found = [one for one in users if one is not None]
        if len(found) != len(users):
            raise ApiError("user_not_found")
        before = len(core.world.channels)
        channel = posting.open_direct(core, bot, found)
        known = len(core.world.channels) == before
    body = Writer(core.world, core.origin).channel(channel, bot)
    more: Json = {"no_op": True, "already_open": True} if known else {}
    return {"channel": body if call.flag("return_im") else {"id": channel.id}} | more


def members(core: Core, call: Call) -> Json:
    channel = posting.find(core, call.installation, call.need("channel"))
    _with_scope(call.installation, channel, "read")
    return _page(call, sorted(channel.members), "members")


def list_(core: Core, call: Call) -> Json:
    return _list(core, call, mine=False)


def of_user(core: Core, call: Call) -> Json:
    return _list(core, call, mine=True)


def _list(core: Core, call: Call, *, mine: bool) -> Json:
    """The channels that the bot can see, or that it (or a user it names) is in."""
    bot = call.installation
    if bot.team is None and not call.get("team_id"):
        raise ApiError("missing_argument")  # an organisation's token must name the workspace
    kinds = {TYPES.get(one.strip(), "?") for one in (call.get("types") or "public_channel").split(",")}
    if "?" in kinds:
        raise ApiError("invalid_types")
    for kind in kinds:
        if f"{READ[kind]}:read" not in bot.scopes:
            raise ApiError("missing_scope", needed=f"{READ[kind]}:read", provided=",".join(bot.scopes))
    who = call.get("user") or bot.bot.id
    found = []
    for channel in core.world.channels.values():
        team = call.get("team_id")
        here = any(bot.covers(one) and team in {None, one.id} for one in channel.teams)
        inside = bot.bot.id in channel.members
        wanted = who in channel.members if mine else True
        live = not (channel.archived and call.flag("exclude_archived"))
        if here and channel.kind in kinds and (inside or not channel.is_private) and wanted and live:
            found.append(Writer(core.world, core.origin).channel(channel, bot))
    return _page(call, found, "channels")


def _page(call: Call, rows: list[Any], name: str, **more: Any) -> Json:
    """A page of rows; the cursor is the number of rows before it."""
    limit = call.number("limit", PAGE)
    if not 1 <= limit <= MOST:
        raise Malformed("invalid_limit", [("/limit", f"must be 1 to {MOST}")])
    try:
        start = int(b64decode(call.get("cursor") or "").decode() or 0)
    except ValueError:
        raise ApiError("invalid_cursor") from None
    end = start + limit
    following = b64encode(str(end).encode()).decode() if end < len(rows) else ""
    return {name: rows[start:end], "response_metadata": {"next_cursor": following}} | more


def _readable(core: Core, call: Call) -> Channel:
    """A channel whose messages the bot may read: it must be in it."""
    bot = call.installation
    channel = posting.find(core, bot, call.need("channel"))
    _with_scope(bot, channel, "history")
    if bot.bot.id not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _within(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = Decimal(call.get("oldest") or 0), Decimal(call.get("latest") or "Infinity")
    if call.flag("inclusive"):
        return [one for one in messages if oldest <= Decimal(one.ts) <= latest]
    return [one for one in messages if oldest < Decimal(one.ts) < latest]


def history(core: Core, call: Call) -> Json:
    channel = _readable(core, call)
    found = [one for one in _within(call, channel.messages) if not one.in_thread]
    return _messages(core, call, found[::-1])


def replies(core: Core, call: Call) -> Json:
    channel = _readable(core, call)
    ts = call.need("ts")
    message = channel.all_messages.get(ts)
    if message is None or message.deleted or message.ephemeral:
        raise ApiError("thread_not_found")
    if message.in_thread:
        return _messages(core, call, [message])  # a reply by itself
    parent, *others = channel.thread(ts)
    return _messages(core, call, [parent, *_within(call, others)])


def _messages(core: Core, call: Call, found: list[Message]) -> Json:
    writer, metadata = Writer(core.world, core.origin), call.flag("include_all_metadata")
    body = _page(call, [writer.message(one, metadata=metadata) for one in found], "messages")
    return body | {"has_more": bool(body["response_metadata"]["next_cursor"]), "pin_count": 0}


READS = "channel cursor limit oldest latest inclusive include_all_metadata"
LISTS = "types limit cursor exclude_archived team_id"
METHODS = [
    Method("conversations.info", info, "", "channel include_locale include_num_members", json=False),
    Method("conversations.join", join, "channels:join", "channel"),
    Method("conversations.leave", leave, "channels:write", "channel"),
    Method("conversations.open", open_, "im:write", "channel users return_im prevent_creation"),
    Method("conversations.members", members, "", "channel cursor limit", json=False),
    Method("conversations.list", list_, "", LISTS, json=False),
    Method("users.conversations", of_user, "", f"{LISTS} user", json=False),
    Method("conversations.history", history, "", READS, json=False),
    Method("conversations.replies", replies, "", f"{READS} ts", json=False),
]
