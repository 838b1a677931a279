"""Storing a message that the bot creates or edits, whichever endpoint it came through."""

import io
import mimetypes
import re
from collections.abc import Iterator
from typing import Any

from discord import ChannelType, Intents
from PIL import Image

from . import rules
from .call import Call, Upload
from .core import NONCE_WINDOW, Core
from .errors import InvalidForm, empty_message, too_large
from .messages import EPHEMERAL, IS_COMPONENTS_V2, LOADING, REFERENCE, Attachment, Json, Message, pings, walk
from .world import Channel, User

EDITABLE = ("content", "embeds", "components")
KEPT_FLAGS = EPHEMERAL | IS_COMPONENTS_V2
UNSAFE = re.compile(r"[^\w.\-]")


def attachment(core: Core, upload: Upload, description: str | None = None) -> Attachment:
    """Keep an uploaded file; the type comes from its name, the size from its header."""
    guessed = mimetypes.guess_type(upload.filename)[0]
    kept = Attachment(
        id=core.world.snowflakes.new(),
        filename=UNSAFE.sub("_", upload.filename),
        data=upload.data,
        content_type=guessed or "application/octet-stream",
        description=description,
    )
    if kept.content_type.startswith("image/"):
        try:
            with Image.open(io.BytesIO(upload.data)) as picture:
                kept.width, kept.height = picture.size
        except OSError:
            pass  # Discord keeps what is no picture as a plain file
    core.uploads[kept.id] = kept
    return kept


def create(
    core: Core,
    call: Call,
    data: Json,
    channel: Channel,
    *,
    allowed_flags: int,
    author: User | None = None,
    ephemeral_for: int | None = None,
    interaction_metadata: Json | None = None,
    kind: int = 0,
    number: int | None = None,
) -> Message:
    """Check and store a new message, dispatch it, and note whom it pings."""
    author = author or core.bot
    flags = data.get("flags") or 0
    names = _check_files(core, call, data, kept={})
    _check(data, flags, allowed_flags, names)
    if not any(data.get(key) for key in (*EDITABLE, "poll", "sticker_ids")) and not call.files:
        raise empty_message()
    message = Message(
        id=number or core.world.snowflakes.new(),
        channel_id=channel.id,
        author_id=author.id,
        created_at=core.clock.moment(),
        flags=flags | (EPHEMERAL if ephemeral_for else 0),
        type=kind,
        nonce=data.get("nonce"),
        ephemeral_for=ephemeral_for,
        interaction_metadata=interaction_metadata,
    )
    reference = data.get("message_reference")
    if reference:
        message.reference = {"type": 0, "channel_id": str(channel.id), "message_id": str(reference["message_id"])}
        message.reference |= {"guild_id": str(channel.guild.id)} if channel.guild else {}
        message.type = 19
    _apply(core, call, message, data)
    replied = channel.all_messages.get(int(reference["message_id"])) if reference else None
    message.pings = pings(message.text, data.get("allowed_mentions"), replied.author_id if replied else None)
    for user in core.world.users.values():
        if str(user.id) in message.pings and ephemeral_for in {None, user.id}:
            user.notified.append(message)
    store(core, channel, message)
    return message


def store(core: Core, channel: Channel, message: Message) -> None:
    """Put a finished message into its channel and tell whoever may hear of it."""
    channel.all_messages[message.id] = message
    message.versions.append(message.text)
    announce(core, "MESSAGE_CREATE", message)


def loading(core: Core, channel: Channel, *, ephemeral_for: int | None, metadata: Json, kind: int) -> Message:
    """The "is thinking…" of a deferred answer."""
    message = Message(
        id=core.world.snowflakes.new(),
        channel_id=channel.id,
        author_id=core.bot.id,
        created_at=core.clock.moment(),
        flags=LOADING | (EPHEMERAL if ephemeral_for else 0),
        type=kind,
        ephemeral_for=ephemeral_for,
        interaction_metadata=metadata,
    )
    store(core, channel, message)
    return message


def edit(core: Core, call: Call, message: Message, data: Json, *, allowed_flags: int = rules.FLAGS_EDITED) -> None:
    """Check the message as it would stand, then change it; what is absent stays."""
    requested = data.get("flags") or 0
    if data.get("flags") is not None and message.is_v2 and not requested & IS_COMPONENTS_V2:
        raise InvalidForm.at("flags", "IS_COMPONENTS_V2 cannot be removed")
    merged = {key: getattr(message, key) for key in EDITABLE} | {
        key: value for key, value in data.items() if key in {*EDITABLE, "flags", "poll"}
    }
    kept = {one.id: one for one in message.files}
    names = _check_files(core, call, data, kept)
    _check_references(core, call, message, data)
    _check(merged, message.flags | requested, allowed_flags, names)
    if not any(merged.get(key) for key in EDITABLE) and not names and not message.loading:
        raise empty_message()
    message.flags = (message.flags & KEPT_FLAGS) | requested
    _apply(core, call, message, data)
    message.edited_at = core.clock.moment()
    message.versions.append(message.text)
    announce(core, "MESSAGE_UPDATE", message)


def delete(core: Core, message: Message) -> None:
    message.deleted = True
    announce(core, "MESSAGE_DELETE", message)


