"""Messages in channels: who may post where, what may be in them, and what becomes of them."""

from dataclasses import dataclass, field
from typing import Any

from . import rules
from .blocks import Json, walk, with_ids
from .core import Core
from .errors import ApiError, Malformed, image_not_downloaded, invalid_slack_file
from .messages import File, Message
from .world import Channel, Installation, User

SHOWN_FILES = {
    "image/png",
    "image/jpeg",
    "image/gif",
}  # https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
ATTACHMENTS = 100
METADATA_BYTES = 8000


@dataclass
class Content:
    """What a message says; None for what the call didn't speak of."""

    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    files: list[File] = field(default_factory=list)


def content(core: Core, bot: Installation, args: Json) -> Content:
    """The checked content of a call or an answer; raises `Malformed` and `ApiError`."""
    text, blocks = args.get("text"), args.get("blocks")
    attachments, metadata = args.get("attachments"), args.get("metadata")
    if args.get("markdown_text") is not None:
        if text is not None or blocks:
            raise Malformed("markdown_text_conflict", [("/markdown_text", "goes with neither text nor blocks")])
        text = args["markdown_text"]
    if text is not None and len(str(text)) > rules.TEXT_LIMIT:
        raise Malformed("msg_too_long", [("/text", f"no more than {rules.TEXT_LIMIT} characters")])
    if blocks is not None:
        if not isinstance(blocks, list):
            raise Malformed("invalid_blocks_format", [("/blocks", "must be an array")])
        if problems := rules.message_problems(blocks):
            raise Malformed("invalid_blocks", problems)
        check_pictures(core, bot, blocks, "/blocks")
    if attachments is not None and (not isinstance(attachments, list) or len(attachments) > ATTACHMENTS):
        raise Malformed("too_many_attachments", [("/attachments", f"must be an array of up to {ATTACHMENTS}")])
    for index, one in enumerate(attachments or []):
        if problems := rules.message_problems(one.get("blocks") or []):
            raise Malformed("invalid_attachments", [(f"/attachments/{index}{at}", words) for at, words in problems])
    if metadata is not None:
        _check_metadata(metadata)
    ids = core.world.ids.small()
    filled = None if blocks is None else with_ids(blocks, ids)
    return Content(None if text is None else str(text), filled, attachments, metadata)


def _check_metadata(metadata: Any) -> None:
    """https://docs.slack.dev/messaging/message-metadata"""
    if not isinstance(metadata, dict):
        raise Malformed("invalid_metadata_format", [("/metadata", "must be an object")])
    if metadata and not (metadata.get("event_type") and isinstance(metadata.get("event_payload"), dict)):
        raise Malformed("invalid_metadata_schema", [("/metadata", "needs event_type and event_payload")])
    if strangers := set(metadata) - {"event_type", "event_payload", "entities"}:
        raise Malformed("invalid_metadata_schema", [("/metadata", f"unknown {sorted(strangers)}")])
    if len(str(metadata)) > METADATA_BYTES:
        raise Malformed("metadata_too_large", [("/metadata", f"no more than {METADATA_BYTES} bytes")])


def check_pictures(core: Core, bot: Installation, blocks: list[Json], where: str) -> None:
    """Pictures that Slack can't show *now*: not the caller's bug, so no violation."""
    for index, block in enumerate(blocks):
        for node in walk([block]):
            if node.get("type") != "image":
                continue
            if node.get("image_url") and not core.loads_from(node["image_url"]):
                raise image_not_downloaded(f"{where}/{index}/image_url")
            if node.get("slack_file") and not shows(core, bot, node["slack_file"]):
                raise invalid_slack_file(f"{where}/{index}/slack_file")


def shows(core: Core, bot: Installation, reference: Json) -> bool:
    """Whether an image block can hold this file: processed, readable by the poster, PNG, JPEG or GIF."""
    key, url = reference.get("id"), reference.get("url") or ""
    file = core.world.files.get(key or "") or next(
        (one for one in core.world.files.values() if url and f"-{one.id}/" in url), None
    )
    return file is not None and can_read(core, bot, file) and file.ready and file.mimetype in SHOWN_FILES


def can_read(core: Core, bot: Installation, file: File) -> bool:
    if file.deleted or file.data is None:
        return False
    places = (core.world.channels[one.channel_id] for one in file.shares if not one.deleted)
    return file.owner == bot.bot.id or any(
        bot.bot.id in place.members or (not place.is_private and _belongs(bot, place)) for place in places
    )


