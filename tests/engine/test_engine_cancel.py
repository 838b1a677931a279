"""A cancelled order is followed to its end: what it counts, what is kept, and what its card says meanwhile."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from bot.domain.errors import ModelRejected, ModelUnavailable, OverLimit
from bot.domain.job import FailureCode, Job, JobState
from bot.domain.limits import Limits
from bot.domain.ports import ModelTask, TaskState
from tests.engine.conftest import World

CANCELLED, GENERATING, SUBMITTING = JobState.CANCELLED, JobState.GENERATING, JobState.SUBMITTING


def failing(task: ModelTask) -> ModelTask:
    return dataclasses.replace(task, state=TaskState.FAILED, error="sensitive words")


async def sums(world: World) -> tuple[int, int, int]:
    """Charged, spent, and unfinished jobs."""
    usage = await world.store.usage(world.job().author, world.clock.now())
    return usage.today, usage.ceilings.total_today, usage.unfinished


def told(world: World, job: Job) -> list[tuple[bool, int]]:
    """What the cards of the cancelled job said: whether it is still drawn, and how many pictures are there."""
    shown = [report.job for report in world.chat.shown if report.job.id == job.id]
    return [(each.task_open or each.submit_open, len(each.pictures)) for each in shown if each.state is CANCELLED]


async def test_a_cancel_before_the_order_is_free(world: World) -> None:
    world.limits = Limits(user_running=1)
    async with world.running() as dispatcher:
        first = await world.reaches(await world.asked(n=2), GENERATING)
        waiting = await world.asked(n=4)
        await dispatcher.cancel(waiting.id)
        waiting = await world.settled(waiting)
        assert (waiting.charged, waiting.spent) == (0, 0)
        assert await sums(world) == (2, 2, 1)
        await world.settled(first)
    assert len(world.model.made) == 1


async def test_a_cancelled_order_is_drawn_kept_and_counted(world: World) -> None:
    async with world.running() as dispatcher:
        job = await world.reaches(await world.asked(n=4), GENERATING)
        assert (await dispatcher.cancel(job.id)).task_open
        assert await sums(world) == (4, 4, 1)
        job = await world.settled(job)
        assert await sums(world) == (4, 4, 0)
    assert (job.state, len(job.pictures), job.charged) == (CANCELLED, 4, 4)
    assert {picture.key for picture in job.pictures} <= world.picture_store.kept.keys()
    assert told(world, job) == [(True, 0), (False, 4)]
    assert world.chat.concluded == []


async def test_a_cancelled_order_that_the_provider_fails_is_free(world: World) -> None:
    world.model.outcome = failing
    async with world.running() as dispatcher:
        job = await world.reaches(await world.asked(n=4), GENERATING)
        await dispatcher.cancel(job.id)
        job = await world.settled(job)
        assert await sums(world) == (0, 0, 0)
    assert job.state is CANCELLED
    assert job.failure is not None
    assert job.failure.code is FailureCode.TASK_FAILED
    assert told(world, job) == [(True, 0), (False, 0)]


async def test_cancelling_again_and_again_orders_no_more_than_the_day_allows(world: World) -> None:
    world.limits = Limits(user_daily=4)
    async with world.running() as dispatcher:
        for _ in range(5):
            try:
                job = await world.asked(n=4)
            except OverLimit:
                continue
            await world.reaches(job, GENERATING)
            await dispatcher.cancel(job.id)
            await world.clock.advance(2)
    assert sum(made.task.n for made in world.model.made.values()) == 4


async def test_a_cancelled_order_keeps_its_place_until_it_is_drawn(world: World) -> None:
    world.limits = Limits(user_running=1)
    async with world.running() as dispatcher:
        first = await world.reaches(await world.asked(), GENERATING)
        second = await world.asked("another")
        await dispatcher.cancel(first.id)
        await world.clock.advance(1)
        assert len(world.model.made) == 1
        await world.settled(second)
    assert len(world.model.made) == 2


@pytest.mark.parametrize("kept_back", [False, True])
async def test_a_restart_follows_a_cancelled_order(world: World, kept_back: bool) -> None:  # noqa: FBT001 - of pytest
    answer = asyncio.Event()
    if kept_back:
        world.model.submits.append(answer)
    world.model.draws_for = 60
    life = world.start()
    job = await world.reaches(await world.asked(n=2), SUBMITTING if kept_back else GENERATING)
    await world.dispatcher.cancel(job.id)
    await world.kill(life)
    assert await sums(world) == (2, 2, 1)
    async with world.running():
        job = await world.settled(job)
        assert await sums(world) == (2, 2, 0)
    assert (job.state, len(job.pictures)) == (CANCELLED, 2)
    assert len(world.model.made) == 1
    assert told(world, job)[-1] == (False, 2)


async def test_a_cancel_while_nobody_knows_waits_for_the_answer(world: World) -> None:
    answer = asyncio.Event()
    world.model.submits.append(answer)
    async with world.running() as dispatcher:
        job = await world.reaches(await world.asked(n=3), SUBMITTING)
        cancelled = await dispatcher.cancel(job.id)
        assert (cancelled.submit_open, cancelled.charged) == (True, None)
        await world.clock.advance(120)  # nobody looks into the list while the call is out
        assert await sums(world) == (3, 3, 1)
        answer.set()
        job = await world.settled(job)
        assert await sums(world) == (3, 3, 0)
    assert (job.task_id, len(job.pictures)) == ("task-1", 3)


@pytest.mark.parametrize("refusal", [ModelRejected("no"), ModelUnavailable("busy")])
async def test_a_cancelled_submit_that_the_provider_refuses_is_free_at_once(world: World, refusal: Exception) -> None:
    held = asyncio.Event()
    world.model.submits.append((held, refusal))
    async with world.running() as dispatcher:
        job = await world.reaches(await world.asked(n=3), SUBMITTING)
        await dispatcher.cancel(job.id)
        held.set()
        job = await world.settled(job)
        assert await sums(world) == (0, 0, 0)
        assert (job.charged, job.spent) == (0, 0)


async def test_an_answer_lost_before_a_cancel_is_looked_up(world: World) -> None:
    for lost, counted in (("lost", 2), ("vanished", 0)):
        world.model.submits.append(lost)
        world.model.missed_lists = 1
        async with world.running() as dispatcher:
            job = await world.reaches(await world.asked(lost, n=2), SUBMITTING)
            await dispatcher.cancel(job.id)
            job = await world.settled(job)
        assert job.state is CANCELLED
        assert (job.charged, job.spent) == (counted, counted)
    assert await sums(world) == (2, 2, 0)


async def test_a_cancelled_order_without_an_end_counts(world: World) -> None:
    world.model.draws_for = 10**6
    async with world.running() as dispatcher:
        job = await world.reaches(await world.asked(n=2), GENERATING)
        await dispatcher.cancel(job.id)
        job = await world.settled(job)
        assert await sums(world) == (2, 2, 0)
    assert job.failure is not None
    assert job.failure.code is FailureCode.TIMED_OUT
