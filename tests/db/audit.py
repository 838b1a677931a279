"""The books: every sum that must agree, read from the tables themselves."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import FINISHED, JobState
from db.rows import job_of
from db.tables import counters, jobs, usage


async def assert_books_agree(engine: AsyncEngine) -> int:
    """Jobs, ledger and counters say the same; how many jobs there are."""
    async with engine.connect() as connection:
        all_jobs = [job_of(row) for row in (await connection.execute(select(jobs))).mappings()]
        ledger = list((await connection.execute(select(usage))).mappings())
        counted = {(row.scope, row.key, row.period): row.taken for row in await connection.execute(select(counters))}

    taken: Counter[str] = Counter()
    delivered: Counter[str] = Counter()
    expected: Counter[tuple[str, str, str]] = Counter()
    for row in ledger:
        if row["kind"] == "settle":
            delivered[row["job_id"]] += row["pictures"]
            continue
        taken[row["job_id"]] += row["pictures"]
        day = row["day"].isoformat()
        points = row["pictures"] * row["points"]
        community = [row["platform"], row["community_id"]]
        expected["person-day", json.dumps([*community, row["user_id"]]), day] += points
        expected["channel-day", json.dumps([*community, row["channel_id"]]), day] += points
        expected["community-month", json.dumps(community), day[:7]] += points
    assert {row["job_id"] for row in ledger} == {job.id for job in all_jobs}

    for job in all_jobs:
        charged = job.delivered if job.state in FINISHED else job.request.n
        assert taken[job.id] == charged, job
        assert delivered[job.id] == (job.delivered if job.state is JobState.DONE else 0), job
        key = json.dumps([job.author.platform, job.author.community_id, job.author.user_id])
        moment = (job.created_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        expected["accepted", key, ""] = max(expected["accepted", key, ""], moment)
        if job.state not in FINISHED:
            expected["unfinished", key, ""] += 1
    for (scope, key, day), points in counted.items():
        if scope == "forgiven":
            expected["person-day", key, day] -= points
            expected["forgiven", key, day] = points
    assert {key: value for key, value in counted.items() if value} == {k: v for k, v in expected.items() if v}
    return len(all_jobs)
