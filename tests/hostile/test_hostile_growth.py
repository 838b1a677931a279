"""Nothing grows for ever: every table says what bounds it, and what nobody misses any more goes by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import JobState
from bot.domain.moderation import AuditAction
from bot.domain.ports import NewAudit
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.jobs import SqlJobStore
from db.migrate import migrate
from db.personal import SqlPersonalData
from db.pruning import AUDIT_KEPT, BOOKS_KEPT, REFUSALS_KEPT, stale
from db.tables import metadata
from tests.db.databases import DATABASES, emptied
from tests.db.orders import PLENTY, bring, order
from tests.db.template import migrated
from tests.fakes.clock import FakeClock

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
# What is not pruned by its age, and what bounds it instead.
BOUNDED = {
    "meta": "a few facts of the program, each replaced by the next",
    "communities": "one row for each that has decided anything",
    "personal_defaults": "one row for each person who has decided anything, deleted with their data",
    "slack_installations": "one row for each workspace, deleted when it uninstalls",
    "stars": "deleted with the job; what is starred is kept on purpose",
    "votes": "deleted with the job's pictures",
    "doomed_pictures": "each deleted as soon as its file is",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "easel.db"
    file.write_bytes(migrated())
    return file


@pytest.fixture(params=DATABASES)
async def engine(request: pytest.FixtureRequest, file: Path) -> AsyncIterator[AsyncEngine]:
    async with open_database(await emptied(request.param, file)) as engine:
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
