"""What every way of running Easel shares: the store, the image model, the engine and the actions, put together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from bot import __version__
from bot.actions import Actions
from bot.actions.admission import Admission
from bot.actions.cut_limits import CutLimitsNotice
from bot.actions.local_locks import LocalLocks
from bot.actions.moderator_notices import ModeratorNotices
from bot.cards import cut_limits_card, sheet_foot
from bot.composition.acting import MODERATORS_HOMES, PlatformRegistry, Stores, connect
from bot.composition.before_start import Role
from bot.composition.network import network_of
from bot.domain.limits import Limits
from bot.domain.ports import ImageModel, Locks, UsageFilter, UsageGroup
from bot.drawing.raster import Raster
from bot.engine.dispatcher import BaseDispatcher
from bot.engine.in_process import InProcessDispatcher
from bot.engine.settings import EngineSettings
from bot.observability.metrics import USAGE_KINDS, Metrics
from bot.observability.outages import Outage
from bot.pictures.arrivals import ArrivingPictures
from bot.pictures.fit import PictureFitter
from bot.pictures.series import SeriesSheets
from bot.pictures.sheet import ContactSheets
from bot.pictures.store import open_pictures
from bot.pictures.visible_label import visible_label
from bot.runtime.clock import SystemClock
from bot.runtime.network import Network
from bot.seedream.connect import Account, open_seedream
from bot.seedream.limiter import Limiter
from bot.seedream.token import SharedTokenStore
from bot.settings import Settings
from db.address import server_conninfo
from db.engine import open_database
from db.errors import DatabaseProblem, explain
from db.meta import BACKUP_MADE_AT, Meta
from db.migrate import migrate
from db.orphans import find_orphans
from db.pooler import Pooler, require_sessions
from db.transactions import unwritable_since, write_queue_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.sandbox.server import RunningSandbox

_log = structlog.get_logger(__name__)


_SETTLE_SECONDS = 10.0  # that the database must work before the log says that it is back
# Where people look at all pictures small before they look at one. Elsewhere few are asked for, and made then.
SMALL_ON = frozenset({"web"})
_USAGE_SECONDS = 3.0  # that the gauge of usage may take; Prometheus waits ten for everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The rooms below the platforms. `registry` is filled by whoever opens the core, before `dispatcher.run()`."""

    clock: SystemClock
    limits: Limits
    stores: Stores
    meta: Meta
    pictures: PictureFitter
    arrivals: ArrivingPictures  # `rooms` is filled beside the registry
    raster: Raster
    dispatcher: BaseDispatcher
    actions: Actions
    registry: PlatformRegistry
    metrics: Metrics
    limiter: Limiter
    model: ImageModel
    cut_limits: CutLimitsNotice
    network: Network
    sandbox: RunningSandbox | None  # the one in this program
    callback_secret: str | None
    news: Any = None  # a bot.composition.page_relay.News, where several processes share the database

    @property
    def sandbox_url(self) -> str | None:
        return None if self.sandbox is None else self.sandbox.url

    async def measure(self) -> None:
        """Bring the gauges of the moment up to date; what happens is counted when it happens."""
        await self._measure_usage()
        self.metrics.provider_up(self.model.away_since is None)
        self.metrics.account_accepted(self.model.account.accepted)
        self.metrics.limiter(rate=self.limiter.rate, waiting=sum(self.limiter.waiting.values()))
        self.metrics.jobs({"waiting": self.dispatcher.waiting, "running": self.dispatcher.under_way})

    def provider_check(self) -> dict[str, object]:
        """For readiness, which it does not decide: requests are taken and wait while the provider is down."""
        return _check(self.model.away_since, "down", required=False) | {"sandbox": self.model.sandbox}

    def saves_check(self) -> dict[str, object]:
        """The same for a full disk or a database that is held: nothing new is taken, and what is accepted waits."""
        return _check(unwritable_since(self.meta.engine), "not writable", required=True)

    async def _measure_usage(self) -> None:
        """Today's usage; the gauge stays as it was while the database is away or takes long."""
        today = self.limits.ceilings.today(self.clock.now())
        try:
            async with asyncio.timeout(_USAGE_SECONDS):
                rows = await self.stores.ledger.view(UsageGroup.DAY, UsageFilter(since=today, until=today))
        except (DatabaseProblem, TimeoutError) as error:  # readiness says so too, and it may be back in a moment
            _log.debug("usage_gauge_failed", action="measure", error=str(error))
        else:
            self.metrics.usage_today({name: sum(getattr(row, name) for row in rows) for name in USAGE_KINDS})


def _check(since: datetime | None, trouble: str, *, required: bool) -> dict[str, object]:
    return {
        "ok": since is None,
        "detail": "ok" if since is None else f"{trouble} since {since.isoformat(timespec='seconds')}",
        "since": None if since is None else since.isoformat(),
        "required": required,
    }


