"""The engine and all actions, connected as in the program, over real stores, an invented model and kept pictures."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions import Actions
from bot.composition.acting import Places, Stores, connect
from bot.domain.allowed_communities import EVERYBODY, AllowedCommunities
from bot.domain.limits import Limits
from bot.engine.in_process import InProcessDispatcher
from bot.observability.metrics import Metrics
from db.jobs import SqlJobStore
from tests.fakes.clock import FakeClock
from tests.fakes.model import FakeModel
from tests.fakes.picture_shelf import PictureShelf
from tests.fakes.sheets import series_sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Add a platform to `places` before a job needs it. Run `dispatcher` for jobs to be worked on."""

    stores: Stores
    places: Places
    dispatcher: InProcessDispatcher
    actions: Actions


def connected(
    engine: AsyncEngine,
    *,
    clock: FakeClock,
    model: FakeModel,
    shelf: PictureShelf,
    limits: Limits,
    store: SqlJobStore | None = None,
    metrics: Metrics | None = None,
    allowed: AllowedCommunities = EVERYBODY,
) -> Connected:
    """`store` in place of an ordinary one for jobs, `metrics` to be read by the test."""
    stores = Stores.over(engine, clock, shelf)
    if store is not None:
        stores = dataclasses.replace(stores, jobs=store)
    places = Places(platforms={}, desks={}, walls={})
    dispatcher = InProcessDispatcher(
        store=stores.jobs,
        model=model,
        pictures=shelf,
        sheets=series_sheets(shelf),
        platforms=places.platforms,
        clock=clock,
        limits_of=lambda _: limits,
        running_limit=limits.user_running,
        submits_per_second=lambda: 5.0,
        metrics=metrics or Metrics(),
    )
    actions = connect(stores=stores, dispatcher=dispatcher, places=places, clock=clock, limits=limits, allowed=allowed)
    return Connected(stores=stores, places=places, dispatcher=dispatcher, actions=actions)
