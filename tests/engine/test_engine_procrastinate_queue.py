"""The queue that processes share: everybody's turn, one holder at a time, and what the dead leave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.job import Job, JobKind
from bot.engine.procrastinate_queue import DEAD_AFTER_SECONDS, ProcrastinateQueue
from db.address import server_conninfo
from tests.db.databases import emptied_server
from tests.db.orders import order, person

pytestmark = pytest.mark.postgresql


@pytest.fixture
def conninfo() -> str:
    found = server_conninfo(emptied_server())
    assert found is not None
    return found


@pytest.fixture
async def queue(conninfo: str) -> AsyncIterator[ProcrastinateQueue]:
    queue = ProcrastinateQueue(conninfo)
    async with queue.opened():
        await queue.enter()
        yield queue


@pytest.fixture
async def other(conninfo: str) -> AsyncIterator[ProcrastinateQueue]:
    """Another process's."""
    queue = ProcrastinateQueue(conninfo)
    async with queue.opened():
        await queue.enter()
        yield queue


async def fetched(queue: ProcrastinateQueue) -> str | None:
    ticket = await queue.fetch()
    return None if ticket is None else ticket.job_id


def of(user: str) -> Job:
    return order(by=person(user))


async def test_each_is_fetched_once_by_whoever_comes(queue: ProcrastinateQueue, other: ProcrastinateQueue) -> None:
    jobs = [of(f"u{number}") for number in range(4)]
    for job in jobs:
        await queue.put(job, 3)
        await other.put(job, 3)  # told twice, waits once
    assert await queue.waiting() == [job.id for job in jobs]
    assert [await fetched(one) for one in (queue, other, queue, other, queue)] == [*(job.id for job in jobs), None]


async def test_people_take_turns(queue: ProcrastinateQueue) -> None:
    anns = [of("ann") for _ in range(3)]
    for job in anns:
        await queue.put(job, 3)
    bobs = of("bob")
    await queue.put(bobs, 3)
    assert [await fetched(queue) for _ in range(4)] == [anns[0].id, bobs.id, anns[1].id, anns[2].id]


async def test_so_many_of_one_person_run_at_once_wherever(queue: ProcrastinateQueue, other: ProcrastinateQueue) -> None:
    for _ in range(5):
        await queue.put(of("ann"), 2)
    first, second = await queue.fetch(), await other.fetch()
    assert first is not None
    assert second is not None
    assert await other.fetch() is None
    await other.put(sheet := replace(of("ann"), kind=JobKind.SHEET), 2)  # which draws nothing
    assert await fetched(other) == sheet.id
    await queue.done(first)
    assert await fetched(other) is not None
    assert await other.fetch() is None


async def test_what_is_handed_back_goes_to_another_at_once(
    queue: ProcrastinateQueue, other: ProcrastinateQueue
) -> None:
    job = of("ann")
    await queue.put(job, 1)
    ticket = await queue.fetch()
    assert ticket is not None
    assert not ticket.again
    await queue.hand_back(ticket)
    taken = await other.fetch()
    assert taken is not None
    assert (taken.job_id, taken.again) == (job.id, True)


@pytest.mark.parametrize("ended", ["dead", "forgotten", "handed back"])
async def test_what_was_put_in_twice_at_once_is_not_lost_with_its_worker(
    queue: ProcrastinateQueue, other: ProcrastinateQueue, conninfo: str, ended: str
) -> None:
    job = of("ann")
    await queue.put(job, 1)
    ticket = await queue.fetch()
    assert ticket is not None
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)"
            " SELECT queue_name, task_name, priority, lock, queueing_lock, args FROM procrastinate_jobs"
        )
        if ended == "dead":
            connection.execute("UPDATE procrastinate_workers SET last_heartbeat = '-infinity' WHERE id <> %s", [0])
        elif ended == "forgotten":
            connection.execute("DELETE FROM procrastinate_workers WHERE id = %s", [ticket.carrier.worker_id])
    assert await other.fetch() is None
    if ended == "handed back":
        await queue.hand_back(ticket)
    else:
        assert await other.release_stalled() == [job.id]
        await other.enter()
    assert await fetched(other) == job.id
    assert await other.fetch() is None


async def test_the_dead_lose_what_they_had_and_take_nothing_from_the_living(
    queue: ProcrastinateQueue, other: ProcrastinateQueue, conninfo: str
) -> None:
    job = of("ann")
    await queue.put(job, 1)
    stale = await queue.fetch()
    assert stale is not None
    assert await other.release_stalled() == []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %s) WHERE id = %s",
            (DEAD_AFTER_SECONDS + 1, stale.carrier.worker_id),
        )
    assert await other.release_stalled() == [job.id]
    taken = await other.fetch()
    assert taken is not None
    assert not await queue.beat()
    await queue.done(stale)  # is not its any more
    await queue.put(job, 1)
    assert await queue.waiting() == []
    assert await other.release_stalled() == []
    await other.done(taken)
    await queue.put(job, 1)
    assert await queue.waiting() == [job.id]
    assert await other.beat()


async def test_what_the_dead_had_twice_waits_once(
    queue: ProcrastinateQueue, other: ProcrastinateQueue, conninfo: str
) -> None:
    jobs = [of("ann") for _ in range(3)]
    for job in jobs:
        await queue.put(job, 3)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("DROP INDEX procrastinate_jobs_queueing_lock_idx_v1")  # as if each had been fetched between
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)"
            " SELECT queue_name, task_name, priority, lock || '-2', queueing_lock, args FROM procrastinate_jobs"
        )
        while await queue.fetch() is not None:
            pass
        connection.execute(
            "CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON procrastinate_jobs (queueing_lock)"
            " WHERE status = 'todo'"
        )
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = '-infinity'")
    ids = [job.id for job in jobs]
    assert sorted(await other.release_stalled()) == sorted(ids * 2)
    await other.enter()
    assert {await fetched(other) for _ in ids} == set(ids)
    assert await other.fetch() is None


async def test_a_server_that_is_not_there() -> None:
    conninfo = server_conninfo("postgresql://nobody@127.0.0.1:1/easel")
    assert conninfo is not None
    queue = ProcrastinateQueue(conninfo, opens_within=0.2)
    with pytest.raises(StoreUnavailable):
        await queue.listen(lambda _: None)
    with pytest.raises(StoreUnavailable):
        async with queue.opened():
            pass