@contextlib.asynccontextmanager
async def open_core(settings: Settings, role: Role = Role.ALL) -> AsyncIterator[Core]:
    """Everything built and connected, closed in reverse order. The database's lock is the caller's."""
    clock = SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        way = network_of(settings)
        outage = Outage("database", settle_seconds=_SETTLE_SECONDS)
        engine = await stack.enter_async_context(open_database(settings.database_url, outage))
        await _check_pooler(engine)
        await migrate(engine)
        meta, limits = Meta(engine=engine), settings.limits
        stores = Stores.over(engine, clock, open_pictures(settings.pictures_url), timezone=settings.timezone)
        metrics = Metrics(version=__version__)
        provider_url, sandbox = settings.provider_url, None
        if provider_url is None:
            sandbox = await _start_sandbox(settings, stack)
            provider_url = sandbox.url
        model = await stack.enter_async_context(
            open_seedream(
                base_url=provider_url,
                account=_account(settings),
                qps=settings.seedream_qps,
                clock=clock,
                observe=metrics.provider_call,
                shared_store=_shared_store(settings, engine),
                network=way,
                picture_hosts=settings.trusted_picture_hosts,
                sandbox=None if sandbox is None else True,
            )
        )
        callback_secret = await meta.secret("callback-secret") if settings.public_url else None
        registry = PlatformRegistry()
        pictures = PictureFitter(
            stores.pictures,
            overlay=visible_label(settings.label_on_pictures, settings.font_path),
        )
        arrivals = ArrivingPictures(pictures, small_on=SMALL_ON)
        raster = Raster(settings.font_path)
        dispatcher = _dispatcher_for(settings, engine, role)(
            store=stores.jobs,
            model=model,
            pictures=stores.pictures,
            sheets=SeriesSheets(
                pictures=pictures,
                sheets=ContactSheets(raster),
                foot=lambda job: sheet_foot(job, sandbox=model.sandbox is True),
            ),
            platforms=registry.platforms,
            clock=clock,
            metrics=metrics,
            settings=EngineSettings(
                limits=limits,
                limits_for=Admission(communities=stores.communities, clock=clock, limits=limits).limits_for,
                callback_url=f"{settings.public_url}/seedream/callback/{callback_secret}" if callback_secret else None,
                restored_at=datetime.fromisoformat(made) if (made := await meta.get(BACKUP_MADE_AT)) else None,
                database=outage,
                arrivals=arrivals,
            ),
        )
        actions = connect(
            stores=stores,
            dispatcher=dispatcher,
            registry=registry,
            clock=clock,
            limits=limits,
            allowed=settings.allowed,
            retention_days=settings.retention_days,
            retention_bytes=settings.retention_bytes,
            forget_communities_days=settings.forget_communities_days,
            share_link_days=settings.share_link_days,
            requests=metrics,
            operator_channel=settings.operator_place,
            folder=settings.data_dir if settings.data_dir.is_dir() else None,
            locks=_locks(settings),
        )
        stack.push_async_callback(actions.budget.close)
        yield Core(
            clock=clock,
            limits=limits,
            stores=stores,
            meta=meta,
            pictures=pictures,
            arrivals=arrivals,
            raster=raster,
            dispatcher=dispatcher,
            actions=actions,
            registry=registry,
            metrics=metrics,
            limiter=model.limiter,
            model=model,
            cut_limits=CutLimitsNotice(
                communities=stores.communities,
                channel=ModeratorNotices(
                    communities=stores.communities,
                    moderator_channels=registry.moderator_channels,
                    homes=MODERATORS_HOMES,
                ),
                notes=meta,
                locks=_locks(settings),
                clock=clock,
                limits=limits,
                draw=cut_limits_card,
            ),
            network=way,
            sandbox=sandbox,
            callback_secret=callback_secret,
            news=None if server_conninfo(settings.database_url) is None else dispatcher,
        )


async def _check_pooler(engine: AsyncEngine) -> None:
    """DatabaseProblem: processes would not hear one another through what stands before the server."""
    if (pooler := await require_sessions(engine)) is not Pooler.NONE:
        _log.info("pooler_found", action="start", mode=pooler.value, note="16 connections for each process")


def _locks(settings: Settings) -> Locks:
    if server_conninfo(settings.database_url) is None:
        return LocalLocks()
    from db.locks import DatabaseLocks  # noqa: PLC0415 - for those who share

    return DatabaseLocks(settings.database_url)


def _shared_store(settings: Settings, engine: AsyncEngine) -> SharedTokenStore | None:
    """None where no other process has the account's token too."""
    if server_conninfo(settings.database_url) is None or settings.provider_url is None:
        return None
    from bot.composition.shared_token import DatabaseTokenStore  # noqa: PLC0415 - for those who share
    from db.locks import DatabaseLocks  # noqa: PLC0415
    from db.shared_token import SharedToken  # noqa: PLC0415

    account = _account(settings)
    if account.access_token:  # nobody renews it
        return None
    locks = DatabaseLocks(settings.database_url)
    return DatabaseTokenStore(SharedToken(engine, locks, app_id=account.app_id, secret=account.secret_key))


def _dispatcher_for(settings: Settings, engine: AsyncEngine, role: Role) -> Callable[..., BaseDispatcher]:
    conninfo = server_conninfo(settings.database_url)
    if conninfo is None:
        return InProcessDispatcher
    from bot.engine.postgres import PostgresDispatcher  # noqa: PLC0415 - a tenth of a second for those who share
    from bot.engine.procrastinate_queue import ProcrastinateQueue  # noqa: PLC0415

    return partial(
        PostgresDispatcher,
        queue=ProcrastinateQueue(conninfo, page=role.listens, explain=partial(explain, write_queue_of(engine).where)),
        orphans=partial(find_orphans, engine),
        works=role.works,
    )


async def _start_sandbox(settings: Settings, stack: contextlib.AsyncExitStack) -> RunningSandbox:
    from bot.composition.sandbox import start_sandbox  # noqa: PLC0415 - a painter for those without an account

    running = await stack.enter_async_context(await start_sandbox(settings, journal=True))
    _log.info("sandbox_started", action="start", url=running.url)
    return running


def _account(settings: Settings) -> Account:
    """The operator's, or one that the sandbox takes: any."""
    token, secret = settings.chanjing_access_token, settings.chanjing_secret_key
    return Account(
        app_id=settings.chanjing_app_id or "sandbox",
        secret_key=secret.get_secret_value() if secret is not None else "sandbox",
        access_token=token.get_secret_value() if token is not None else "",
    )
