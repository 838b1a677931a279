"""Discord as one ChatPlatform: a client that comes back after every break, and the way results are delivered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence

import discord
import structlog
import yarl
from discord.ext import commands

from bot.actions import Actions
from bot.domain.card import Card
from bot.domain.errors import CredentialsRefused, PlatformUnavailable
from bot.domain.job import GalleryCopy, Job
from bot.domain.ports import Clock, TakenInteractions
from bot.domain.report import JobReport
from bot.observability.health import Check
from bot.runtime.first_of import first_of

from .answers import Answers
from .api import DiscordApi
from .boundary import Boundary
from .client import EaselClient, Meta
from .command_ids import CommandIds
from .command_sync import CommandSync
from .community_channels import CommunityChannels
from .config import DiscordConfig
from .counts import Counts
from .delivery import Delivery
from .faults import TOKEN_REFUSED, connecting, making_sense
from .gallery_pages import GalleryPages, Thumbnails
from .handler import RequestHandler
from .keeping import Keeping
from .late_autocomplete import late_completions_are_no_errors
from .live_interactions import LiveInteractions
from .offers import Offers
from .origin import NAME
from .originals import Originals
from .outgoing import Forms
from .posting import Fitting
from .presence import Presence
from .quiet_gateway import failed_dials_are_told_once
from .rejection_guard import RejectionGuard
from .replying import Replying
from .results import Results
from .usage_answer import ChartRaster, UsageCards

_log = structlog.get_logger(__name__)

# How long a delivery waits for the client to log in before it says "later".
LOGIN_SECONDS = 30.0
# On the way down: for those who are being answered, and for the sockets.
LAST_ANSWERS_SECONDS = 1.0
CLOSE_SECONDS = 2.0


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
        taken: TakenInteractions,
        clock: Clock,
        cogs: Sequence[Callable[[EaselClient], commands.Cog]],
    ) -> None:
        self._config = config
        self._clock = clock
        self._cogs = cogs
        self._client: EaselClient | None = None
        self._logged_in = asyncio.Event()
        self._closing = asyncio.Event()
        self._token_refused = False
        self._hung_up = asyncio.Event()  # the token was taken back
        self._commands = CommandSync(meta, clock)
        self._closer: asyncio.Task[None] | None = None
        self._presence = None if config.waiting is None else Presence(clock, config.waiting)
        self._communities = actions.removed_communities
        self._keeping = Keeping(taken, clock)
        self._rejection_guard = RejectionGuard(clock)
        self._command_ids = CommandIds()
        forms, fitting = Forms(clock, self._command_ids), Fitting(pictures, picture_link=config.picture_link)
        api = DiscordApi(self._usable_client, self._give_up_token, forms=forms, rejection_guard=self._rejection_guard)
        live, answers = LiveInteractions(clock), Answers(forms)
        results = Results(
            api=api,
            answers=answers,
            live=live,
            fitting=fitting,
            clock=clock,
            rejection_guard=self._rejection_guard,
            opinions=actions.gallery.opinion,
        )
        self.room = results.room
        self._delivery = Delivery(
            api=api,
            live=live,
            results=results,
            clock=clock,
            rejection_guard=self._rejection_guard,
            connected=self._connected,
        )
        self._community_channels = CommunityChannels(
            api=api, fitting=fitting, rejection_guard=self._rejection_guard, connected=self._connected
        )
        self._boundary = Boundary(answers, live=live, offers=Offers(jobs=actions.jobs, answers=answers, live=live))
        self._counts = Counts(gallery=actions.gallery, api=api, clock=clock)
        replying = Replying(
            answers=answers,
            boundary=self._boundary,
            delivery=self._delivery,
            results=results,
            counts=self._counts,
            pages=GalleryPages(pictures, answers),
            usage=UsageCards(raster),
            originals=Originals(Fitting(pictures), answers),
        )
        self._handler = RequestHandler(
            actions=actions,
            delivery=self._delivery,
            boundary=self._boundary,
            replying=replying,
            answers=answers,
            live=live,
            keeping=self._keeping,
            clock=clock,
        )

    @property
    def ready(self) -> bool:
        """Whether events arrive and messages can be sent; where it does not listen, whether they can be sent."""
        client = self._client
        if client is None or self._closing.is_set() or client.is_closed():
            return False
        if not self._config.listens:
            return self._logged_in.is_set()
        if not client.is_ready():
            return False
        return any(not shard.is_closed() for shard in client.shards.values())

    def checks(self) -> Mapping[str, Check]:
        """What belongs in /readyz beside the connection."""
        return {"discord_commands": self._commands.check} if self._config.listens else {}

    async def run(self) -> None:
        """One connection. Returns after `close()`; else raises what ends it, mostly a PlatformError.

        CredentialsRefused, with a sentence for the operator, if the token is refused.
        """
        # At debug discord.py logs every address and body: interaction tokens and prompts.
        logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLogger().level))
        if self._config.api_url is not None:
            discord.http.Route.BASE = self._config.api_url.rstrip("/")
        self._token_refused = False
        self._hung_up.clear()
        with late_completions_are_no_errors(), failed_dials_are_told_once(self._clock), connecting():
            await self._live()
        if self._closing.is_set():
            return
        if self._token_refused:
            raise CredentialsRefused(TOKEN_REFUSED)
        raise PlatformUnavailable("the connection to Discord ended", after=0.0)

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
        return await self._community_channels.post_for_moderators(community_id, channel_id, card, job)

    async def edit_for_moderators(self, community_id: str, channel_id: str, message_id: str, card: Card) -> None:
        await self._community_channels.edit_for_moderators(community_id, channel_id, message_id, card)

    async def post(self, report: JobReport, channel_id: str, indexes: Sequence[int]) -> GalleryCopy:
        return await self._community_channels.post(report, channel_id, indexes)

    async def _live(self) -> None:
        """One client from login to its end."""
        client = self._client = EaselClient(
            network=self._config.network,
            communities=self._communities,
            command_ids=self._command_ids,
            keeping=self._keeping,
            handler=self._handler,
            cogs=self._cogs,
            http_trace=self._rejection_guard.trace(),
            shards=self._config.shards,
        )
        beside: list[asyncio.Task[None]] = []
        try:
            with making_sense():
                await client.login(self._config.token)
            self._logged_in.set()
            if not self._config.listens:
                _log.info("logged_in_to_post", action="connect", user=str(client.user))
                await first_of(self._closing.wait(), self._hung_up.wait())
                return
            beside.append(asyncio.create_task(self._commands.run(client), name="discord-commands"))
            beside.append(asyncio.create_task(self._keeping.run(client), name="discord-keeping"))
            with making_sense():
                await self._find_gateway(client)
            _log.info("logged_in", action="connect", user=str(client.user))
            await self._connect(client)
        finally:
            self._logged_in.clear()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
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
            self._hung_up.set()
            self._closer = asyncio.create_task(self._hang_up(self._client))

    async def _connected(self) -> None:
        if not self._logged_in.is_set() and not self._token_refused:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOGIN_SECONDS):
                    await first_of(self._logged_in.wait(), self._closing.wait())
        if not self._logged_in.is_set():
            raise PlatformUnavailable("Discord is not connected", after=60.0 if self._token_refused else 5.0)

    def _usable_client(self) -> EaselClient:
        if self._client is None or not self._logged_in.is_set() or self._client.is_closed():
            raise PlatformUnavailable("Discord is not connected", after=5.0)
        return self._client
