"""A store or a disk that can't be used for a while: nothing is lost, nothing done twice, and the log says it once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import StoreUnavailable
from bot.domain.job import Job, JobState
from bot.domain.ports import JobStore
from bot.engine.steps import INTENT_HOLDS, MOST_SUBMITS
from tests.engine.conftest import World

DONE = JobState.DONE
SAVES = frozenset({"add", "move", "note"})


class Full:
    """A store on a disk that is full while `broken`: it can be read. `keeps`: it saves once what it says it can't."""

    def __init__(self, store: JobStore) -> None:
        self.store = store
        self.broken = False
        self.keeps = False
        self.refused = 0

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method: Callable[..., Awaitable[Any]] = getattr(self.store, name)

        async def answer(*arguments: Any, **named: Any) -> Any:
            if self.broken and name in SAVES:
                self.refused += 1
                if self.keeps:
                    self.keeps = False
                    await method(*arguments, **named)
                raise StoreUnavailable("the disk is full")
            return await method(*arguments, **named)

        return answer


@pytest.fixture
def full(world: World) -> Full:
    store = Full(world.store)
    world.store = cast("JobStore", store)
    return store


async def later(world: World, seconds: float) -> None:
    await world.clock.until(world.clock.sleep(seconds), real_seconds=20)


def said(logs: list[Any]) -> list[str]:
    return [f"{entry['event']}: {entry['store']}" for entry in logs if entry.get("action") == "wait"]


async def one_of_everything(world: World, job_id: str) -> None:
    assert [made.job_id for made in world.model.made.values()] == [job_id]
    assert list(world.chat.messages) == [job_id]
    assert [report.job.id for report in world.chat.concluded] == [job_id]
    assert await world.taken_today() == 1


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.GENERATING])
async def test_a_store_that_is_full_for_hours_is_waited_for(world: World, full: Full, state: JobState) -> None:
    job = await world.saved()
    with capture_logs() as logs:
        if state is JobState.QUEUED:
            full.broken = True
        async with world.running():
            if state is JobState.GENERATING:
                await world.reaches(job, state)
                full.broken = True
            await later(world, 3 * 3600)
            assert (await world.now(job)).state is state
            full.broken = False
            assert (await world.settled(job)).state is DONE
    await one_of_everything(world, job.id)
    assert said(logs) == ["store_unavailable: database", "store_recovered: database"]
    assert full.refused < 2000


async def test_the_id_of_a_task_that_is_paid_is_kept_until_it_can_be_saved(world: World, full: Full) -> None:
    answer = asyncio.Event()
    world.model.submits.append(answer)
    async with world.running():
        job = await world.reaches(await world.asked(), JobState.SUBMITTING)
        full.broken = True
        answer.set()
        await later(world, 3600)
        world.model.made.clear()  # and the list would not help either
        kept = await world.now(job)
        assert kept.state is JobState.SUBMITTING
        full.broken = False
        moved = await world.reaches(job, JobState.GENERATING)
        assert moved.task_id == "task-1"


async def test_a_message_that_is_posted_is_not_posted_again(world: World, full: Full) -> None:
    async with world.running():
        job = await world.reaches(await world.asked(), JobState.GENERATING)
        concluded = len(world.chat.concluded)
        original = world.chat.concluded
        while len(original) == concluded:
            if (await world.now(job)).state is JobState.DELIVERING:
                full.broken = True
            await later(world, 0.25)
        full.broken = True
        await later(world, 3600)
        full.broken = False
        assert (await world.settled(job)).state is DONE
    await one_of_everything(world, job.id)


async def test_a_save_that_took_place_after_all_is_no_other_runs_doing(world: World, full: Full) -> None:
    answer = asyncio.Event()
    world.model.submits.append(answer)
    async with world.running():
        job = await world.reaches(await world.asked(), JobState.SUBMITTING)
        full.broken = full.keeps = True
        answer.set()
        await later(world, 60)
        full.broken = False
        assert (await world.settled(job)).state is DONE
    await one_of_everything(world, job.id)


async def test_it_stops_at_once_while_the_store_is_away(world: World, full: Full) -> None:
    job = await world.saved()
    full.broken = True
    async with world.running():
        await later(world, 60)
    full.broken = False
    async with world.running():
        assert (await world.settled(job)).state is DONE
    await one_of_everything(world, job.id)


async def test_pictures_that_cannot_be_kept_are_fetched_again_when_there_is_room(world: World) -> None:
    world.picture_store.failures.extend(OSError("no space left on device") for _ in range(20))
    with capture_logs() as logs:
        async with world.running():
            job = await world.asked(n=2)
            done = await world.settled(job)
    assert (done.state, len(done.pictures)) == (DONE, 2)
    assert said(logs) == ["store_unavailable: picture store (to keep)", "store_recovered: picture store (to keep)"]


async def test_pictures_that_cannot_be_read_are_posted_later(world: World) -> None:
    world.chat.refusals.extend(OSError("input/output error") for _ in range(100))
    with capture_logs() as logs:
        async with world.running():
            job = await world.asked()
            assert (await world.settled(job)).state is DONE
    await one_of_everything(world, job.id)
    assert said(logs) == ["store_unavailable: picture store (to read)", "store_recovered: picture store (to read)"]


@pytest.mark.parametrize("ordered", [True, False])
async def test_what_a_backup_calls_queued_is_looked_up_before_it_is_ordered(world: World, *, ordered: bool) -> None:
    job = await world.saved()
    await later(world, 1)
    world.restored_at = world.clock.now()
    await later(world, 600)
    if ordered:
        world.model.make(job)  # by the life of which this store knows nothing
    await later(world, 3600)
    async with world.running():
        assert (await world.settled(job)).state is DONE
        other = await world.asked("a hare")
        assert (await world.settled(other)).state is DONE
    assert sorted(made.job_id for made in world.model.made.values()) == sorted([job.id, other.id])


async def test_two_alike_of_a_backup_take_one_task_each(world: World) -> None:
    first, second = await world.saved(), await world.saved()
    await later(world, 1)
    world.restored_at = world.clock.now()
    for job in (first, second):
        world.model.make(job)
    async with world.running():
        for job in (first, second):
            assert (await world.settled(job)).state is DONE
    assert len(world.model.made) == 2


class Slow:
    """A store on a disk that takes `seconds` for an intent, `times` times."""

    def __init__(self, world: World, *, seconds: float, times: int) -> None:
        self._store, self._clock = world.store, world.clock
        self._seconds = seconds
        self.left = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def move(self, job: Job, to: JobState, **changes: Any) -> Job:
        moved = await self._store.move(job, to, **changes)
        if to is JobState.SUBMITTING and self.left:
            self.left -= 1
            await self._clock.sleep(self._seconds)
        return moved


@pytest.mark.parametrize("owner", [None, "a run of a worker"])
async def test_a_slow_disk_costs_time_and_not_the_job(world: World, owner: str | None) -> None:
    slow = Slow(world, seconds=INTENT_HOLDS + 3, times=2 * MOST_SUBMITS)
    world.store = cast("JobStore", slow)
    job = await world.saved()
    if owner is not None:
        await world.store.claim(job.id, owner)
    async with world.running():
        assert (await world.settled(job)).state is DONE
    # Nobody else can have the job of the only process; where others may, it is put back until it is saved in time.
    assert slow.left == (2 * MOST_SUBMITS - 1 if owner is None else 0)
    await one_of_everything(world, job.id)
