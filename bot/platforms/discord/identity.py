"""Whose a token is: two calls that change nothing."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.runtime.network import DIRECT, Network

from .checkup import invitation
from .faults import connecting, making_sense


@dataclass(frozen=True, slots=True)
class Identity:
    name: str
    invitation: str


async def who_is(token: str, *, api_url: str | None, network: Network = DIRECT) -> Identity:
    """CredentialsRefused: Discord does not take the token. PlatformError: it gives no answer, or none with a sense."""
    if api_url is not None:
        discord.http.Route.BASE = api_url.rstrip("/")
    client = discord.Client(
        intents=discord.Intents.none(), max_ratelimit_timeout=30.0, connector=network.connector(limit=0)
    )
    try:
        with connecting(), making_sense():
            await client.login(token)
            application = await client.application_info()
            return Identity(str(client.user), invitation(application.id))
    finally:
        await client.close()
