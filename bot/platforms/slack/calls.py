"""One call of Slack's API: its deadline, a 429 that is waited out, a turn of its channel, a token that is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.ports import Clock

from .faults import SlowDown, TokenRefused, translated
from .limits import (
    CALL_SECONDS,
    RATE_PAUSE_SECONDS,
    RATE_PAUSES,
    URGENT_CALL_SECONDS,
    URGENT_PAUSES,
    URGENT_SECONDS,
)
from .pace import ChannelPace
from .references import ChannelRef
from .workspaces import Workspace, Workspaces

_log = structlog.get_logger(__name__)

Call = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]


class SlackCalls:
    def __init__(self, workspaces: Workspaces, clock: Clock, *, pace: ChannelPace | None = None) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._pace = pace or ChannelPace(clock)

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

    async def call_in_turn(self, channel_ref: ChannelRef, call: Call) -> Mapping[str, Any]:
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
