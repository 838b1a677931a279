"""What every way of running Easel shares: the store, the image model, the engine and the actions, put together."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import __version__
from bot.actions import Imagine, JobActions
from bot.actions.admission import Admission
from bot.actions.budget import BudgetWatch
from bot.actions.moderate import Moderate
from bot.actions.moderators_channel import ModeratorsChannel
from bot.actions.people_rules import PeopleRules
from bot.actions.reports import Reports
from bot.actions.settings import Settings as CommunitySettings
from bot.actions.why import Why
from bot.cards import appeal_card, budget_card, report_card
from bot.clock import SystemClock
from bot.domain.limits import Limits
from bot.domain.people import Person
from bot.domain.ports import ChatPlatform, ModeratorDesk
from bot.engine.in_process import InProcessDispatcher
from bot.observability.metrics import Metrics
from bot.pictures.fit import PictureFitter
from bot.pictures.store import open_pictures
from bot.sandbox import server as sandbox
from bot.sandbox.config import SandboxConfig
from bot.seedream.connect import Account, open_seedream
from bot.seedream.limiter import Limiter
from bot.settings import Settings, SettingsError
from db.address import database_file
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.errors import DatabaseProblem
from db.jobs import SqlJobStore
from db.meta import get_meta, set_meta
from db.migrate import migrate
from db.usage import SqlUsageLedger

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """Small facts kept between starts."""

    engine: AsyncEngine

    async def get(self, key: str) -> str | None:
        return await get_meta(self.engine, key)

    async def set(self, key: str, value: str) -> None:
        await set_meta(self.engine, key, value)

    async def secret(self, key: str) -> str:
        """A random word that stays the same from start to start."""
        value = await self.get(key)
        if value is None:
            value = secrets.token_urlsafe(32)
            await self.set(key, value)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What moderators and managers do, and what people are told of it; `desks` by platform."""

    desks: dict[str, ModeratorDesk]
    moderate: Moderate
    people: PeopleRules
    settings: CommunitySettings
    reports: Reports
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The rooms below the platforms.

    `platforms` and `rules.desks` are filled by whoever opens the core, before `dispatcher.run()`.
    """

    clock: SystemClock
    store: SqlJobStore
    meta: Meta
    pictures: PictureFitter
    dispatcher: InProcessDispatcher
    imagine: Imagine
    jobs: JobActions
    rules: Rules
    platforms: dict[str, ChatPlatform]
    metrics: Metrics
    limiter: Limiter
    sandbox_url: str | None
    callback_secret: str | None

    def measure(self) -> None:
        """Bring the gauges up to date; everything else is counted when it happens."""
        self.metrics.limiter(rate=self.limiter.rate, waiting=sum(self.limiter.waiting.values()))
        self.metrics.jobs({"waiting": self.dispatcher.waiting, "running": self.dispatcher.under_way})


def check(settings: Settings) -> None:
    """Before anything starts: the values that only their rooms can read. SettingsError with a sentence."""
    try:
        database_file(settings.database_url)
        open_pictures(settings.pictures_url)
        if settings.uses_sandbox:
            SandboxConfig.from_environment(os.environ)
    except (DatabaseProblem, ValueError) as error:
        raise SettingsError(str(error)) from None


@contextlib.asynccontextmanager
async def open_core(settings: Settings) -> AsyncIterator[Core]:
    """Everything built and connected, closed in reverse order. The database's lock is the caller's."""
    clock = SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_database(settings.database_url))
        await migrate(engine)
        store, meta = SqlJobStore(engine, clock), Meta(engine=engine)
        communities, ledger = SqlCommunityStore(engine, clock), SqlUsageLedger(engine)
        shelf = open_pictures(settings.pictures_url)
        metrics = Metrics(version=__version__)
        sandbox_url = await _start_sandbox(settings, stack) if settings.uses_sandbox else None
        model = await stack.enter_async_context(
            open_seedream(
                base_url=sandbox_url or settings.seedream_api_url,
                account=_account(settings),
                qps=settings.seedream_qps,
                clock=clock,
                observe=metrics.provider_call,
            )
        )
        callback_secret = await meta.secret("callback-secret") if settings.public_url else None
        platforms: dict[str, ChatPlatform] = {}

        desks: dict[str, ModeratorDesk] = {}

        def limits_of(_: Person) -> Limits:
            return settings.limits

        admission = Admission(communities=communities, clock=clock, limits=settings.limits)
        channel = ModeratorsChannel(communities=communities, desks=desks)
        budget = BudgetWatch(ledger=ledger, channel=channel, clock=clock, draw=budget_card)
        stack.push_async_callback(budget.close)

        dispatcher = InProcessDispatcher(
            store=store,
            model=model,
            pictures=shelf,
            platforms=platforms,
            clock=clock,
            limits_of=limits_of,
            running_limit=settings.limit_user_running,
            submits_per_second=lambda: model.limiter.rate,
            metrics=metrics,
            sandbox=settings.uses_sandbox,
            callback_url=f"{settings.public_url}/seedream/callback/{callback_secret}" if callback_secret else None,
            limits_for=admission.limits_for,
        )
        people = PeopleRules(communities=communities, ledger=ledger, clock=clock)
        community_settings = CommunitySettings(communities=communities)
        reports = Reports(store=store, communities=communities, channel=channel, clock=clock, draw=report_card)
        rules = Rules(
            desks=desks,
            moderate=Moderate(
                store=store,
                communities=communities,
                dispatcher=dispatcher,
                platforms=platforms,
                people=people,
                settings=community_settings,
                reports=reports,
                clock=clock,
            ),
            people=people,
            settings=community_settings,
            reports=reports,
            why=Why(communities=communities, channel=channel, clock=clock, draw=appeal_card),
        )
        yield Core(
            clock=clock,
            store=store,
            meta=meta,
            pictures=PictureFitter(shelf),
            dispatcher=dispatcher,
            imagine=Imagine(
                store=store,
                dispatcher=dispatcher,
                clock=clock,
                limits_of=limits_of,
                admission=admission,
                budget=budget,
            ),
            jobs=JobActions(store=store, dispatcher=dispatcher, clock=clock, pictures=shelf, platforms=platforms),
            rules=rules,
            platforms=platforms,
            metrics=metrics,
            limiter=model.limiter,
            sandbox_url=sandbox_url,
            callback_secret=callback_secret,
        )


async def _start_sandbox(settings: Settings, stack: contextlib.AsyncExitStack) -> str:
    config = SandboxConfig.from_environment(os.environ)
    if not config.journal:  # its tasks outlive a kill, as a provider's would
        config = dataclasses.replace(config, journal=str(settings.data_dir / "sandbox.jsonl"))
    running = await stack.enter_async_context(await sandbox.start(config=config))
    _log.info("no Seedream account: the sandbox paints the pictures", action="start", url=running.url)
    return running.url


def _account(settings: Settings) -> Account:
    """The operator's, or one that the sandbox takes: any."""
    token, secret = settings.chanjing_access_token, settings.chanjing_secret_key
    return Account(
        app_id=settings.chanjing_app_id or "sandbox",
        secret_key=secret.get_secret_value() if secret is not None else "sandbox",
        access_token=token.get_secret_value() if token is not None else "",
    )
