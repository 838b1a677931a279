"""The calls that hand files over to Slack, ask about them and take them away. Each raises only PlatformErrors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.ports import Clock, FittedPicture

from .calls import SlackCalls
from .faults import CallUnclear, translated
from .limits import COMPLETE_PAUSES, UPLOAD_SECONDS
from .references import ChannelRef
from .workspaces import Workspace, Workspaces

_log = structlog.get_logger(__name__)


class SlackFiles:
    def __init__(self, calls: SlackCalls, workspaces: Workspaces, clock: Clock) -> None:
        self._calls = calls
        self._workspaces = workspaces
        self._clock = clock

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
        answer = await self._calls.call(
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
                await self._calls.call(
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
            return bool((await self.info(workspace, file_id)).get("mimetype"))
        except PlatformError:
            return False

    async def _drop(self, workspace: Workspace, files: Sequence[str]) -> None:
        """Take away what nobody will see."""
        for file_id in files:
            try:
                await self.delete(workspace, file_id)
            except PlatformError as error:
                _log.info("file_not_deleted", action="upload", file=file_id, error=str(error))

    async def hand_over(self, channel_ref: ChannelRef, name: str, data: bytes, said: str) -> None:
        """One file of any kind in a channel, with words that are escaped already."""
        await self._calls.call(
            channel_ref.workspace,
            lambda client: client.files_upload_v2(
                file=data, filename=name, title=name, channel=channel_ref.channel_id, initial_comment=said
            ),
            UPLOAD_SECONDS,
        )

    async def info(self, workspace: Workspace, file_id: str) -> Mapping[str, Any]:
        answer = await self._calls.call(workspace, lambda client: client.files_info(file=file_id))
        file: Mapping[str, Any] = answer.get("file") or {}
        return file

    async def delete(self, workspace: Workspace, file_id: str) -> None:
        await self._calls.call(workspace, lambda client: client.files_delete(file=file_id))
