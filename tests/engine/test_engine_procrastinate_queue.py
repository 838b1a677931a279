"""The queue that processes share: everybody's turn, one holder at a time, and what the dead leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.job import Job, JobKind
from bot.engine.procrastinate_queue import DEAD_AFTER_SECONDS, ProcrastinateQueue, Standing, Ticket
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


async def fetch(queue: ProcrastinateQueue) -> Ticket | None:
    return next(iter(await queue.fetch()), None)


async def fetched(queue: ProcrastinateQueue) -> str | None:
    ticket = await fetch(queue)
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
    first, second = await fetch(queue), await fetch(other)
    assert first is not None
    assert second is not None
    assert await fetch(other) is None
    await other.put(sheet := replace(of("ann"), kind=JobKind.SHEET), 2)  # which draws nothing
    assert await fetched(other) == sheet.id
    await queue.done([first])
    assert await fetched(other) is not None
    assert await fetch(other) is None


async def test_what_is_handed_back_goes_to_another_at_once(
    queue: ProcrastinateQueue, other: ProcrastinateQueue
) -> None:
    job = of("ann")
    await queue.put(job, 1)
    ticket = await fetch(queue)
    assert ticket is not None
    assert not ticket.again
    await queue.hand_back(ticket)
    taken = await fetch(other)
    assert taken is not None
    assert (taken.job_id, taken.again) == (job.id, True)


@pytest.mark.parametrize("ended", ["dead", "forgotten", "handed back"])
async def test_what_was_put_in_twice_at_once_is_not_lost_with_its_worker(
    queue: ProcrastinateQueue, other: ProcrastinateQueue, conninfo: str, ended: str
) -> None:
    job = of("ann")
    await queue.put(job, 1)
    ticket = await fetch(queue)
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
    assert await fetch(other) is None
    if ended == "handed back":
        await queue.hand_back(ticket)
    else:
        assert await other.release_stalled() == [job.id]
        await other.enter()
    assert await fetched(other) == job.id
    assert await fetch(other) is None


async def test_the_dead_lose_what_they_had_and_take_nothing_from_the_living(
    queue: ProcrastinateQueue, other: ProcrastinateQueue, conninfo: str
) -> None:
    job = of("ann")
    await queue.put(job, 1)
    stale = await fetch(queue)
    assert stale is not None
    assert await other.release_stalled() == []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %s) WHERE id = %s",
            (DEAD_AFTER_SECONDS + 1, stale.carrier.worker_id),
        )
    assert await other.release_stalled() == [job.id]
    taken = await fetch(other)
    assert taken is not None
    assert await queue.beat() is Standing.TAKEN_FOR_DEAD
    await queue.done([stale])  # is not its any more
    await queue.put(job, 1)
    assert await queue.waiting() == []
    assert await other.release_stalled() == []
    await other.done([taken])
    await queue.put(job, 1)
    assert await queue.waiting() == [job.id]
    assert await other.beat() is Standing.FIRST


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
        while await fetch(queue) is not None:
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
    assert await fetch(other) is None


async def test_many_are_fetched_in_one_statement(queue: ProcrastinateQueue, other: ProcrastinateQueue) -> None:
    jobs = [of("ann") for _ in range(5)]
    for job in jobs:
        await queue.put(job, 2)
    assert len(await queue.fetch(20)) == 2  # so many of one person
    mine, theirs = of("bob"), of("cid")
    await other.put(mine, 3)
    await other.put(theirs, 3)
    assert [ticket.job_id for ticket in await other.fetch(1)] == [mine.id]
    assert [ticket.job_id for ticket in await other.fetch(20)] == [theirs.id]
    assert await other.fetch(20) == []


async def test_one_worker_is_woken_for_a_job(queue: ProcrastinateQueue, other: ProcrastinateQueue) -> None:
    heard: list[str] = []

    async def listen(one: ProcrastinateQueue, name: str) -> None:
        await one.listen(lambda news: heard.append(name + news.get("wake", "")))

    listening = [asyncio.create_task(listen(one, name)) for one, name in ((queue, "first"), (other, "other"))]
    try:
        async with asyncio.timeout(10):
            while sorted(heard) != ["firstyes", "otheryes"]:  # everybody listens
                heard.clear()
                await queue.tell([{"wake": "yes"}])
                await asyncio.sleep(0.05)
        heard.clear()
        for count in range(1, 13):
            await queue.put(of(f"u{count}"), 3)
            async with asyncio.timeout(5):
                while len(heard) < count:  # noqa: ASYNC110 - heard through the server
                    await asyncio.sleep(0.01)
        assert len(heard) == 12
        assert {*heard} <= {"first", "other"}
    finally:
        for task in listening:
            task.cancel()
        await asyncio.wait(listening)


async def test_what_a_fetch_took_whose_answer_was_lost_waits_again(
    queue: ProcrastinateQueue, other: ProcrastinateQueue
) -> None:
    held, lost = of("ann"), of("bob")
    await queue.put(held, 1)
    (ticket,) = await queue.fetch()
    await queue.put(lost, 1)
    await queue.fetch()
    await queue.release_unheld([ticket])
    assert [one.job_id for one in await other.fetch(20)] == [lost.id]


async def test_a_connection_that_broke_while_nobody_used_it_fails_nothing(
    queue: ProcrastinateQueue, conninfo: str
) -> None:
    job = of("ann")
    await queue.put(job, 1)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"  # others test on this server
        )
    assert await queue.waiting() == [job.id]


async def test_the_first_of_the_living_sweeps(queue: ProcrastinateQueue, other: ProcrastinateQueue) -> None:
    assert (await queue.beat(), await other.beat()) == (Standing.FIRST, Standing.OTHER)
    await queue.leave()
    assert await other.beat() is Standing.FIRST


async def test_a_server_that_is_not_there() -> None:
    conninfo = server_conninfo("postgresql://nobody@127.0.0.1:1/easel")
    assert conninfo is not None
    queue = ProcrastinateQueue(conninfo, opens_within=0.2)
    with pytest.raises(StoreUnavailable):
        await queue.listen(lambda _: None)
    with pytest.raises(StoreUnavailable):
        async with queue.opened():
            pass
