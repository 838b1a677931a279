"""Discord as one ChatPlatform: a client that comes back after every break, and the way results are delivered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
import discord
import structlog
import yarl
from discord.ext import commands

from bot.actions import Actions
from bot.domain.card import Card
from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.job import Job
from bot.domain.ports import Clock
from bot.domain.report import JobReport

from .answers import Answers
from .boundary import Boundary
from .channels import Channels
from .client import EaselClient, Meta
from .config import DiscordConfig
from .counts import Counts
from .delivery import Delivery
from .gallery_pages import GalleryPages, Thumbnails
from .guest import Guest
from .handler import RequestHandler
from .late import late_completions_are_no_errors
from .outgoing import Forms
from .place import NAME
from .posting import Fitting
from .presence import Presence
from .replying import Replying
from .results import Results
from .usage_answer import ChartRaster, UsageCards
from .wire import Wire

_log = structlog.get_logger(__name__)

# How long a delivery waits for the client to log in before it says "later".
LOGIN_SECONDS = 30.0
# On the way down: for those who are being answered, and for the sockets.
LAST_ANSWERS_SECONDS = 1.0
CLOSE_SECONDS = 2.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
_AUTHENTICATION_FAILED = 4004  # the gateway's word for a wrong token

TOKEN_REFUSED = (
    "Discord refuses DISCORD_TOKEN. Copy the bot's token again from https://discord.com/developers/applications "  # noqa: S105 - a sentence
    "(your application, Bot, Reset Token) and start Easel anew."
)


class DiscordPlatform:
    """Implements bot.domain.ports.ChatPlatform. `run()` is its life; it ends by `close()` or cancellation.

    `cogs` make the commands, each called with the client.
    """

    name = NAME

    def __init__(
        self,
        config: DiscordConfig,
        *,
        actions: Actions,
        pictures: Thumbnails,
        raster: ChartRaster,
        meta: Meta,
        clock: Clock,
        cogs: Sequence[Callable[[EaselClient], commands.Cog]],
        waiting: Callable[[], int],
    ) -> None:
        """`waiting`: how many requests wait, for the presence."""
        self._config = config
        self._meta = meta
        self._clock = clock
        self._cogs = cogs
        self._client: EaselClient | None = None
        self._logged_in = asyncio.Event()
        self._closing = asyncio.Event()
        self._token_refused = False
        self._closer: asyncio.Task[None] | None = None
        self._presence = Presence(clock, waiting) if config.presence else None
        self._guest = Guest(clock)
        forms, fitting = Forms(), Fitting(pictures, picture_link=config.picture_link)
        wire = Wire(self._usable_client, self._give_up_token, forms=forms, guest=self._guest)
        results = Results(
            wire=wire,
            fitting=fitting,
            clock=clock,
            guest=self._guest,
            opinions=actions.gallery.opinion,
        )
        self._delivery = Delivery(
            wire=wire,
            results=results,
            clock=clock,
            guest=self._guest,
            connected=self._connected,
        )
        self._channels = Channels(wire=wire, fitting=fitting, guest=self._guest, connected=self._connected)
        answers = Answers(forms)
        self._boundary = Boundary(answers)
        self._counts = Counts(gallery=actions.gallery, wire=wire, clock=clock)
        replying = Replying(
            answers=answers,
            boundary=self._boundary,
            delivery=self._delivery,
            results=results,
            counts=self._counts,
            pages=GalleryPages(pictures, answers),
            usage=UsageCards(raster),
        )
        self._handler = RequestHandler(
            actions=actions,
            delivery=self._delivery,
            boundary=self._boundary,
            replying=replying,
            answers=answers,
            clock=clock,
        )

    @property
    def ready(self) -> bool:
        """Whether events arrive and messages can be sent."""
        client = self._client
        if client is None or self._closing.is_set() or client.is_closed() or not client.is_ready():
            return False
        return any(not shard.is_closed() for shard in client.shards.values())

    async def run(self) -> None:
        """Stay connected until `close()`. PlatformError, with a sentence for the operator, if the token is refused."""
        # At debug discord.py logs every address and body: interaction tokens and prompts.
        logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLogger().level))
        if self._config.api_url is not None:
            discord.http.Route.BASE = self._config.api_url.rstrip("/")
        with late_completions_are_no_errors():
            await self._stay_connected()

    async def _stay_connected(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._closing.is_set():
            began = self._clock.monotonic()
            try:
                await self._live()
            except discord.LoginFailure:
                self._token_refused = True
            except discord.ConnectionClosed as error:
                self._token_refused |= error.code == _AUTHENTICATION_FAILED
                _log.warning("gateway closed", action="connect", code=error.code)
            except (discord.HTTPException, discord.GatewayNotFound, discord.RateLimited) as error:
                _log.warning("Discord refuses the connection", action="connect", error=str(error))
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                _log.warning("Discord can't be reached", action="connect", error=type(error).__name__)
            if self._token_refused:
                raise PlatformError(TOKEN_REFUSED)
            if self._closing.is_set():
                return
            lasted = self._clock.monotonic() - began
            pause = FIRST_PAUSE_SECONDS if lasted > LONGEST_PAUSE_SECONDS else min(2 * pause, LONGEST_PAUSE_SECONDS)
            await self._pause(pause)

    async def close(self) -> None:
        """Take nothing new, let those who are being answered have their answer, hang up. Seconds, not more."""
        self._closing.set()
        await self._boundary.idle(LAST_ANSWERS_SECONDS)
        await self._delivery.close()
        await self._counts.close()
        await self._hang_up(self._client)

    async def show(self, report: JobReport) -> None:
        await self._delivery.show(report)

    async def conclude(self, report: JobReport) -> str:
        return await self._delivery.conclude(report)

    async def take_away(self, job: Job) -> None:
        await self._delivery.take_away(job)

    async def post_for_moderators(self, community_id: str, channel_id: str, card: Card, job: Job | None) -> str:
        return await self._channels.post_for_moderators(community_id, channel_id, card, job)

    async def edit_for_moderators(self, community_id: str, channel_id: str, message_id: str, card: Card) -> None:
        await self._channels.edit_for_moderators(community_id, channel_id, message_id, card)

    async def exhibit(self, report: JobReport, channel_id: str, indexes: Sequence[int]) -> str:
        return await self._channels.exhibit(report, channel_id, indexes)

    async def _live(self) -> None:
        """One client from login to its end."""
        client = self._client = EaselClient(
            network=self._config.network,
            handler=self._handler,
            cogs=self._cogs,
            http_trace=self._guest.trace(),
            shards=self._config.shards,
        )
        try:
            await client.login(self._config.token)
            if not self._config.listens:
                self._logged_in.set()
                _log.info("logged in to post", action="connect", user=str(client.user))
                await self._closing.wait()
                return
            await self._sync(client)
            self._logged_in.set()
            await self._find_gateway(client)
            _log.info("logged in", action="connect", user=str(client.user))
            await self._connect(client)
        finally:
            self._logged_in.clear()
            await self._hang_up(client)

    async def _connect(self, client: EaselClient) -> None:
        if self._presence is None:
            await client.connect()
            return
        watching = asyncio.create_task(self._presence.watch(client), name="discord-presence")
        try:
            await client.connect()
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

    async def _find_gateway(self, client: EaselClient) -> None:
        """After an invalid session discord.py dials its default address, and shows the token there.

        https://github.com/Rapptz/discord.py/blob/v2.7.1/discord/gateway.py#L567
        """
        if self._config.api_url is not None:
            _, address, _ = await client.http.get_bot_gateway()
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address).with_query(None)

    async def _pause(self, seconds: float) -> None:
        """That long, or until `close()`."""
        await _first_of(self._clock.sleep(seconds), self._closing.wait())

    async def _sync(self, client: EaselClient) -> None:
        try:
            await client.sync_commands(self._meta)
        except discord.app_commands.CommandSyncFailure as error:
            # Those that Discord knows from before still work.
            _log.error("Discord refuses the commands", action="sync", error=str(error))

    async def _hang_up(self, client: EaselClient | None) -> None:
        if client is None or client.is_closed():
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await client.close()

    def _give_up_token(self) -> None:
        """The token was taken back while we were connected: hang up, and let `run` say so."""
        if not self._token_refused:
            self._token_refused = True
            self._closer = asyncio.create_task(self._hang_up(self._client))

    async def _connected(self) -> None:
        if not self._logged_in.is_set() and not self._token_refused:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOGIN_SECONDS):
                    await _first_of(self._logged_in.wait(), self._closing.wait())
        if not self._logged_in.is_set():
            raise PlatformUnavailable("Discord is not connected", after=60.0 if self._token_refused else 5.0)

    def _usable_client(self) -> EaselClient:
        if self._client is None or not self._logged_in.is_set() or self._client.is_closed():
            raise PlatformUnavailable("Discord is not connected", after=5.0)
        return self._client


async def _first_of(*awaitables: Awaitable[object]) -> None:
    """Until one of them is through; the others are cancelled."""
    tasks = [asyncio.ensure_future(one) for one in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
