"""`/channels/{id}/messages` and what hangs on a message."""

from typing import Any
from urllib.parse import unquote

from . import posting, rules
from .call import Call
from .core import Core
from .errors import (
    ApiError,
    cannot_message_user,
    missing_access,
    missing_permissions,
    not_found,
    not_your_message,
    thread_is_archived,
    wrong_channel_type,
)
from .messages import Json, Message
from .world import Channel


def channel_for(core: Core, call: Call) -> Channel:
    """The channel at the start of the path, if the bot can see it."""
    channel = core.world.channels.get(call.id(0))
    if channel is None:
        raise not_found("Channel")
    if not core.world.reaches(channel) or not core.world.permissions(core.bot, channel).view_channel:
        raise missing_access()
    return channel


def message_for(core: Core, call: Call, channel: Channel) -> Message:
    message = channel.all_messages.get(call.id(1))
    if message is None or message.deleted or message.ephemeral:
        raise not_found("Message")
    return message


def _may_post(core: Core, call: Call, channel: Channel) -> None:
    if channel.parent is None and channel.type.name in {"forum", "category"}:
        raise wrong_channel_type()
    if channel.guild is None:
        person = next(one for one in channel.recipients if one is not core.bot)
        shares = person.has_app or any(
            person.id in guild.members and core.bot.id in guild.members for guild in core.world.guilds.values()
        )
        if not person.dms_open or not shares:
            raise cannot_message_user()
        return
    allowed = core.world.permissions(core.bot, channel)
    needed = [allowed.send_messages]
    needed += [allowed.attach_files] if call.files else []
    needed += [allowed.embed_links] if call.json.get("embeds") else []
    if not all(needed):
        raise missing_permissions()
    if channel.archived and channel.locked:
        raise thread_is_archived()


def post(core: Core, call: Call) -> Json:
    channel = channel_for(core, call)
    _may_post(core, call, channel)
    data = call.json
    if earlier := posting.already_posted(core, data):
        return core.writer.write(earlier) | {"nonce": data["nonce"]}
    reference = data.get("message_reference")
    if reference:
        replied = channel.all_messages.get(int(reference["message_id"]))
        if not core.world.permissions(core.bot, channel).read_message_history:
            raise ApiError(400, 160002, "Cannot reply without permission to read message history")
        if replied is None or replied.deleted or replied.ephemeral:
            if reference.get("fail_if_not_exists", True):
                raise ApiError(400, 50035, "Invalid Form Body: message_reference: Unknown message")
            data = {key: value for key, value in data.items() if key != "message_reference"}
    channel.archived = False
    message = posting.create(core, call, data, channel, allowed_flags=rules.FLAGS_POSTED)
    posting.remember_nonce(core, data, message)
    body = core.writer.write(message)
    if message.nonce is not None:
        body["nonce"] = message.nonce
    return body


def listing(core: Core, call: Call) -> list[Json]:
    """The newest first, at most `limit`; `after` gives the oldest of those that are newer."""
    channel = channel_for(core, call)
    if not core.world.permissions(core.bot, channel).read_message_history:
        return []
    query = {key: int(value) for key, value in call.query.items()}
    limit = query.get("limit", 50)
    found = list(channel.messages)
    if "after" in query:
        found = [one for one in found if one.id > query["after"]][:limit]
    elif "around" in query:
        newer = [one for one in found if one.id >= query["around"]][: limit // 2 + 1]
        older = [one for one in found if one.id < query["around"]]
        found = older[-(limit // 2) :] + newer
    elif "before" in query:
        found = [one for one in found if one.id < query["before"]]
    return [core.writer.write(one) for one in reversed(found[-limit:])]


def get(core: Core, call: Call) -> Json:
    channel = channel_for(core, call)
    if not core.world.permissions(core.bot, channel).read_message_history:
        raise missing_access()
    return core.writer.write(message_for(core, call, channel))


def edit(core: Core, call: Call) -> Json:
    channel = channel_for(core, call)
    message = message_for(core, call, channel)
    if message.author_id != core.bot.id:
        raise not_your_message()
    if channel.archived:
        raise thread_is_archived()
    if channel.guild and call.files and not core.world.permissions(core.bot, channel).attach_files:
        raise missing_permissions()
    posting.edit(core, call, message, call.json)
    return core.writer.write(message)


def delete(core: Core, call: Call) -> None:
    channel = channel_for(core, call)
    message = message_for(core, call, channel)
    if message.author_id != core.bot.id:
        if channel.guild is None:
            raise ApiError(403, 50003, "Cannot execute action on a DM channel")
        if not core.world.permissions(core.bot, channel).manage_messages:
            raise missing_permissions()
    posting.delete(core, message)


def delete_many(core: Core, call: Call) -> None:
    channel = channel_for(core, call)
    if not core.world.permissions(core.bot, channel).manage_messages:
        raise missing_permissions()
    for number in call.json["messages"]:
        message = channel.all_messages.get(int(number))
        if message is not None and not message.deleted and not message.ephemeral:
            posting.delete(core, message)


def react(core: Core, call: Call) -> None:
    channel = channel_for(core, call)
    if channel.guild and not core.world.permissions(core.bot, channel).add_reactions:
        raise missing_permissions()
    message_for(core, call, channel).reactions.add((core.bot.id, unquote(call.args[2])))
    core.changed()


def unreact(core: Core, call: Call) -> None:
    message_for(core, call, channel_for(core, call)).reactions.discard((core.bot.id, unquote(call.args[2])))
    core.changed()


def _set_pin(core: Core, call: Call, *, pinned: bool) -> None:
    channel = channel_for(core, call)
    if channel.guild and not core.world.permissions(core.bot, channel).pin_messages:
        raise missing_permissions()
    message_for(core, call, channel).pinned = pinned
    core.changed()


def pin(core: Core, call: Call) -> None:
    _set_pin(core, call, pinned=True)


def unpin(core: Core, call: Call) -> None:
    _set_pin(core, call, pinned=False)


ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/channels/{}/messages", listing),
    ("POST", "/channels/{}/messages", post),
    ("POST", "/channels/{}/messages/bulk-delete", delete_many),
    ("PUT", "/channels/{}/messages/pins/{}", pin),
    ("DELETE", "/channels/{}/messages/pins/{}", unpin),
    ("GET", "/channels/{}/messages/{}", get),
    ("PATCH", "/channels/{}/messages/{}", edit),
    ("DELETE", "/channels/{}/messages/{}", delete),
    ("PUT", "/channels/{}/messages/{}/reactions/{}/@me", react),
    ("DELETE", "/channels/{}/messages/{}/reactions/{}/@me", unreact),
)
