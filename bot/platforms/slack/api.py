"""The calls that post messages in Slack, change, find and delete them. Each raises only PlatformErrors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from bot.domain.job import Job
from bot.domain.ports import Clock

from .calls import SlackCalls
from .command_names import CommandNames
from .faults import AccessDenied, FileNotReady
from .file_api import SlackFiles
from .pace import ChannelPace
from .references import FILES, ChannelRef, Mark, Message, files_named_after
from .render import Drawn
from .workspaces import Workspace, Workspaces

_log = structlog.get_logger(__name__)

T = TypeVar("T")

# How much of a channel is looked through for one of our messages.
PAGES, PAGE_SIZE = 5, 200
# Our clock and Slack's differ; a message posted at this moment may bear a timestamp that is a little older.
CLOCK_SKEW = timedelta(minutes=5)


class SlackApi(SlackCalls):
    """`names`: what our commands are called in what is posted."""

    def __init__(
        self,
        workspaces: Workspaces,
        clock: Clock,
        *,
        names: CommandNames | None = None,
        pace: ChannelPace | None = None,
    ) -> None:
        self.names = names or CommandNames()
        super().__init__(workspaces, clock, pace=pace)
        self.files = SlackFiles(self, workspaces, clock)

    async def post(self, channel_ref: ChannelRef, drawn: Drawn, mark: Mark | None = None) -> Message:
        return await self._or_in_words(drawn, lambda taken: self._post(channel_ref, taken, mark))

    async def _post(self, channel_ref: ChannelRef, drawn: Drawn, mark: Mark | None) -> Message:
        answer = await self.call_in_turn(
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
        await self._or_in_words(drawn, lambda taken: self._update(workspace, message, taken, mark))

    async def _or_in_words(self, drawn: Drawn, send: Callable[[Drawn], Awaitable[T]]) -> T:
        """What Slack refuses in blocks goes as text. Not where the blocks hold files, which may only not be ready."""
        try:
            return await send(drawn)
        except FileNotReady as error:
            if drawn.shows_pictures or not drawn.blocks:
                raise
            _log.warning("blocks_refused", action="post", error=str(error))
            return await send(drawn.in_words)

    async def _update(self, workspace: Workspace, message: Message, drawn: Drawn, mark: Mark | None) -> None:
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
        await self._or_in_words(drawn, lambda taken: self._whisper(channel_ref, user_id, taken))

    async def _whisper(self, channel_ref: ChannelRef, user_id: str, drawn: Drawn) -> None:
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

    async def find(self, channel_ref: ChannelRef, job: Job) -> dict[str, tuple[Message, Mark]]:
        """The job's messages in this place, by their part. Another app's metadata is not believed."""
        me = await self._workspaces.installation(channel_ref.workspace)
        found: dict[str, tuple[Message, Mark]] = {}
        cursor: str | None = None
        for _ in range(PAGES):
            answer = await self._page(channel_ref, f"{(job.created_at - CLOCK_SKEW).timestamp():.6f}", cursor)
            for message in answer.get("messages") or []:
                mark = Mark.on(message)
                ours = message.get("user") == me.bot_user_id or message.get("bot_id") == me.bot_id
                if mark is None and (files := files_named_after(job.id, message)):
                    mark = Mark(job_id=job.id, part=FILES, files=files)
                if ours and mark is not None and mark.job_id == job.id:
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
