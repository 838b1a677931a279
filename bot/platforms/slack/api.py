"""The calls that put messages and files into Slack, change them and take them away. Each raises only PlatformErrors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.ports import Clock, FittedPicture

from .faults import AccessDenied, CallUnclear, SlowDown, TokenRefused, translated
from .limits import (
    CALL_SECONDS,
    COMPLETE_PAUSES,
    RATE_PAUSE_SECONDS,
    RATE_PAUSES,
    UPLOAD_SECONDS,
    URGENT_CALL_SECONDS,
    URGENT_PAUSES,
    URGENT_SECONDS,
)
from .pace import ChannelPace
from .render import Drawn
from .workspaces import Workspace, Workspaces

_log = structlog.get_logger(__name__)

Call = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]

# https://docs.slack.dev/messaging/message-metadata
EVENT_TYPE = "easel_job"
FILES = "files"
# How much of a channel is looked through for one of our messages.
PAGES, PAGE_SIZE = 5, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRef:
    """Where a message goes: a channel of a workspace, and the thread in it, if any.

    `private`: not everybody of the community can look in there, or Slack has not said so.
    """

    workspace: Workspace
    channel_id: str
    thread: str | None = None
    private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of ours. As text it is `channel:timestamp`: a timestamp alone is unique within its channel only.

    Behind a second colon there may be the workspace whose bot has posted it: see boards.py.
    """

    channel_id: str
    ts: str

    def __str__(self) -> str:
        return f"{self.channel_id}:{self.ts}"

    @classmethod
    def of(cls, text: str | None) -> Message | None:
        channel, colon, rest = (text or "").partition(":")
        return cls(channel_id=channel, ts=rest.partition(":")[0]) if colon else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a message of ours is, in its metadata: `part` is "card" or "result".

    "files" is a message of nothing but the job's pictures, as an upload into a channel makes it: known by their names.
    """

    job_id: str
    part: str
    files: tuple[str, ...] = field(default=())

    def metadata(self) -> dict[str, Any]:
        payload = {"job": self.job_id, "part": self.part, "files": " ".join(self.files)}
        return {"event_type": EVENT_TYPE, "event_payload": payload}

    @classmethod
    def on(cls, message: Mapping[str, Any]) -> Mark | None:
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") != EVENT_TYPE:
            return None
        files = tuple(str(payload.get("files", "")).split())
        return cls(job_id=str(payload.get("job", "")), part=str(payload.get("part", "")), files=files)


class SlackApi:
    def __init__(self, workspaces: Workspaces, clock: Clock, *, pace: ChannelPace | None = None) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._pace = pace or ChannelPace(clock)

    # Messages

    async def post(self, channel_ref: ChannelRef, drawn: Drawn, mark: Mark | None = None) -> Message:
        answer = await self._call_in_turn(
            channel_ref,
            lambda client: client.chat_postMessage(
                channel=channel_ref.channel_id,
                thread_ts=channel_ref.thread,
                text=drawn.text,
                blocks=drawn.blocks,
                metadata=mark.metadata() if mark else None,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        return Message(channel_id=str(answer["channel"]), ts=str(answer["ts"]))

    async def update(self, workspace: Workspace, message: Message, drawn: Drawn, mark: Mark | None = None) -> None:
        await self.call(
            workspace,
            lambda client: client.chat_update(
                channel=message.channel_id,
                ts=message.ts,
                text=drawn.text,
                blocks=drawn.blocks,
                metadata=mark.metadata() if mark else None,
            ),
        )

    async def delete(self, workspace: Workspace, message: Message) -> None:
        await self.call(workspace, lambda client: client.chat_delete(channel=message.channel_id, ts=message.ts))

    async def whisper(self, channel_ref: ChannelRef, user_id: str, drawn: Drawn) -> None:
        """Words that this person alone sees, in a channel that we are in."""
        await self.call(
            channel_ref.workspace,
            lambda client: client.chat_postEphemeral(
                channel=channel_ref.channel_id,
                user=user_id,
                thread_ts=channel_ref.thread,
                text=drawn.text,
                blocks=drawn.blocks,
            ),
        )

    async def find(self, channel_ref: ChannelRef, job_id: str, *, since: datetime) -> dict[str, tuple[Message, Mark]]:
        """The job's messages in this place since then, by their part. Another app's metadata is not believed."""
        me = await self._workspaces.installation(channel_ref.workspace)
        found: dict[str, tuple[Message, Mark]] = {}
        cursor: str | None = None
        for _ in range(PAGES):
            answer = await self._page(channel_ref, f"{since.timestamp():.6f}", cursor)
            for message in answer.get("messages") or []:
                mark = Mark.on(message)
                ours = message.get("user") == me.bot_user_id or message.get("bot_id") == me.bot_id
                if mark is None and (files := _files_named_after(job_id, message)):
                    mark = Mark(job_id=job_id, part=FILES, files=files)
                if ours and mark is not None and mark.job_id == job_id:
                    found.setdefault(
                        mark.part, (Message(channel_id=channel_ref.channel_id, ts=str(message["ts"])), mark)
                    )
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                break
        return found

    async def read(self, workspace: Workspace, message: Message, thread: str | None) -> Mapping[str, Any] | None:
        """The message as it stands there; None if it is gone."""
        channel_ref = ChannelRef(workspace=workspace, channel_id=message.channel_id, thread=thread)
        answer = await self._page(channel_ref, message.ts, None, latest=message.ts)
        for found in answer.get("messages") or []:
            if str(found.get("ts")) == message.ts:
                read: Mapping[str, Any] = found
                return read
        return None

    async def _page(
        self, channel_ref: ChannelRef, oldest: str, cursor: str | None, latest: str | None = None
    ) -> Mapping[str, Any]:
        asked: dict[str, Any] = {
            "channel": channel_ref.channel_id,
            "oldest": oldest,
            "latest": latest,
            "inclusive": True,
            "limit": PAGE_SIZE,
            "cursor": cursor,
            "include_all_metadata": True,
        }
        thread = channel_ref.thread
        if thread is None:
            return await self.call(channel_ref.workspace, lambda client: client.conversations_history(**asked))
        return await self.call(channel_ref.workspace, lambda client: client.conversations_replies(ts=thread, **asked))

    # Files

    async def upload(
        self,
        workspace: Workspace,
        pictures: Sequence[FittedPicture],
        alts: Sequence[str],
        channel_ref: ChannelRef | None = None,
    ) -> tuple[str, ...]:
        """Hand the pictures over; their files' ids. Without a place they are in no channel yet, and private.

        What was begun and can't be completed is taken away again.
        """
        begun: list[str] = []
        try:
            for picture, alt in zip(pictures, alts, strict=False):
                await self._send(workspace, picture, alt, begun)
            files = [{"id": file_id, "title": one.name} for file_id, one in zip(begun, pictures, strict=True)]
            await self._complete(workspace, files, channel_ref)
        except PlatformError:
            await self._drop(workspace, begun)
            raise
        return tuple(begun)

    async def _send(self, workspace: Workspace, picture: FittedPicture, alt: str, begun: list[str]) -> None:
        """The bytes of one picture; its id is added to `begun` as soon as Slack has told it."""
        length = len(picture.data)
        answer = await self.call(
            workspace,
            lambda client: client.files_getUploadURLExternal(filename=picture.name, length=length, alt_txt=alt),
        )
        begun.append(str(answer["file_id"]))
        session = self._workspaces.session
        if session is None:
            raise PlatformUnavailable("Slack is not connected", after=5.0)
        async with translated(UPLOAD_SECONDS), session.post(str(answer["upload_url"]), data=picture.data) as taken:
            if taken.status != 200:  # noqa: PLR2004 - HTTP's own number
                raise PlatformUnavailable(f"Slack took no upload: {taken.status}", after=5.0)

    async def _complete(
        self, workspace: Workspace, files: Sequence[Mapping[str, str]], channel_ref: ChannelRef | None
    ) -> None:
        """Say that the bytes are there. Where the answer is lost, the files themselves tell whether it was heard."""
        channel = channel_ref.channel_id if channel_ref else None
        thread = channel_ref.thread if channel_ref else None
        for pause in COMPLETE_PAUSES:
            try:
                await self.call(
                    workspace,
                    lambda client: client.files_completeUploadExternal(
                        files=[dict(one) for one in files], channel_id=channel, thread_ts=thread
                    ),
                    UPLOAD_SECONDS,
                )
            except CallUnclear as error:
                _log.info("upload_not_completed", action="upload", error=str(error))
                await self._clock.sleep(pause)
                if await self._completed(workspace, files[0]["id"]):
                    return
            else:
                return
        raise CallUnclear("Slack did not complete the upload", after=5.0)

    async def _completed(self, workspace: Workspace, file_id: str) -> bool:
        """A file has its type once its upload was completed and looked through."""
        try:
            return bool((await self.file_info(workspace, file_id)).get("mimetype"))
        except PlatformError:
            return False

    async def _drop(self, workspace: Workspace, files: Sequence[str]) -> None:
        """Take away what nobody will see."""
        for file_id in files:
            try:
                await self.delete_file(workspace, file_id)
            except PlatformError as error:
                _log.info("file_not_deleted", action="upload", file=file_id, error=str(error))

    async def hand_over(self, channel_ref: ChannelRef, name: str, data: bytes, said: str) -> None:
        """One file of any kind in a channel, with words that are escaped already."""
        await self.call(
            channel_ref.workspace,
            lambda client: client.files_upload_v2(
                file=data, filename=name, title=name, channel=channel_ref.channel_id, initial_comment=said
            ),
            UPLOAD_SECONDS,
        )

    async def file_info(self, workspace: Workspace, file_id: str) -> Mapping[str, Any]:
        answer = await self.call(workspace, lambda client: client.files_info(file=file_id))
        file: Mapping[str, Any] = answer.get("file") or {}
        return file

    async def delete_file(self, workspace: Workspace, file_id: str) -> None:
        await self.call(workspace, lambda client: client.files_delete(file=file_id))

    # Places and people

    async def look_again(self, workspace: Workspace) -> None:
        """Whether our token is still good there; one that isn't is forgotten, see `call`."""
        await self.call(workspace, lambda client: client.auth_test())

    async def open_dm(self, workspace: Workspace, user_id: str) -> ChannelRef:
        answer = await self.call_urgently(workspace, lambda client: client.conversations_open(users=[user_id]))
        channel = answer.get("channel") or {}
        if not channel.get("id"):
            raise AccessDenied("channel_not_found")
        return ChannelRef(workspace=workspace, channel_id=str(channel["id"]))

    async def call(self, workspace: Workspace, call: Call, seconds: float = CALL_SECONDS) -> Mapping[str, Any]:
        """The answer's body. A short 429 is waited out; a token that was taken back is forgotten.

        PlatformUnavailable, or one of faults.
        """
        for pause in range(RATE_PAUSES + 1):
            try:
                return await self._once(workspace, call, seconds)
            except SlowDown as busy:
                if pause == RATE_PAUSES or busy.after > RATE_PAUSE_SECONDS:
                    raise
                await self._clock.sleep(busy.after)
        raise AssertionError("the loop returns or raises")

    async def _call_in_turn(self, channel_ref: ChannelRef, call: Call) -> Mapping[str, Any]:
        """As `call`, at the pace of the channel."""
        for tries in range(RATE_PAUSES + 1):
            await self._pace.turn(channel_ref.channel_id)
            try:
                return await self._once(channel_ref.workspace, call, CALL_SECONDS)
            except SlowDown as busy:
                await self._pace.refused(channel_ref.channel_id, busy.after)
                if tries == RATE_PAUSES or busy.after > RATE_PAUSE_SECONDS:
                    raise
            except PlatformError as error:
                if not isinstance(error, PlatformUnavailable):  # nothing was posted, and nothing counts
                    self._pace.give_back(channel_ref.channel_id)
                raise
        raise AssertionError("the loop returns or raises")

    async def call_urgently(self, workspace: Workspace, call: Call) -> Mapping[str, Any]:
        """A call that may take effect twice, while a person waits: tried again within three seconds, not longer.

        Raises what `call` raises; a 429 that asks for more time is not waited out.
        """
        ends = self._clock.monotonic() + URGENT_SECONDS
        for least in URGENT_PAUSES:
            try:
                return await self._once(workspace, call, URGENT_CALL_SECONDS)
            except PlatformUnavailable as error:
                pause = max(least, error.after) if isinstance(error, SlowDown) else least
                if self._clock.monotonic() + pause > ends:
                    raise
                _log.info("call_repeated", action="call", error=str(error))
            await self._clock.sleep(pause)
        return await self._once(workspace, call, URGENT_CALL_SECONDS)

    async def _once(self, workspace: Workspace, call: Call, seconds: float) -> Mapping[str, Any]:
        client = await self._workspaces.client(workspace)
        try:
            async with translated(seconds):
                answer = await call(client)
        except TokenRefused as error:
            await self._workspaces.refused(workspace, client.token)
            raise PlatformUnavailable("Slack refuses the bot's token", after=60.0) from error
        body: Mapping[str, Any] = answer.data if isinstance(answer.data, dict) else {}
        return body


def _files_named_after(job_id: str, message: Mapping[str, Any]) -> tuple[str, ...]:
    """Its files, if they are a job's pictures: an upload into a channel takes no metadata, but keeps their names."""
    files = message.get("files") or []
    ours = [str(file["id"]) for file in files if str(file.get("name", "")).startswith(f"easel-{job_id}-")]
    return tuple(ours) if len(ours) == len(files) else ()
