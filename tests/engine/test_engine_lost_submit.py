"""The ambiguous submit: never two tasks for one request, and never somebody else's picture."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import ModelUnavailable
from bot.domain.job import FailureCode, Job, JobState
from bot.engine import lost_submit
from tests.engine.conftest import World

DONE, GENERATING, SUBMITTING, CANCELLED = (
    JobState.DONE,
    JobState.GENERATING,
    JobState.SUBMITTING,
    JobState.CANCELLED,
)
Fate = Literal["lost", "vanished", "fine"]
SETTLE = lost_submit.SETTLE.total_seconds()


async def each_has_its_own(world: World, *jobs: Job) -> None:
    made = {task_id: made.job_id for task_id, made in world.model.made.items() if not task_id.startswith("foreign")}
    assert sorted(made.values()) == sorted(job.id for job in jobs), "one task for each"
    for job in jobs:
        assert job.state is DONE
        assert job.task_id is not None
        assert made[job.task_id] == job.id, "its own"
        assert job.id in world.chat.messages


async def left_in_submitting(world: World) -> Job:
    """A job whose answer was lost, and whose program was killed before it could look for it."""
    world.model.submits.append("lost")
    world.model.listings.extend([ModelUnavailable("502")] * 1000)
    life = world.start()
    job = await world.reaches(await world.asked(), SUBMITTING)
    await world.kill(life)
    world.model.listings.clear()
    return job


async def test_while_it_is_looked_up_the_card_says_so(world: World) -> None:
    world.model.submits.append("lost")
    world.model.late_in_list = 5
    async with world.running():
        job = await world.settled(await world.asked())
    said = [report.looking for report in world.chat.shown if report.job.id == job.id]
    assert said[0] is True
    assert said[-1] is False
    await each_has_its_own(world, job)


async def test_an_order_that_goes_well_never_says_that_it_is_looked_for(world: World) -> None:
    async with world.running():
        await world.settled(await world.asked())
    assert not any(report.looking for report in world.chat.shown)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fates=st.lists(st.sampled_from(["lost", "vanished", "fine"]), max_size=8),
    late=st.floats(0, SETTLE - 1),
    failing=st.integers(0, 12),
    twins=st.integers(1, 4),
    cancelled=st.booleans(),
    foreign=st.integers(0, 3),
)
async def test_whatever_becomes_of_the_answers_each_request_has_its_own_task(
    world: World, fates: list[Fate], late: float, failing: int, twins: int, *, cancelled: bool, foreign: int
) -> None:
    """Identical orders at the same time, lists that fail and that show tasks late, one of them cancelled."""
    model = world.model
    model.made.clear()
    model.submits.clear()
    model.submits.extend(fate for fate in fates if fate != "fine")
    model.late_in_list = late
    model.listings.extend([ModelUnavailable("502")] * failing)
    prompt = f"a fox {world.clock.monotonic()}"
    for number in range(foreign):
        model.make(world.job(f"{prompt}!", n=1 + number), f"foreign-{number}-{prompt}")
    async with world.running() as dispatcher:
        jobs = [await world.asked(prompt, user=f"person-{number}") for number in range(twins)]
        if cancelled:
            await world.clock.until(world.clock.sleep(0.7), real_seconds=5)
            await dispatcher.cancel(jobs[0].id)
        jobs = [await world.settled(job) for job in jobs]
        model.listings.clear()
    if not cancelled:
        await each_has_its_own(world, *jobs)
        return
    stopped, *others = jobs
    owners = [made.job_id for task_id, made in model.made.items() if not task_id.startswith("foreign")]
    assert len(owners) == len(set(owners)), "one task for each at most"
    for job in others:
        assert job.state is DONE
        assert job.task_id is not None
        assert model.made[job.task_id].job_id == job.id, "its own"
    assert stopped.state in {CANCELLED, DONE}


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_clock_that_is_set_during_the_lookup_orders_nothing_twice(
    world: World, jump: float, moment: str
) -> None:
    """`before`: the lookup begins with the wrong clock already."""
    world.model.submits.append("lost")
    world.model.late_in_list = SETTLE - 5
    async with world.running():
        job = await world.asked()
        if moment == "after":
            await world.reaches(job, SUBMITTING)
        world.clock.jump(jump)
        job = await world.settled(job)
    await each_has_its_own(world, job)


async def test_one_complete_list_without_it_proves_nothing_even_long_after(world: World) -> None:
    """A list may miss a task that the next one has."""
    job = await left_in_submitting(world)
    world.clock.jump(7200)
    world.model.missed_lists = lost_submit.FEWEST_LISTS - 1
    async with world.running():
        job = await world.settled(job)
    await each_has_its_own(world, job)


async def test_a_bad_hour_right_after_a_long_stop_is_waited_for(world: World) -> None:
    """What the wall clock says of an earlier life is no reason to give up at the first failing list."""
    job = await left_in_submitting(world)
    await world.clock.advance(lost_submit.LOOKUP_TIMEOUT.total_seconds() + 1)
    world.model.listings.extend([ModelUnavailable("502")] * 20)
    async with world.running():
        job = await world.settled(job)
    await each_has_its_own(world, job)


async def test_who_cannot_know_gives_up_in_time_and_pays_nothing_twice(world: World) -> None:
    world.model.submits.append("vanished")
    world.model.list_complete = False
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.failure is not None
    assert job.failure.code is FailureCode.UNCLEAR
    assert job.finished_at is not None
    assert job.submitted_at is not None
    assert job.finished_at - job.submitted_at < lost_submit.LOOKUP_TIMEOUT + timedelta(minutes=2)
    assert world.model.made == {}
