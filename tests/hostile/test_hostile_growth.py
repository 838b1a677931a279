"""Nothing grows for ever: every table says what bounds it, and what nobody misses any more goes by itself."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions.budget import BudgetWatch
from bot.actions.operator_notices import OperatorNotices
from bot.domain.card import Card
from bot.domain.job import JobState
from bot.domain.limits import Limits, Usage
from bot.domain.moderation import AuditAction
from bot.domain.people import Destination
from bot.domain.ports import NewAudit
from bot.observability.metrics import Metrics
from bot.platforms.discord.faults import AccessDenied
from bot.platforms.discord.rejection_guard import RejectionGuard
from bot.platforms.slack.seen_events import SeenEvents
from bot.seedream.api import MOST_CODES, Api
from bot.seedream.payloads import Unreadable, read_envelope
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.jobs import SqlJobStore
from db.migrate import migrate
from db.personal import SqlPersonalData
from db.pruning import AUDIT_KEPT, BOOKS_KEPT, REFUSALS_KEPT, stale
from db.tables import metadata
from tests.db.databases import DATABASES, emptied
from tests.db.orders import PLENTY, bring, order
from tests.fakes.clock import FakeClock

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
# What is not pruned by its age, and what bounds it instead.
BOUNDED = {
    "meta": "a few facts of the program, each replaced by the next",
    "communities": "one row for each that has decided anything",
    "limit_exceptions": "one row for each community that the operator has made an exception for",
    "personal_defaults": "one row for each person who has decided anything, deleted with their data",
    "slack_installations": "one row for each workspace, deleted when it uninstalls",
    "installed_communities": "one row for each guild or workspace that has added the bot",
    "stars": "deleted with the job; what is starred is kept on purpose",
    "votes": "deleted with the job's pictures",
    "doomed_pictures": "each deleted as soon as its file is",
    "removals": "each deleted when the chat has let its message go; one that it refuses stays to be asked again",
}


@pytest.fixture(params=DATABASES)
async def engine(request: pytest.FixtureRequest, database_file: Path) -> AsyncIterator[AsyncEngine]:
    async with open_database(await emptied(request.param, database_file)) as engine:
        await migrate(engine)
        yield engine


async def counted(engine: AsyncEngine, table: str) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(metadata.tables[table]))).scalar_one())


def test_every_table_is_pruned_or_says_what_bounds_it() -> None:
    pruned = {each.table.name for each in stale(NOW)}
    assert not pruned & set(BOUNDED)
    assert pruned | set(BOUNDED) == set(metadata.tables)


async def test_the_trail_is_kept_for_a_year_and_refusals_for_a_month(engine: AsyncEngine) -> None:
    clock = FakeClock(NOW)
    communities, personal = SqlCommunityStore(engine, clock), SqlPersonalData(engine, clock)
    for action in (AuditAction.REFUSED, AuditAction.PAUSED):
        entry = NewAudit(platform="web", community_id="web", actor_id="a", actor_name="A", action=action)
        await communities.write_audit(entry)
    for kept, left in ((REFUSALS_KEPT, 2), (REFUSALS_KEPT + timedelta(days=1), 1), (AUDIT_KEPT, 1)):
        await personal.prune(NOW + kept)
        assert await counted(engine, "audit") == left
    await personal.prune(NOW + AUDIT_KEPT + timedelta(days=1))
    assert await counted(engine, "audit") == 0


async def test_the_books_close_after_five_years_but_keep_what_somebody_keeps(engine: AsyncEngine) -> None:
    clock = FakeClock(NOW)
    store, personal = SqlJobStore(engine, clock), SqlPersonalData(engine, clock)
    long_ago = NOW - BOOKS_KEPT - timedelta(days=2)
    forgotten, kept = order("a fox", at=long_ago), order("a cat", at=NOW - timedelta(days=9))
    for job in (forgotten, kept):
        await store.add(job, PLENTY)
        drawn = await bring(store, job, JobState.DELIVERING, pictures=())
        await store.move(drawn, JobState.DONE, result_id=f"m-{job.id}", card_open=False)
    assert await counted(engine, "usage") > 2
    await personal.prune(NOW)
    assert await counted(engine, "jobs") == 2  # its words are there, so somebody wants them
    await personal.expire("discord", "guild", NOW - timedelta(days=30), 10)
    await personal.prune(NOW)
    assert await store.get(forgotten.id) is None
    assert await store.get(kept.id) is not None


async def test_a_number_beyond_every_database_names_no_entry(engine: AsyncEngine) -> None:
    communities = SqlCommunityStore(engine, FakeClock(NOW))
    for number in (2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**90):
        assert await communities.audit_entry(number) is None
        assert await communities.audit_trail("web", "web", before=number) == []


async def test_memories_of_what_was_refused_have_their_bounds() -> None:
    clock = FakeClock(NOW)
    rejection_guard, seen = RejectionGuard(clock), SeenEvents(100)
    for number in range(20_000):
        with contextlib.suppress(AccessDenied):
            async with rejection_guard.visiting(f"channel-{number}"):
                raise AccessDenied("no")
        rejection_guard.forget(f"token-{number}")
        rejection_guard.refused(status=403, scope="user")
        seen.first(f"event-{number}")
    kept = (rejection_guard._closed_until, rejection_guard._dead, seen._seen)
    assert [len(memory) for memory in kept] == [1000, 1000, 100]
    assert len(rejection_guard._refusals) <= 10_000
    with pytest.raises(AccessDenied, match="a moment ago"):
        async with rejection_guard.visiting("channel-19999"):
            raise AssertionError


async def test_a_warned_month_is_forgotten_with_the_next() -> None:
    clock = FakeClock(NOW)
    operator = OperatorNotices(moderator_channels={}, channel=None, warned=Metrics(), draw=_never)
    watch = BudgetWatch(ledger=_Ticked(), channel=_Nowhere(), operator=operator, clock=clock, draw=_never)  # type: ignore[arg-type]
    limits = Limits(community_monthly=10)
    for month in range(12):
        for community in range(5):
            here = Destination(platform="discord", community_id=str(community), channel_id="2")
            watch.used(here, limits, Usage(community_month=10))
        clock.jump(31 * 86400)
        assert len(watch._told) == 10, month
    await watch.close()


class _Ticked:
    async def warn_once(self, *_: object) -> bool:
        return False


class _Nowhere:
    async def post(self, *_: object) -> None:
        raise AssertionError("nothing is to be told")


def _never(*_: object) -> Card:
    raise AssertionError("nothing is to be drawn")


def test_a_provider_that_invents_codes_makes_no_time_series() -> None:
    api = Api.__new__(Api)
    api._codes = set()
    told = [api._told(code) for code in range(10_000)]
    assert len(set(told)) == MOST_CODES + 1
    assert told[-1] == "other"
    assert api._told(7) == 7


@pytest.mark.parametrize("code", ["9" * 30, "-" + "9" * 30, "4" + "0" * 4000])
def test_a_code_of_many_digits_is_none(code: str) -> None:
    with pytest.raises(Unreadable):
        read_envelope(f'{{"code": {code}}}'.encode())
