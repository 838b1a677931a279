"""The books: every sum that must agree, read from the tables themselves."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import FINISHED, JobKind, JobState
from bot.domain.ports import UsageFilter, UsageGroup
from db.rows import job_of
from db.tables import counters, jobs, usage
from db.usage import SqlUsageLedger


async def assert_books_agree(engine: AsyncEngine) -> int:
    """Jobs, ledger and counters say the same; how many jobs there are."""
    await assert_views_agree(engine)
    async with engine.connect() as connection:
        # A sheet costs nothing and is counted nowhere.
        drawn = select(jobs).where(jobs.c.kind == JobKind.PICTURES.value)
        all_jobs = [job_of(row) for row in (await connection.execute(drawn)).mappings()]
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


async def assert_views_agree(engine: AsyncEngine) -> None:
    """Every view of the ledger sums up to what the jobs say by themselves."""
    async with engine.connect() as connection:
        found = list((await connection.execute(select(jobs).where(jobs.c.kind == JobKind.PICTURES.value))).mappings())
    expected: dict[UsageGroup, Counter[tuple[str, str]]] = {group: Counter() for group in UsageGroup}
    names: dict[str, tuple[datetime, str]] = {}
    for row in found:
        job = job_of(row)
        reserved = 0 if job.state in FINISHED else job.request.n
        numbers = {
            "jobs": 1,
            "delivered": job.delivered,
            "reserved": reserved,
            "points": (job.delivered + reserved) * job.points,
        }
        names[job.author.user_id] = max(
            names.get(job.author.user_id, (job.created_at, "")), (job.created_at, job.author.name)
        )
        keys = {
            UsageGroup.PERSON: [job.author.user_id],
            UsageGroup.CHANNEL: [row["counted_channel"]],
            UsageGroup.ROLE: set(job.author.roles),
            UsageGroup.COMMUNITY: [job.author.community_id],
            UsageGroup.PLATFORM: [job.author.platform],
            UsageGroup.DAY: [row["day"].isoformat()],
            UsageGroup.MONTH: [row["day"].isoformat()[:7]],
        }
        for group, its_keys in keys.items():
            for key in its_keys:
                expected[group].update({(key, name): number for name, number in numbers.items()})
    ledger = SqlUsageLedger(engine)
    for group in UsageGroup:
        told: Counter[tuple[str, str]] = Counter()
        for line in await ledger.view(group, UsageFilter()):
            told.update({(line.key, name): getattr(line, name) for name in ("jobs", "delivered", "reserved", "points")})
            if group is UsageGroup.PERSON:
                assert line.name == names[line.key][1]
        assert +told == +expected[group], group
    exported = [entry async for entry in ledger.export(UsageFilter())]
    taken = sum(int(entry["points"]) for entry in exported if entry["kind"] != "settle")
    assert taken == sum(number for (_, name), number in expected[UsageGroup.DAY].items() if name == "points")
