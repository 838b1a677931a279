"""chat.*: https://docs.slack.dev/reference/methods?family=chat"""

from . import posting
from .blocks import Json
from .call import Call
from .core import Core
from .errors import ApiError, Malformed
from .messages import Message
from .payloads import Writer
from .table import Method
from .world import Channel

CONTENT = "text blocks attachments metadata mrkdwn markdown_text parse link_names unfurl_links unfurl_media"


def post_message(core: Core, call: Call) -> Json:
    bot = call.installation
    channel = posting.find(core, bot, call.need("channel"))
    posting.may_post(bot, channel)
    said = posting.content(core, bot, call.args)
    _must_say_something(said)
    thread = posting.thread_of(channel, call.get("thread_ts"))
    message = posting.create(core, channel, bot.bot, said, bot=bot, thread_ts=thread)
    body = Writer(core.world, core.origin).message(message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": body}


def _must_say_something(said: posting.Content) -> None:
    if not said.text and not said.blocks and not said.attachments:
        raise Malformed("no_text", [("/text", "a message needs text, blocks or attachments")])


def _own(core: Core, call: Call, error: str) -> tuple[Channel, Message]:
    """The bot's own message; an ephemeral one can't be found by this way."""
    channel = posting.find(core, call.installation, call.need("channel"))
    message = channel.all_messages.get(call.need("ts"))
    if message is None or message.deleted or message.ephemeral:
        raise ApiError("message_not_found")
    if message.bot_id != call.installation.bot_id:
        raise ApiError(error)
    return channel, message


def update(core: Core, call: Call) -> Json:
    if call.need("channel")[0] in "UW":
        raise ApiError("channel_not_found")  # it takes the conversation's own id only
    channel, message = _own(core, call, "cant_update_message")
    if channel.archived:
        raise ApiError("is_archived")
    said = posting.content(core, call.installation, call.args)
    if said.text is None and said.blocks is None and said.attachments is None and "file_ids" not in call.args:
        _must_say_something(said)
    if "file_ids" in call.args:
        _attach(core, call, message)
    posting.change(core, message, said)
    body = Writer(core.world, core.origin).message(message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": body}


def _attach(core: Core, call: Call, message: Message) -> None:
    given = call.args["file_ids"]
    keys = given.split(",") if isinstance(given, str) else given
    files = [core.world.files.get(key) for key in keys]
    found = [one for one in files if one is not None and posting.can_read(core, call.installation, one)]
    if len(found) != len(keys):
        raise ApiError("file_not_found")
    for one in message.files:
        if one not in found:
            one.shares.remove(message)
    for one in found:
        if message not in one.shares:
            one.shares.append(message)
    message.files = found


def delete(core: Core, call: Call) -> Json:
    channel, message = _own(core, call, "cant_delete_message")
    posting.delete(core, message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(core: Core, call: Call) -> Json:
    bot = call.installation
    channel = posting.find(core, bot, call.need("channel"))
    user = core.world.users.get(call.need("user"))
    if channel.archived:
        raise ApiError("is_archived")
    if bot.bot.id not in channel.members:  # chat:write.public is for chat.postMessage
        raise ApiError("not_in_channel")
    if user is None or user.id not in channel.members:
        raise ApiError("user_not_in_channel")
    said = posting.content(core, bot, call.args)
    _must_say_something(said)
    thread = posting.thread_of(channel, call.get("thread_ts"))
    message = posting.create(core, channel, bot.bot, said, bot=bot, thread_ts=thread, only_for=user)
    return {"message_ts": message.ts}


def get_permalink(core: Core, call: Call) -> Json:
    channel = posting.find(core, call.installation, call.need("channel"))
    message = channel.all_messages.get(call.need("message_ts"))
    if message is None or message.deleted or message.ephemeral:
        raise ApiError("message_not_found")
    link = f"https://{channel.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


LOOKS = "as_user username icon_emoji icon_url"
METHODS = [
    Method("chat.postMessage", post_message, "chat:write", f"channel thread_ts reply_broadcast {LOOKS} {CONTENT}"),
    Method("chat.update", update, "chat:write", f"channel ts as_user reply_broadcast file_ids {CONTENT}"),
    Method("chat.delete", delete, "chat:write", "channel ts as_user"),
    Method("chat.postEphemeral", post_ephemeral, "chat:write", f"channel user thread_ts {LOOKS} {CONTENT}"),
    Method("chat.getPermalink", get_permalink, "", "channel message_ts"),
]
