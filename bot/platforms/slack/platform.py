"""Slack as one ChatPlatform: Bolt over Socket Mode or over our own web server, and the way results are posted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Mapping, Sequence
from functools import partial
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.actions import Actions
from bot.domain.card import Card
from bot.domain.errors import CredentialsRefused, PlatformError, PlatformUnavailable, StoreUnavailable
from bot.domain.job import GalleryCopy, Job
from bot.domain.ports import Clock, PictureReader, Room
from bot.domain.report import JobReport
from bot.drawing.raster import Raster
from bot.observability.health import Check
from bot.runtime.first_of import first_of

from .api import SlackApi
from .boundary import Boundary
from .building import Shared, listeners
from .cards import Cards
from .command_names import CommandNames, Meta
from .community_channels import CommunityChannels
from .config import SlackConfig
from .connection import SocketMode
from .delivery import Delivery
from .faults import TokenRefused, translated
from .http import HttpEvents
from .limits import CALL_SECONDS
from .membership import Membership
from .oauth import Installing
from .posted_files import JobNotes
from .request_context import NAME, People
from .results import Results
from .uploads import ROOM, Uploads
from .workspaces import Installation, InstallationStore, Workspace, Workspaces

_log = structlog.get_logger(__name__)

# How long a delivery waits for the connection before it says "later".
CONNECT_SECONDS = 30.0
# On the way down: for those who are being answered.
LAST_ANSWERS_SECONDS = 1.0
# Between two workspaces whose tokens are looked at: https://docs.slack.dev/reference/methods/auth.test#rate-limits
LOOK_SECONDS = 1.0
AWAY_SECONDS = 5.0  # between two tries to read which workspaces there are

# Sentences, no secrets.
BOT_TOKEN_REFUSED = (
    "Slack refuses SLACK_BOT_TOKEN. Copy the Bot User OAuth Token (xoxb-…) again from https://api.slack.com/apps "  # noqa: S105
    "(your app, OAuth & Permissions) and restart Easel."
)
APP_TOKEN_REFUSED = (
    "Slack refuses SLACK_APP_TOKEN. Make an app-level token (xapp-…) with the scope connections:write at "  # noqa: S105
    "https://api.slack.com/apps (your app, Basic Information, App-Level Tokens), switch Socket Mode on, and restart "
    "Easel."
)
NO_WAY_IN = (
    "SLACK_BOT_TOKEN alone lets nobody reach the bot: set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET "
    "for HTTP events."
)


class SlackPlatform:
    """Implements the ports ChatPlatform, ModeratorChannel and GalleryChannel.

    `run()` is its life; it ends by `close()` or cancellation.

    The `installations` say which workspaces there are where the config has no token of one. `meta` keeps what our
    commands are called.
    """

    name = NAME

    def __init__(
        self,
        config: SlackConfig,
        *,
        actions: Actions,
        pictures: PictureReader,
        notes: JobNotes,
        raster: Raster,
        clock: Clock,
        meta: Meta | None = None,
        installations: InstallationStore | None = None,
    ) -> None:
        """ValueError: nobody could reach it."""
        if config.listens and not config.app_token and not config.signing_secret:
            raise ValueError(NO_WAY_IN)
        self._config = config
        self._signing_secret = config.signing_secret or ""
        self._clock = clock
        self._ready = asyncio.Event()
        self._closing = asyncio.Event()
        self._refused = asyncio.Event()
        self._socket: SocketMode | None = None
        self._communities = actions.removed_communities
        self._workspaces = Workspaces(
            api_url=config.api_url,
            installations=None if config.bot_token else installations,
            removed=partial(self._communities.removed, NAME),
        )
        self._workspaces.token_refused = self._refused.set
        self._http = None if config.app_token else HttpEvents(signing_secret=self._signing_secret, clock=clock)
        api = self._api = SlackApi(self._workspaces, clock, names=CommandNames(meta))
        people = People(api=api, clock=clock)
        membership = Membership(api=api, clock=clock)
        uploads = Uploads(api=api, pictures=pictures, clock=clock)
        self._community_channels = CommunityChannels(
            api=api,
            workspaces=self._workspaces,
            uploads=uploads,
            membership=membership,
            clock=clock,
            connected=self._connected,
        )
        cards = Cards(api=api, notes=notes, clock=clock, connected=self._connected)
        results = Results(api=api, uploads=uploads, notes=notes, membership=membership, cards=cards, clock=clock)
        self._delivery = Delivery(cards=cards, results=results, connected=self._connected)
        self._boundary = Boundary(
            api=api,
            workspaces=self._workspaces,
            people=people,
            jobs=actions.jobs,
            clock=clock,
            serve_strangers=config.serve_strangers,
        )
        self._listeners = listeners(
            Shared(
                api=api,
                people=people,
                boundary=self._boundary,
                delivery=self._delivery,
                membership=membership,
                uploads=uploads,
                notes=notes,
                clock=clock,
            ),
            actions=actions,
            raster=raster,
        )
        self._installing = (
            Installing(
                config.oauth,
                workspaces=self._workspaces,
                installations=installations,
                installed=partial(self._communities.added, NAME),
                now=clock.now,
                names=api.names,
            )
            if config.oauth is not None and installations is not None
            else None
        )

    def room(self, _: Job) -> Room:
        """What Slack takes of a job's pictures."""
        return ROOM

    @property
    def ready(self) -> bool:
        """Whether events arrive and messages can be sent."""
        if not self._ready.is_set() or self._closing.is_set() or self._refused.is_set():
            return False
        return self._http is not None or (self._socket is not None and self._socket.connected)

    def slack_routes(self) -> Sequence[web.RouteDef]:
        """For our web server: events that come over HTTP, and the pages for installing."""
        parts = [part for part in (self._http, self._installing) if part is not None]
        return [route for part in parts for route in part.routes()]

    def checks(self) -> Mapping[str, Check]:
        """What belongs in /readyz beside the connection."""
        return {}

    async def run(self) -> None:
        """One connection. Returns after `close()`; else raises what ends it, mostly a PlatformError.

        CredentialsRefused, with a sentence for the operator, if a token is refused.
        """
        # At debug they log every body: tokens and prompts.
        for name in ("slack_sdk", "slack_bolt"):
            logging.getLogger(name).setLevel(max(logging.INFO, logging.getLogger().level))
        self._refused.clear()
        async with aiohttp.ClientSession(connector=self._config.network.connector()) as session:
            self._workspaces.connect(session)
            try:
                if not self._closing.is_set():
                    await self._live()
            except TokenRefused as error:
                raise CredentialsRefused(self._whose_token(error)) from error
            except TimeoutError as error:
                raise PlatformUnavailable("Slack did not answer in time", after=0.0) from error
            finally:
                self._workspaces.connect(None)

    async def close(self) -> None:
        """Take nothing new, let those who are being answered have their answer, hang up. Seconds, not more."""
        if self._http is not None:
            self._http.app = None
        await self._boundary.idle(LAST_ANSWERS_SECONDS)
        self._closing.set()
        await self._delivery.close()
        await self._community_channels.close()

    async def show(self, report: JobReport) -> None:
        await self._delivery.cards.show(report)

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
        """One connection, from who we are to its end."""
        if self._config.bot_token:
            self._workspaces.only = await self._who_we_are(self._config.bot_token)
        await self._api.names.recall()
        app = self._app()
        socket: SocketMode | None = None
        looking: asyncio.Task[None] | None = None
        try:
            if self._config.app_token and self._config.listens:
                socket = self._socket = SocketMode(
                    app=app,
                    app_token=self._config.app_token,
                    workspaces=self._workspaces,
                    network=self._config.network,
                )
                await socket.connect()
            if self._http is not None:
                self._http.app = app
            self._ready.set()
            looking = asyncio.create_task(self._look_at_workspaces(), name="slack-workspaces")
            _log.info("connected", action="connect", mode="http" if self._http else "socket")
            waiting: list[Awaitable[object]] = [self._closing.wait(), self._refused.wait()]
            if socket is not None:
                waiting.append(socket.token_refused.wait())
            await first_of(*waiting)
        finally:
            self._ready.clear()
            if self._http is not None:
                self._http.app = None
            if looking is not None:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)
            if socket is not None:
                await socket.close()
        if self._refused.is_set():
            raise TokenRefused("bot")
        if socket is not None and socket.token_refused.is_set():
            raise TokenRefused("app")

    async def _look_at_workspaces(self) -> None:
        """Compare where the app is with where it was, then ask each workspace's token whether it is still good.

        What Slack says while nobody listens is lost.
        """
        try:
            workspaces = await self._known_workspaces()
            await self._communities.compare(NAME, {one.community_id for one in workspaces})
        except Exception:
            _log.exception("workspaces_not_compared", action="connect")
            return
        for workspace in workspaces if self._config.listens and not self._config.bot_token else ():
            try:
                await self._api.look_again(workspace)
            except (PlatformError, StoreUnavailable) as error:
                _log.info("token_check_failed", action="connect", team=workspace.team_id, error=str(error))
            await self._clock.sleep(LOOK_SECONDS)

    async def _known_workspaces(self) -> Sequence[Workspace]:
        while True:
            try:
                return await self._workspaces.all()
            except StoreUnavailable as error:  # which is said already
                _log.debug("workspaces_not_read", action="connect", error=str(error))
                await self._clock.sleep(AWAY_SECONDS)

    def _whose_token(self, _error: TokenRefused) -> str:
        return BOT_TOKEN_REFUSED if self._refused.is_set() else APP_TOKEN_REFUSED

    async def _who_we_are(self, token: str) -> Installation:
        try:
            async with translated(CALL_SECONDS):
                answer = await self._workspaces.client_with(token).auth_test()
        except TokenRefused:
            self._refused.set()
            raise
        self._api.names.bot = str(answer.get("user") or "")
        return Installation(
            team_id=answer.get("team_id"),
            enterprise_id=answer.get("enterprise_id"),
            bot_token=token,
            bot_user_id=str(answer.get("user_id") or ""),
            bot_id=str(answer.get("bot_id") or ""),
            name=str(answer.get("team") or ""),
        )

    def _app(self) -> AsyncApp:
        async def authorize(enterprise_id: str | None, team_id: str | None) -> Any:
            # A function of its own: Bolt reads the names of the arguments and would pass `self` too.
            return await self._authorized(Workspace(team_id=team_id or "", enterprise_id=enterprise_id))

        logger = logging.getLogger(f"{__name__}.bolt")
        # Bolt looks into the environment too, and would warn that it found there what it was not given.
        logger.setLevel(logging.ERROR)
        app = AsyncApp(
            name="easel",
            logger=logger,
            client=self._workspaces.client_with(None),
            authorize=authorize,
            signing_secret=self._signing_secret,
            request_verification_enabled=False,  # http.py has done it; a socket's envelopes are not signed
        )
        logger.setLevel(logging.WARNING)
        self._listeners.register(app)
        return app

    async def _authorized(self, workspace: Workspace) -> AuthorizeResult | None:
        """None where the app is not installed: Bolt then refuses the request."""
        try:
            found = await self._workspaces.installation(workspace)
        except PlatformUnavailable as error:
            _log.info("workspace_not_installed", action="listen", error=str(error))
            return None
        except StoreUnavailable as error:  # whoever asks is told so, where that takes no token
            _log.debug("workspace_not_read", action="listen", error=str(error))
            return AuthorizeResult(enterprise_id=workspace.enterprise_id, team_id=workspace.team_id)
        return AuthorizeResult(
            enterprise_id=found.enterprise_id,
            team_id=found.team_id,
            bot_token=found.bot_token,
            bot_user_id=found.bot_user_id,
            bot_id=found.bot_id,
        )

    async def _connected(self) -> None:
        if not self._ready.is_set() and not self._refused.is_set() and not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    await first_of(self._ready.wait(), self._closing.wait(), self._refused.wait())
        if not self._ready.is_set():
            raise PlatformUnavailable("Slack is not connected", after=60.0 if self._refused.is_set() else 5.0)
