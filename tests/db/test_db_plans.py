"""That no question of people's, and no piece of housekeeping on jobs, reads a whole table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import JobState
from bot.domain.moderation import AuditAction
from bot.domain.ports import GalleryFilter, GalleryQuery, UsageFilter, UsageGroup
from db.communities import SqlCommunityStore
from db.gallery import SqlGallery
from db.jobs import SqlJobStore
from db.personal import SqlPersonalData
from db.usage import SqlUsageLedger
from tests.db.orders import NOON, PLENTY, bring, order, person
from tests.fakes.clock import FakeClock

# Small, or read by nothing but housekeeping: the person's own drafts, and the trail where somebody is forgotten. The
# last three are rows that an index has found.
MAY_BE_SCANNED = {"drafts", "audit", "reports", "some", "fine", "sums", "one", "CONSTANT"}


async def test_every_statement_finds_its_rows_by_an_index(engine: AsyncEngine, store: SqlJobStore) -> None:
    seen: list[tuple[str, Any]] = []

    def listen(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            seen.append((statement, parameters[0] if many else parameters))

    clock = FakeClock(NOON)
    gallery, ledger = SqlGallery(engine), SqlUsageLedger(engine)
    communities, personal = SqlCommunityStore(engine, clock), SqlPersonalData(engine, clock)
    job = order()
    await store.add(job, PLENTY)
    await store.note((await bring(store, job, JobState.DONE)).id, card_open=False)

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    for gallery_filter in GalleryFilter:
        await gallery.search(
            GalleryQuery(gallery_filter=gallery_filter, person=person(), channel_id="general", words=("fox",))
        )
    await gallery.star(job.id, person("bob"), starred=True)
    await gallery.vote(job.id, person("bob"), 1)
    await gallery.recent_prompts(person(), beginning="f", count=5)
    await ledger.view(UsageGroup.PERSON, UsageFilter(since=NOON.date(), platform="discord", community_id="guild"))
    await ledger.reset_today(person(), NOON, "UTC")
    assert [entry async for entry in ledger.export(UsageFilter())]
    await communities.block_of(person(), NOON)
    await communities.terms(person(), NOON)
    await communities.strikes(person(), NOON)
    await communities.audit_trail("discord", "guild")
    await communities.audit_trail("discord", "guild", target="ann", action=AuditAction.REFUSED, before=7)
    await store.declined(person(), 3)
    [job async for job in personal.jobs_of("discord", "ann")]
    await personal.forget("discord", "bob")
    await personal.expire("discord", "guild", NOON, 10)
    await personal.forget("discord", "ann")
    event.remove(engine.sync_engine, "before_cursor_execute", listen)

    async with engine.connect() as connection:
        for statement, parameters in seen:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            scanned = {
                row.detail.split()[1] for row in rows if row.detail.startswith("SCAN") and "INDEX" not in row.detail
            }
            assert scanned <= MAY_BE_SCANNED, statement


@pytest.mark.parametrize("group", UsageGroup)
async def test_a_communitys_year_reads_its_own_entries_from_one_index(engine: AsyncEngine, group: UsageGroup) -> None:
    year = UsageFilter(since=NOON.date() - timedelta(days=365), platform="discord", community_id="guild")
    index = "usage_roles" if group is UsageGroup.ROLE else "usage_community"
    plan = await _plan(engine, group, year)
    assert plan == [f"SEARCH usage USING COVERING INDEX {index} (platform=? AND community_id=?)"]


@pytest.mark.parametrize("group", [UsageGroup.DAY, UsageGroup.MONTH])
async def test_everybodys_days_are_read_in_order_from_one_index(engine: AsyncEngine, group: UsageGroup) -> None:
    plan = await _plan(engine, group, UsageFilter(since=NOON.date() - timedelta(days=365)))
    assert plan == ["SEARCH usage USING COVERING INDEX usage_day (day>?)"]


async def test_a_persons_export_reads_only_their_entries_in_order(engine: AsyncEngine) -> None:
    seen: list[tuple[str, Any]] = []

    def listen(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    export = SqlUsageLedger(engine).export(UsageFilter(platform="discord", user_id="ann"))
    assert [entry async for entry in export] == []
    event.remove(engine.sync_engine, "before_cursor_execute", listen)
    statement, parameters = seen[-1]
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plan = [row.detail for row in rows]
    assert "usage_person" in plan[0]
    assert not any("TEMP B-TREE" in step for step in plan)


async def _plan(engine: AsyncEngine, group: UsageGroup, where: UsageFilter) -> list[str]:
    """How SQLite finds the entries of a view, and what it sorts."""
    seen: list[tuple[str, Any]] = []

    def listen(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    await SqlUsageLedger(engine).view(group, where)
    event.remove(engine.sync_engine, "before_cursor_execute", listen)
    statement, parameters = seen[-1]
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row.detail for row in rows if " usage " in row.detail]
