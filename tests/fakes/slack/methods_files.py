"""files.*, and the host that takes the bytes: https://docs.slack.dev/messaging/working-with-files"""

import io
from functools import partial

from PIL import Image

from . import posting
from .blocks import Json, walk
from .call import Call
from .core import Core
from .errors import ApiError, Malformed, missing_argument
from .messages import File
from .payloads import Writer
from .table import Method
from .world import Channel, Installation

ALT_TEXT = 1000
MARKS = {b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"%PDF": "application/pdf"}


def get_upload_url(core: Core, call: Call) -> Json:
    name, length = call.need("filename"), call.number("length", 0)
    if length <= 0:
        raise missing_argument("length")
    if length > core.file_limit:
        raise ApiError("file_upload_size_restricted")
    alt_text = call.get("alt_txt") or ""
    if len(alt_text) > ALT_TEXT:
        raise Malformed("alt_txt_too_large", [("/alt_txt", f"no more than {ALT_TEXT} characters")])
    bot = call.installation
    number = core.world.ids.new("F")
    team = bot.home
    core.world.files[number] = File(
        number, name, bot.bot.id, team, core.clock.seconds(), length, title=name, alt_text=alt_text
    )
    return {"upload_url": f"{core.origin}/upload/v1/{number}", "file_id": number}


def receive(core: Core, number: str, data: bytes) -> tuple[int, str]:
    """Bytes at the upload URL: status and words, as text."""
    file = core.world.files.get(number)
    if file is None or file.data is not None:
        return 404, "not found"
    if len(data) != file.length:
        core.violate("upload", "/length", f"{file.name} has {len(data)} bytes, not the {file.length} announced")
        return 400, "length mismatch"
    file.data = data
    core.changed()
    return 200, f"OK - {len(data)}"


def complete(core: Core, call: Call) -> Json:
    """Answers at once; the files are processed, and the message appears, later."""
    bot, listed = call.installation, call.args.get("files")
    if not isinstance(listed, list) or not listed:
        raise missing_argument("files")
    files = []
    for one in listed:
        if strangers := set(one) - {"id", "title", "highlight_type"}:
            raise Malformed("invalid_arguments", [("/files", f"unknown {sorted(strangers)}")])
        file = core.world.files.get(one.get("id", ""))
        if file is None or file.data is None or file.completed or file.owner != bot.bot.id:
            raise ApiError("file_not_found")
        file.title = one.get("title") or file.title
        files.append(file)
    channels = [posting.find(core, bot, key) for key in _destinations(call)]
    for channel in channels:
        posting.may_post(bot, channel, uploading=True)
        posting.thread_of(channel, call.get("thread_ts"))
    said = _comment(core, call, bot)
    for file in files:
        file.completed = True
    done = partial(_process, core, files, channels, said, bot, call.get("thread_ts"))
    core.clock.after(core.file_seconds, done)
    return {"files": [Writer(core.world, core.origin).file(one) for one in files]}


def _destinations(call: Call) -> list[str]:
    if call.get("channel_id"):
        return [call.need("channel_id")]
    return [one for one in (call.get("channels") or "").split(",") if one]


def _comment(core: Core, call: Call, bot: Installation) -> posting.Content:
    """The words with the files: a comment wins over blocks."""
    comment, blocks = call.get("initial_comment"), call.args.get("blocks")
    if comment:
        return posting.content(core, bot, {"text": comment})
    if blocks and any(one.get("type") == "markdown" for one in walk(blocks)):
        raise ApiError(
            "internal_error"
        )  # as it really answers: https://github.com/slackapi/python-slack-sdk/issues/1756
    return posting.content(core, bot, {"blocks": blocks} if blocks else {})


def _process(
    core: Core,
    files: list[File],
    channels: list[Channel],
    said: posting.Content,
    bot: Installation,
    thread_ts: str | None,
) -> None:
    for file in files:
        settle(file)
    alive = [one for one in files if not one.deleted]
    for channel in channels:
        if alive:
            parent = channel.all_messages.get(thread_ts or "")
            thread_ts = parent.thread_ts or parent.ts if parent else None
            whole = posting.Content(said.text, said.blocks, files=alive)
            posting.create(core, channel, bot.bot, whole, bot=bot, thread_ts=thread_ts)
    core.changed()


def settle(file: File) -> None:
    """Finish processing: type and size are known from now on."""
    data = file.data or b""
    file.mimetype = next((kind for mark, kind in MARKS.items() if data.startswith(mark)), "application/octet-stream")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        file.mimetype = "image/webp"
    if file.mimetype.startswith("image/"):
        try:
            with Image.open(io.BytesIO(data)) as picture:
                file.width, file.height = picture.size
        except OSError:
            file.mimetype = "application/octet-stream"  # it only looked like a picture
    file.completed = file.ready = True


def _find(core: Core, call: Call) -> File:
    file = core.world.files.get(call.need("file"))
    if file is None or not posting.can_read(core, call.installation, file):
        raise ApiError("file_deleted" if file is not None and file.deleted else "file_not_found")
    return file


def info(core: Core, call: Call) -> Json:
    return {"file": Writer(core.world, core.origin).file(_find(core, call)), "comments": [], "paging": {}}


def delete(core: Core, call: Call) -> Json:
    file = _find(core, call)
    if file.owner != call.installation.bot.id:
        raise ApiError("cant_delete_file")
    file.deleted = True
    for message in file.shares:
        if message.files and all(one.deleted for one in message.files) and not message.text and not message.blocks:
            message.deleted = True  # nothing is left of it
    core.changed()
    return {}


UPLOAD = "filename length alt_txt snippet_type"
COMPLETE = "files channel_id channels initial_comment blocks thread_ts"
METHODS = [
    Method("files.getUploadURLExternal", get_upload_url, "files:write", UPLOAD, json=False),
    Method("files.completeUploadExternal", complete, "files:write", COMPLETE),
    Method("files.info", info, "files:read", "file count cursor limit page", json=False),
    Method("files.delete", delete, "files:write", "file"),
]
