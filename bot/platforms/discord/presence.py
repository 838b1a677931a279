"""What stands beside the bot's name: how many requests wait. Told on a change, and rarely."""

from __future__ import annotations

from collections.abc import Callable

import discord
import structlog

from bot.domain.ports import Clock

from .limits import PRESENCE_SECONDS

_log = structlog.get_logger(__name__)


class Presence:
    """`waiting` gives the length of the line. `watch` runs as long as one client lives."""

    def __init__(self, clock: Clock, waiting: Callable[[], int]) -> None:
        self._clock = clock
        self._waiting = waiting

    async def watch(self, client: discord.AutoShardedClient) -> None:
        shown = 0  # a client begins without a word
        while True:
            now = self._waiting()
            if now != shown and client.is_ready():
                try:
                    await client.change_presence(activity=_activity(now))
                except (discord.DiscordException, OSError, RuntimeError) as error:
                    # The socket is going down; whoever comes after it says it anew.
                    _log.info("presence_failed", action="presence", error=type(error).__name__)
                else:
                    shown = now
            await self._clock.sleep(PRESENCE_SECONDS)


def _activity(waiting: int) -> discord.CustomActivity | None:
    if waiting == 0:
        return None
    return discord.CustomActivity(name=f"/imagine · {waiting} in line")
