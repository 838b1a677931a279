"""A database of before the two sums: nobody has more or less left than before, and what is under way ends as before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import Failure, FailureCode, Job, JobState
from bot.domain.ports import UsageFilter, UsageGroup
from db.engine import open_database
from db.jobs import SqlJobStore
from db.migrate import migrate
from db.rows import job_columns
from db.usage import SqlUsageLedger
from tests.db.orders import NOON, order, person, pictures
from tests.fakes.clock import FakeClock

REPOSITORY = Path(__file__).parents[2]
BEFORE = "0060"

# A job, and what it was charged with at its end; None: it is under way.
OLD: Sequence[tuple[Job, int | None]] = (
    (replace(order("done", n=4), state=JobState.DONE, task_id="t1", pictures=pictures(3), card_open=False), 3),
    (replace(order("drawing", n=3), state=JobState.GENERATING, task_id="t2", generating_at=NOON), None),
    (replace(order("cancelled", n=2), state=JobState.CANCELLED, task_id="t3", card_open=False), 0),
    (replace(order("lost", n=2), state=JobState.CANCELLED, submit_open=True, submitted_at=NOON), 0),
    (
        replace(
            order("failed", n=1, by=person("bob")),
            state=JobState.FAILED,
            failure=Failure(code=FailureCode.UNCLEAR),
            submit_open=True,
            submitted_at=NOON,
        ),
        0,
    ),
    (replace(order("elsewhere", n=2, by=person("ann", "other")), state=JobState.QUEUED), None),
    (replace(order("at work", n=4, by=person("ann", "T1", "slack")), state=JobState.QUEUED), None),
)


def _fill(connection: Connection) -> None:
    old = MetaData()
    old.reflect(connection)
    counters: dict[tuple[str, str, str], int] = {}
    for job, charged in OLD:
        columns = job_columns(job, NOON.date())
        known = {name: value for name, value in columns.items() if name in old.tables["jobs"].columns}
        connection.execute(insert(old.tables["jobs"]), known)
        entries = {"reserve": job.ordered}
        if charged is not None:
            entries |= {"settle": charged, "release": charged - job.ordered}
        common: dict[str, Any] = {
            "job_id": job.id,
            "platform": job.author.platform,
            "community_id": job.author.community_id,
            "channel_id": "general",
            "user_id": job.author.user_id,
            "points": 1,
            "day": NOON.date(),
            "at": NOON,
        }
        connection.execute(
            insert(old.tables["usage"]),
            [{**common, "kind": kind, "pictures": number} for kind, number in entries.items() if number],
        )
        taken = job.ordered if charged is None else charged
        community = [job.author.platform, job.author.community_id]
        member = json.dumps([*community, job.author.user_id])
        for key, number in (
            (("person-day", member, "2026-11-22"), taken),
            (("channel-day", json.dumps([*community, "general"]), "2026-11-22"), taken),
            (("community-month", json.dumps(community), "2026-11"), taken),
            (("unfinished", member, ""), int(charged is None)),
        ):
            counters[key] = counters.get(key, 0) + number
    connection.execute(
        insert(old.tables["counters"]),
        [{"scope": key[0], "key": key[1], "period": key[2], "taken": number} for key, number in counters.items()],
    )


def _to_before(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "db" / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)


async def _old_sums(engine: AsyncEngine) -> dict[str, tuple[int, int]]:
    """Taken and delivered by the old kinds of entries, per person."""
    async with engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT platform || community_id || user_id AS who,"
                " sum(CASE WHEN kind IN ('reserve', 'release') THEN pictures ELSE 0 END) AS taken,"
                " sum(CASE WHEN kind = 'settle' THEN pictures ELSE 0 END) AS delivered FROM usage GROUP BY 1"
            )
        )
        return {row.who: (row.taken, row.delivered) for row in rows}


async def test_sums_are_as_before_and_orders_under_way_come_to_their_end(url: str) -> None:
    async with open_database(url) as engine:
        async with engine.begin() as connection:
            await connection.run_sync(_to_before)
            await connection.run_sync(_fill)
        before = await _old_sums(engine)
        await migrate(engine)
        assert await _old_sums(engine) == before

        store, ledger = SqlJobStore(engine, FakeClock(NOON)), SqlUsageLedger(engine)
        usage = await store.usage(person(), NOON, channel_id="general")
        assert (usage.today, usage.unfinished, usage.channel_today, usage.community_month) == (6, 1, 6, 6)
        ceilings = usage.ceilings
        assert (ceilings.user_today, ceilings.user_here, ceilings.user_unfinished) == (8, 6, 2)
        assert (ceilings.community_month, ceilings.total_today, ceilings.total_month) == (6, 12, 12)
        assert (await store.usage(person("ann", "T1", "slack"), NOON)).ceilings.user_today == 4
        async with engine.connect() as connection:
            keys = (await connection.execute(text("SELECT key FROM counters WHERE key LIKE '%ann%'"))).all()
        assert keys == []

        [bob, ann] = [
            row
            for name in ("bob", "ann")
            for row in await ledger.view(UsageGroup.PERSON, UsageFilter(community_id="guild", user_id=name))
        ]
        assert (bob.jobs, bob.charged, bob.spent) == (1, 0, 0)
        assert (ann.ordered, ann.delivered, ann.charged, ann.given_back, ann.spent) == (9, 3, 3, 5, 6)

        # What an old version gave back is not given back again, whatever is learned of it now.
        for job in [job for job in await store.unfinished() if job.submit_open]:
            went_out = await store.update_order(job, submit_open=False, task_open=True, task_id=f"late-{job.id}")
            await store.update_order(went_out, task_open=False, pictures=pictures(1))
        # What was under way settles under the new keys.
        for job in [job for job in await store.unfinished() if not job.state.finished]:
            await store.move(job, JobState.FAILED, failure=Failure(code=FailureCode.TASK_FAILED))
        usage = await store.usage(person(), NOON, channel_id="general")
        assert (usage.today, usage.unfinished, usage.channel_today) == (3, 0, 3)
        assert (usage.ceilings.user_today, usage.ceilings.user_unfinished) == (3, 0)
        assert (usage.ceilings.community_month, usage.ceilings.total_today) == (3, 3)
        assert [day.day for day in await store.usage_by_day(since=date(2026, 1, 1))] == [NOON.date()] * 4