def _belongs(bot: Installation, channel: Channel) -> bool:
    return any(bot.covers(team) for team in channel.teams)


def find(core: Core, bot: Installation, key: str) -> Channel:
    """The channel as far as this bot can know of it; a user's id stands for the conversation with them."""
    if key in core.world.users and key != bot.bot.id:
        return open_direct(core, bot, [core.world.users[key]])
    channel = core.world.channels.get(key)
    if channel is None or not _belongs(bot, channel):
        raise ApiError("channel_not_found")
    if channel.is_private and bot.bot.id not in channel.members:
        raise ApiError("channel_not_found")
    return channel


def open_direct(core: Core, bot: Installation, users: list[User]) -> Channel:
    """The bot's conversation with these people."""
    members = {bot.bot.id, *(one.id for one in users)}
    for channel in core.world.channels.values():
        if channel.is_direct and channel.members == members:
            return channel
    for user in users:
        if user.deleted or user.is_bot:
            raise ApiError("user_disabled" if user.deleted else "cannot_dm_bot")
    kind, team = ("im" if len(users) == 1 else "mpim"), users[0].team
    home = next((one for one in users[0].teams if bot.covers(one)), team)
    name = "directmessage" if kind == "im" else "mpdm-" + "--".join(sorted(one.name for one in users))
    number = core.world.ids.new("D" if kind == "im" else "G")
    channel = Channel(number, name, kind, home, members, created=int(core.clock.seconds()))
    core.world.channels[number] = channel
    return channel


def may_post(bot: Installation, channel: Channel, *, uploading: bool = False) -> None:
    """Raises `not_in_channel` and the like; `chat:write.public` does not cover uploads."""
    if channel.archived:
        raise ApiError("is_archived")
    if bot.bot.id not in channel.members and (uploading or "chat:write.public" not in bot.scopes):
        raise ApiError("not_in_channel")
    if channel.read_only:
        raise ApiError("restricted_action")


def thread_of(channel: Channel, ts: str | None) -> str | None:
    """The parent to reply to: a reply's own thread if a reply was named."""
    if ts is None:
        return None
    parent = channel.all_messages.get(ts)
    if parent is None or parent.ephemeral:
        raise ApiError("thread_not_found")
    return parent.thread_ts or parent.ts


def create(
    core: Core,
    channel: Channel,
    author: User,
    said: Content,
    *,
    bot: Installation | None = None,
    thread_ts: str | None = None,
    only_for: User | None = None,
) -> Message:
    """Put a message into a channel, and notify whom it names."""
    message = Message(
        ts=core.world.ids.ts(),
        channel_id=channel.id,
        user_id=author.id,
        sequence=core.world.ids.sequence(),
        text=said.text or "",
        blocks=said.blocks or [],
        attachments=said.attachments or [],
        files=list(said.files),
        bot_id=bot.bot_id if bot else None,
        team_id=(bot.team.id if bot.team else channel.team.id) if bot else author.team.id,
        thread_ts=thread_ts,
        metadata=said.metadata or None,
        ephemeral_for=only_for.id if only_for else None,
    )
    message.versions.append(message.words)
    channel.all_messages[message.ts] = message
    for file in said.files:
        file.shares.append(message)
    message.pings = message.find_pings()
    for user in core.world.users.values():
        called = user.id in message.pings or ("channel" in message.pings and user is not author)
        if called and user.id in channel.members and message.ephemeral_for in {None, user.id}:
            user.notified.append(message)
    core.changed()
    return message


def change(core: Core, message: Message, said: Content, *, replace: bool = False) -> None:
    """Rewrite a message. Text alone takes the blocks away; `replace`: everything, as a response_url does.

    https://docs.slack.dev/reference/methods/chat.update
    """
    if said.blocks is not None:
        message.blocks = said.blocks
    elif said.text is not None or replace:
        message.blocks = []
    if said.text is not None or replace:
        message.text = said.text or ""
    if said.attachments is not None or replace:
        message.attachments = said.attachments or []
    if said.metadata is not None:
        message.metadata = said.metadata or None
    message.edited = message.edited or said.blocks is None
    message.pings = message.find_pings()  # an edit notifies nobody
    message.versions.append(message.words)
    core.changed()


def delete(core: Core, message: Message) -> None:
    message.deleted = True
    core.changed()
