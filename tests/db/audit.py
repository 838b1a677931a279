"""The books: every sum that must agree, read from the tables themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import JobKind, JobState
from bot.domain.ports import UsageFilter, UsageGroup
from db.counters import key, person_key, read_secret
from db.rows import job_of
from db.tables import counters, jobs, usage
from db.usage import SqlUsageLedger

SUMS = ("jobs", "ordered", "delivered", "charged", "given_back", "spent", "reserved", "points")


async def assert_books_agree(engine: AsyncEngine) -> int:
    """Jobs, ledger and counters say the same; how many jobs there are."""
    await assert_views_agree(engine)
    async with engine.connect() as connection:
        # A sheet costs nothing and is counted nowhere.
        drawn = select(jobs).where(jobs.c.kind == JobKind.PICTURES.value)
        rows = list((await connection.execute(drawn)).mappings())
        all_jobs = [job_of(row) for row in rows]
        days = {row["id"]: (row["day"], row["base_day"] or row["day"], row["counted_channel"]) for row in rows}
        secret = await connection.run_sync(read_secret)
        ledger = list((await connection.execute(select(usage))).mappings())
        counted = {(row.scope, row.key, row.period): row.taken for row in await connection.execute(select(counters))}

    expected: Counter[tuple[str, str, str]] = Counter()
    entries: dict[str, Counter[str]] = defaultdict(Counter)
    for row in ledger:
        entries[row["job_id"]][row["kind"]] += row["pictures"]
        assert (row["day"], row["channel_id"]) == days[row["job_id"]][::2], row
    assert {*entries} == {job.id for job in all_jobs}

    for job in all_jobs:
        n, found = job.request.n, entries[job.id]
        assert found["reserve"] == n, job
        assert found["order"] == (n if job.task_id is not None else 0), job
        assert found["settle"] == job.delivered, job
        assert found["charge"] == (0 if job.state is JobState.DONE else job.charged or 0), job
        assert -found["release"] == (0 if job.charged is None else n - job.charged), job
        assert -found["refund"] == (0 if job.spent is None else n - job.spent), job
        charged = n if job.charged is None else job.charged
        spent = n if job.spent is None else job.spent
        day, base_day, channel = (str(value) for value in days[job.id])
        community = (job.author.platform, job.author.community_id)
        member = person_key(secret, *community, job.author.user_id)
        account = person_key(secret, *job.author.account)
        expected["member-day", member, day] += charged * job.points
        expected["account-day", account, base_day] += charged * job.base_points
        here = person_key(secret, *job.author.account, job.author.community_id)
        expected["account-here", here, base_day] += charged * job.base_points
        expected["channel-day", key(*community, channel), day] += spent * job.points
        expected["community-month", key(*community), day[:7]] += spent * job.points
        expected["community-base", key(*community), base_day[:7]] += spent * job.base_points
        expected["total-day", key(), base_day] += spent * job.base_points
        expected["total-month", key(), base_day[:7]] += spent * job.base_points
        if job.author.guest:
            expected["guests-day", key(), base_day] += spent * job.base_points
        moment = (job.created_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        expected["accepted", member, ""] = max(expected["accepted", member, ""], moment)
        if job.charged is None:
            expected["member-open", member, ""] += 1
            expected["account-open", account, ""] += 1
    for (scope, its_key, day), points in counted.items():
        if scope == "forgiven":
            expected["member-day", its_key, day] -= points
            expected["forgiven", its_key, day] = points
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
        reserved = job.request.n if job.charged is None else 0
        charged = job.charged or 0
        numbers = {
            "jobs": 1,
            "ordered": job.request.n if job.task_id is not None else 0,
            "delivered": job.delivered,
            "charged": charged,
            "given_back": job.request.n - charged - reserved,
            "spent": job.request.n if job.spent is None else job.spent,
            "reserved": reserved,
            "points": (charged + reserved) * job.points,
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
            for its_key in its_keys:
                expected[group].update({(its_key, name): number for name, number in numbers.items()})
    ledger = SqlUsageLedger(engine)
    for group in UsageGroup:
        told: Counter[tuple[str, str]] = Counter()
        for line in await ledger.view(group, UsageFilter()):
            told.update({(line.key, name): getattr(line, name) for name in SUMS})
            if group is UsageGroup.PERSON:
                assert line.name == names[line.key][1]
        assert +told == +expected[group], group
    exported = [entry async for entry in ledger.export(UsageFilter())]
    taken = sum(int(entry["points"]) for entry in exported if entry["kind"] in {"reserve", "release"})
    assert taken == sum(number for (_, name), number in expected[UsageGroup.DAY].items() if name == "points")
