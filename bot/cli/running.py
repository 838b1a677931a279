"""Whoever holds the database right now: ask the running bot, or hold it ourselves for the moment of one deed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.cli.faults import Trouble, WrongCall
from db.lock import DatabaseLock, RunningBot, find_running

# Forgetting somebody takes their messages away one by one, at the pace that a chat allows.
_TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=5)
_REFUSED = range(400, 500)


class RunningEasel:
    """The bot that runs on this database, spoken to over loopback with the secret of this machine's user."""

    def __init__(self, bot: RunningBot) -> None:
        self._bot = bot

    async def do(self, *path: str) -> dict[str, Any]:
        """POST to the operator's API; its answer. WrongCall: it says no. Trouble: it went away, or failed."""
        address = "/".join(quote(part, safe="") for part in ("api", "operator", *path))
        headers = {"Authorization": f"Bearer {self._bot.secret}", "Accept-Language": "en"}
        try:
            async with (
                aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT) as session,
                session.post(f"{self._bot.url}/{address}", json={}) as answer,
            ):
                body: dict[str, Any] = await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Trouble(
                f"The running bot (process {self._bot.pid}) went away or doesn't answer. Look at what is done by now, "
                "and try again."
            ) from error
        if answer.ok:
            return body
        said = " ".join(part for part in (body["error"]["message"], body["error"].get("hint")) if part)
        raise (WrongCall if answer.status in _REFUSED else Trouble)(said)


@asynccontextmanager
async def whoever_runs(database_url: str) -> AsyncIterator[RunningEasel | None]:
    """The running bot, or None while this process holds the database in its place.

    Trouble: it is about to start, or another command holds the database. AlreadyRunning: it has just started.
    """
    bot = await asyncio.to_thread(find_running, database_url)
    if bot is not None:
        if not bot.url:
            raise Trouble(
                f"Another program (process {bot.pid}) holds the database and takes no commands: a bot that is about to "
                "start, or another command. Try again in a moment."
            )
        yield RunningEasel(bot)
        return
    lock = DatabaseLock(database_url)
    await asyncio.to_thread(lock.acquire)
    try:
        yield None
    finally:
        lock.release()
