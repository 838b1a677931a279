"""What the operator's commands act on: the stores and the actions over the database, whether or not a bot runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.actions import Actions
from bot.actions.local_locks import LocalLocks
from bot.cli.faults import Trouble
from bot.cli.offline import OfflineDispatcher, UncountedRequests
from bot.composition.acting import PlatformRegistry, Stores, connect
from bot.composition.operator_actions import OperatorActions
from bot.pictures.store import open_pictures
from bot.runtime.clock import SystemClock
from bot.settings import Settings
from db.address import database_file
from db.engine import open_database
from db.migrate import HEAD, revision

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSession:
    """`operator_actions` act without a bot: use them only while none runs."""

    settings: Settings
    engine: AsyncEngine
    stores: Stores
    actions: Actions
    operator_actions: OperatorActions


@contextlib.asynccontextmanager
async def open_admin_session(settings: Settings) -> AsyncIterator[AdminSession]:
    """Over a database that is there and up to date. Trouble and DatabaseProblem say what to do where it isn't."""
    file = database_file(settings.database_url)
    if file is not None and not await asyncio.to_thread(file.exists):
        raise Trouble(f"There is no database at {file} yet. The first start of the bot makes it, or migrate.")
    async with open_database(settings.database_url) as engine:
        found = await revision(engine)
        if found != HEAD:
            raise Trouble(
                f"The tables are of revision {found or 'none'}, and this version works with {HEAD}. Run "
                "`python -m bot migrate` with the newest version."
            )
        yield _furnish(settings, engine)


def _furnish(settings: Settings, engine: AsyncEngine) -> AdminSession:
    clock = SystemClock()
    stores = Stores.over(engine, clock, open_pictures(settings.pictures_url), timezone=settings.timezone)
    actions = connect(
        stores=stores,
        dispatcher=OfflineDispatcher(stores.jobs),
        registry=PlatformRegistry(),  # nobody to talk to: that is the running bot's part
        clock=clock,
        limits=settings.limits,
        locks=LocalLocks(),
        requests=UncountedRequests(),
        retention_days=settings.retention_days,
        retention_bytes=settings.retention_bytes,
        share_link_days=settings.share_link_days,
    )
    return AdminSession(
        settings=settings,
        engine=engine,
        stores=stores,
        actions=actions,
        operator_actions=OperatorActions(stores=stores, actions=actions),
    )
