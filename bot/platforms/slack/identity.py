"""Whose a token is, and whether it opens Socket Mode: calls that change nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CredentialsRefused
from bot.runtime.network import DIRECT, Network

from .faults import TokenRefused, translated
from .limits import CALL_SECONDS
from .platform import APP_TOKEN_REFUSED, BOT_TOKEN_REFUSED
from .scopes import SCOPES
from .workspaces import API_URL


@dataclass(frozen=True, slots=True)
class Identity:
    """`lacks`: the scopes that the app was not given."""

    name: str
    team: str
    lacks: tuple[str, ...]


@asynccontextmanager
async def web_client(api_url: str | None, network: Network = DIRECT) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession(connector=network.connector()) as session:
        # With a slash at the end, or the library leaves the path's last part out.
        client = AsyncWebClient(base_url=f"{(api_url or API_URL).rstrip('/')}/", session=session)
        client.proxy = None  # the session knows the way
        yield client


async def who_is(token: str, *, api_url: str | None, network: Network = DIRECT) -> Identity:
    """CredentialsRefused: Slack does not take the token. PlatformError: it gives no answer."""
    async with web_client(api_url, network) as client:
        return await identity(client, token)


async def identity(client: AsyncWebClient, token: str) -> Identity:
    """The same with a client that is there."""
    try:
        async with translated(CALL_SECONDS):
            answer = await client.auth_test(token=token)
    except TokenRefused:
        raise CredentialsRefused(BOT_TOKEN_REFUSED) from None
    headers = {name.lower(): value for name, value in answer.headers.items()}
    given = {scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",")}
    return Identity(str(answer.get("user")), str(answer.get("team")), tuple(sorted(SCOPES - given)))


async def open_socket(token: str, *, api_url: str | None, network: Network = DIRECT) -> None:
    """Ask for an address of Socket Mode, and leave it. CredentialsRefused, PlatformError."""
    async with web_client(api_url, network) as client:
        await ask_for_socket(client, token)


async def ask_for_socket(client: AsyncWebClient, token: str) -> None:
    """The same with a client that is there."""
    try:
        async with translated(CALL_SECONDS):
            await client.apps_connections_open(app_token=token)
    except TokenRefused:
        raise CredentialsRefused(APP_TOKEN_REFUSED) from None