def announce(core: Core, event: str, message: Message) -> None:
    """Dispatch a message event, if the bot is there to see the message."""
    core.changed()
    channel = core.world.channels[message.channel_id]
    if message.ephemeral or not core.world.reaches(channel):
        return
    guild = channel.guild
    if guild is not None and not core.world.permissions(core.bot, channel).view_channel:
        return
    intent = Intents(guild_messages=True) if guild else Intents(dm_messages=True)
    place: Json = {"guild_id": str(guild.id)} if guild else {}
    if event == "MESSAGE_DELETE":
        body: Json = {"id": str(message.id), "channel_id": str(channel.id)}
    else:
        body = core.writer.write(message)
        if message.nonce is not None and event == "MESSAGE_CREATE":
            body["nonce"] = message.nonce
    core.gateway.dispatch(event, body | place, guild_id=guild.id if guild else None, intent=intent.value)


def already_posted(core: Core, data: Json) -> Message | None:
    """With `enforce_nonce`: the message that this author made with the same nonce lately."""
    if not data.get("enforce_nonce") or data.get("nonce") is None:
        return None
    found = core.nonces.get((core.bot.id, str(data["nonce"])))
    if found is None or core.clock.seconds() - found[0] > NONCE_WINDOW:
        return None
    return found[1]


def remember_nonce(core: Core, data: Json, message: Message) -> None:
    if data.get("nonce") is not None:
        core.nonces[core.bot.id, str(data["nonce"])] = (core.clock.seconds(), message)


def _check(data: Json, flags: int, allowed_flags: int, names: set[str]) -> None:
    problems = rules.message_problems(data, flags=flags, allowed_flags=allowed_flags, filenames=names)
    if found := list(problems):
        raise InvalidForm(found)


def _check_files(core: Core, call: Call, data: Json, kept: dict[int, Attachment]) -> set[str]:
    """Names of the files that the message will have; raises for files without entry and for large ones."""
    entries = data.get("attachments")
    if found := list(rules.file_problems(entries or [], [one.field for one in call.files])):
        raise InvalidForm(found)
    if any(len(one.data) > core.file_limit for one in call.files):
        raise too_large()
    new = {UNSAFE.sub("_", one.filename) for one in call.files}
    if entries is None:
        return new | {one.filename for one in kept.values()}
    numbers = {one.field.removeprefix("files[").removesuffix("]") for one in call.files}
    known = {str(one.id): one.filename for one in kept.values()}
    strangers = [str(one["id"]) for one in entries if str(one["id"]) not in numbers | set(known)]
    if strangers:
        raise InvalidForm([("attachments", f"there is no file with id {one}") for one in strangers])
    return new | {known[str(one["id"])] for one in entries if str(one["id"]) in known}


def _check_references(core: Core, call: Call, message: Message, data: Json) -> None:
    """What an edit shows has to be in its `attachments`: those hold all that should be there after it.

    https://docs.discord.com/developers/resources/message#edit-message. Sent back, the CDN's own address of a file is
    taken for a picture from elsewhere, and expires within a day: that is our rule and not a 400 of Discord's.
    """
    listed = {str(one["id"]) for one in data.get("attachments") or []}
    there = {UNSAFE.sub("_", one.filename) for one in call.files}
    there |= {one.filename for one in message.files if str(one.id) in listed}
    sent = [url for key in ("components", "embeds") for url in _urls(data.get(key) or [])]
    for url in sent:
        if url.startswith(REFERENCE) and url.removeprefix(REFERENCE) not in there:
            raise InvalidForm.at("components", f"{url} is not among the attachments of this edit")
        if url.startswith(f"{core.cdn}/attachments/"):
            raise InvalidForm.at("components", "a file of one's own goes by attachment://")


def _urls(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _urls(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "url" and isinstance(value, str):
                yield value
            else:
                yield from _urls(value)


def _apply(core: Core, call: Call, message: Message, data: Json) -> None:
    entries = data.get("attachments")
    by_id = {str(one["id"]): one for one in entries or []}
    if entries is not None:
        message.files = [one for one in message.files if str(one.id) in by_id]
        for one in message.files:
            if "description" in by_id[str(one.id)]:
                one.description = by_id[str(one.id)]["description"]
    for upload in call.files:
        entry = by_id.get(upload.field.removeprefix("files[").removesuffix("]"), {})
        message.files.append(attachment(core, upload, entry.get("description")))
    for key in EDITABLE:
        if key in data:
            setattr(message, key, data[key] or type(getattr(message, key))())
    _number(message.components)
    shown = {(embed.get(key) or {}).get("url") for embed in message.embeds for key in ("image", "thumbnail")}
    for one in message.files:
        one.in_embed = f"{REFERENCE}{one.filename}" in shown


def _number(components: list[Json]) -> None:
    """Discord gives each component without an id the next free number."""
    used = {one["id"] for one in walk(components) if one.get("id")}
    number = 0
    for one in walk(components):
        if not one.get("id"):
            number += 1
            while number in used:
                number += 1
            one["id"] = number


def open_dm(core: Core, user: User) -> Channel:
    """The private conversation of the bot with this person; made when first needed."""
    for channel in core.world.channels.values():
        if channel.type is ChannelType.private and {user, core.bot} == set(channel.recipients):
            return channel
    channel = Channel(
        id=core.world.snowflakes.new(),
        type=ChannelType.private,
        name=user.name,
        created_at=core.clock.moment(),
        recipients=[user, core.bot],
    )
    core.world.channels[channel.id] = channel
    return channel
