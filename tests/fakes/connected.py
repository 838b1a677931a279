"""The engine and all actions, connected as in the program, over real stores, an invented model and kept pictures."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions import Actions
from bot.actions.admission import Admission
from bot.actions.local_locks import LocalLocks
from bot.composition.acting import PlatformRegistry, Stores, connect
from bot.domain.allowed_communities import EVERYBODY, AllowedCommunities
from bot.domain.limits import Limits
from bot.domain.operator_channel import OperatorChannel
from bot.domain.ports import SheetMaker
from bot.engine.in_process import InProcessDispatcher
from bot.engine.settings import EngineSettings
from bot.observability.metrics import Metrics
from tests.fakes.clock import FakeClock
from tests.fakes.model import FakeModel
from tests.fakes.sheets import series_sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Add a platform to `registry` before a job needs it. Run `dispatcher` for jobs to be worked on."""

    stores: Stores
    registry: PlatformRegistry
    dispatcher: InProcessDispatcher
    actions: Actions


def connected(
    stores: Stores,
    *,
    clock: FakeClock,
    model: FakeModel,
    limits: Limits,
    metrics: Metrics | None = None,
    allowed: AllowedCommunities = EVERYBODY,
    operator_channel: OperatorChannel | None = None,
    sheets: SheetMaker | None = None,
    share_link_days: int | None = None,
) -> Connected:
    """`metrics` are read by the test, `sheets` in place of those that are made quickly."""
    metrics = metrics or Metrics()
    registry = PlatformRegistry()
    dispatcher = InProcessDispatcher(
        store=stores.jobs,
        model=model,
        pictures=stores.pictures,
        sheets=sheets or series_sheets(stores.pictures),
        platforms=registry.platforms,
        clock=clock,
        metrics=metrics,
        settings=EngineSettings(
            limits=limits,
            limits_for=Admission(communities=stores.communities, clock=clock, limits=limits).limits_for,
        ),
    )
    actions = connect(
        stores=stores,
        dispatcher=dispatcher,
        registry=registry,
        clock=clock,
        limits=limits,
        locks=LocalLocks(),
        requests=metrics,
        allowed=allowed,
        operator_channel=operator_channel,
        share_link_days=share_link_days,
    )
    return Connected(stores=stores, registry=registry, dispatcher=dispatcher, actions=actions)
