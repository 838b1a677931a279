"""Socket Mode: one WebSocket that Slack closes every few hours and that comes back by itself.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.domain.errors import PlatformError
from bot.runtime.network import Network

from .faults import TokenRefused, translated
from .limits import CALL_SECONDS
from .workspaces import Workspaces

CLOSE_SECONDS = 2.0
PING_SECONDS = 10.0
# Below the library's pause between two tries, so that a used address is never tried again.
FIRST_CONNECTION_SECONDS = 8.0


class SocketMode:
    """`connect` once; the library reconnects from then on. Made within the running loop."""

    def __init__(self, *, app: AsyncApp, app_token: str, workspaces: Workspaces, network: Network) -> None:
        self._app_token = app_token
        self._workspaces = workspaces
        self._handler = AsyncSocketModeHandler(
            app, app_token, web_client=workspaces.client_with(None), ping_interval=PING_SECONDS
        )
        self._network = network
        self.token_refused = asyncio.Event()

    @property
    def connected(self) -> bool:
        client = self._handler.client
        session = client.current_session
        return not client.closed and not client.stale and session is not None and not session.closed

    async def connect(self) -> None:
        """TokenRefused or PlatformUnavailable where the socket's address is refused: the library would try for ever."""
        client = self._handler.client
        await client.aiohttp_client_session.close()  # not in use yet; ours knows the way
        client.aiohttp_client_session = aiohttp.ClientSession(connector=self._network.connector())
        client.proxy = None
        client.wss_uri = await self._address()
        # From now on every reconnection asks here, so that a token that was taken back is noticed.
        client.issue_new_wss_url = self._next_address  # type: ignore[method-assign]
        # The library tries a first connection for ever, and with the same address, which is good once: after this bound
        # the connection counts as failed, and the next try asks for a new address.
        try:
            async with translated(FIRST_CONNECTION_SECONDS):
                await self._handler.connect_async()  # type: ignore[no-untyped-call]
        except PlatformError:
            await self.close()
            raise

    async def close(self) -> None:
        """Hang up, and see the library's tasks end."""
        client = self._handler.client
        tasks: list[Any] = [client.message_processor, client.current_session_monitor, client.message_receiver]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._handler.close_async()  # type: ignore[no-untyped-call]
                await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)

    async def _address(self) -> str:
        client = self._workspaces.client_with(None)
        async with translated(CALL_SECONDS):
            answer = await client.apps_connections_open(app_token=self._app_token)
        return str(answer["url"])

    async def _next_address(self) -> str:
        try:
            return await self._address()
        except TokenRefused:
            self.token_refused.set()
            raise
