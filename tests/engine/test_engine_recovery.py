"""What the next start does with each saved state, and with a submit whose answer was lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.errors import ModelUnavailable, ModelUnclear
from bot.domain.job import FailureCode, JobState
from tests.engine.conftest import World

DONE, GENERATING, SUBMITTING, DELIVERING = (
    JobState.DONE,
    JobState.GENERATING,
    JobState.SUBMITTING,
    JobState.DELIVERING,
)


async def one_of_everything(world: World, job_id: str) -> None:
    """One task at the provider, one message in the channel, usage counted once."""
    assert [made.job_id for made in world.model.made.values()] == [job_id]
    assert list(world.chat.messages) == [job_id]
    assert await world.taken_today() == 1


async def test_a_queued_job_of_an_earlier_life_is_run(world: World) -> None:
    job = await world.saved()
    async with world.running():
        assert (await world.settled(job)).state is DONE
    await one_of_everything(world, job.id)


async def test_a_job_that_the_start_has_begun_is_not_begun_again_by_its_request(world: World) -> None:
    """It was saved just before the start read the store, and is handed over just after."""
    world.model.draws_for = 10**6
    job = await world.saved()
    async with world.running():
        await world.reaches(job, GENERATING)
        world.dispatcher.add(job)
        assert (await world.settled(job)).state is JobState.FAILED
    assert any(report.slow for report in world.chat.shown)  # its first run still tells how it goes


async def test_killed_while_drawing_the_recorded_task_is_awaited_again(world: World) -> None:
    life = world.start()
    job = await world.reaches(await world.asked(), GENERATING)
    await world.kill(life)
    async with world.running():
        assert (await world.settled(job)).state is DONE
    await one_of_everything(world, job.id)
    assert any(report.resumed for report in world.chat.shown)
    assert not any(report.perhaps_posted for report in world.chat.concluded)  # so no channel is searched for it


async def test_killed_between_the_answer_and_its_save_the_task_is_found(world: World) -> None:
    world.model.submits.append(asyncio.Event())  # the provider has made the task; its answer never gets here
    life = world.start()
    job = await world.reaches(await world.asked(), SUBMITTING)
    await world.kill(life)
    async with world.running():
        assert (await world.settled(job)).state is DONE
    await one_of_everything(world, job.id)


async def test_killed_before_the_call_the_order_is_made_once_the_list_is_sure(world: World) -> None:
    job = await world.store.move(await world.saved(), SUBMITTING)
    async with world.running():
        done = await world.settled(job)
    assert done.submitted_at is not None
    assert job.submitted_at is not None
    assert done.submitted_at - job.submitted_at >= timedelta(seconds=30)
    await one_of_everything(world, job.id)


async def test_killed_between_post_and_save_the_message_is_not_posted_again(world: World) -> None:
    world.chat.answers_kept_back = True
    life = world.start()
    job = await world.asked()
    await world.reaches(job, DELIVERING)
    while not world.chat.messages:
        await world.clock.advance(0.1)
    await world.kill(life)
    assert (await world.now(job)).state is DELIVERING
    world.chat.answers_kept_back = False
    async with world.running():
        assert (await world.settled(job)).state is DONE
    await one_of_everything(world, job.id)


@pytest.mark.parametrize("fate", ["lost", "vanished"])
async def test_a_lost_answer_never_makes_a_second_task(world: World, fate: str) -> None:
    world.model.submits.append(fate)
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.state is DONE
    await one_of_everything(world, job.id)


async def test_a_task_that_appears_late_in_the_list_is_still_found(world: World) -> None:
    world.model.submits.append("lost")
    world.model.late_in_list = 20
    async with world.running():
        job = await world.settled(await world.asked())
    await one_of_everything(world, job.id)


async def test_a_list_that_fails_or_is_incomplete_proves_nothing(world: World) -> None:
    world.model.submits.append("vanished")
    world.model.list_complete = False
    world.model.listings.extend([ModelUnavailable("502")] * 3)
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.failure is not None
    assert job.failure.code is FailureCode.UNCLEAR
    assert world.model.made == {}
    assert await world.taken_today() == 0


async def test_two_identical_orders_with_lost_answers_get_a_task_each(world: World) -> None:
    world.model.submits.extend(["lost", "lost"])
    async with world.running():
        first, second = await world.asked(user="ann"), await world.asked(user="bob")
        first, second = await world.settled(first), await world.settled(second)
    assert first.state is second.state is DONE
    assert first.task_id != second.task_id
    assert len(world.model.made) == 2
    assert {world.model.made[job.task_id].job_id: job.id for job in (first, second) if job.task_id} == {
        first.id: first.id,
        second.id: second.id,
    }


async def test_another_programs_task_with_another_order_is_never_taken(world: World) -> None:
    world.model.submits.append("vanished")
    async with world.running():
        world.model.make(world.job(n=2), "foreign-number")
        world.model.make(world.job("a foxx"), "foreign-words")
        job = await world.settled(await world.asked())
    assert (job.state, job.task_id) == (DONE, "task-1")


async def test_an_internal_error_at_the_submit_is_looked_up_before_it_is_repeated(world: World) -> None:
    world.model.submits.extend([ModelUnclear("50000", code=50000), ModelUnclear("50000", code=50000)])
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.state is DONE
    await one_of_everything(world, job.id)


async def test_a_cancelled_job_with_an_open_submit_keeps_its_task_from_others(world: World) -> None:
    world.model.submits.append(asyncio.Event())
    life = world.start()
    job = await world.reaches(await world.asked(user="ann"), SUBMITTING)
    await world.kill(life)
    await world.store.move(await world.now(job), JobState.CANCELLED)
    async with world.running():
        other = await world.asked(user="bob")
        cancelled, other = await world.settled(job), await world.settled(other)
    assert cancelled.task_id == "task-1"
    assert other.task_id == "task-2"
    assert cancelled.id not in world.chat.messages


async def test_a_card_that_was_left_open_is_brought_to_its_end(world: World) -> None:
    failed = await world.store.move(await world.saved(), JobState.FAILED)
    cancelled = await world.store.move(await world.saved("two"), JobState.CANCELLED)
    async with world.running():
        await world.settled(failed)
        await world.settled(cancelled)
    assert list(world.chat.messages) == [failed.id]
    assert world.chat.states_of(cancelled.id) == ["cancelled"]


async def test_a_stop_waits_for_the_answer_that_costs_and_leaves_the_rest(world: World) -> None:
    answer = asyncio.Event()
    world.model.submits.append(answer)
    life = world.start()
    submitting = await world.reaches(await world.asked("one"), SUBMITTING)
    drawing = await world.reaches(await world.asked("two"), GENERATING)
    await world.dispatcher.stop()
    assert not world.dispatcher.accepting
    await world.clock.settle()
    answer.set()
    await asyncio.wait_for(life, 5)
    assert (await world.now(submitting)).state is GENERATING
    assert (await world.now(drawing)).state is GENERATING
    async with world.running():
        await world.settled(submitting)
        await world.settled(drawing)
    assert len(world.model.made) == 2


async def test_a_restart_at_every_moment_ends_in_one_of_everything(world: World) -> None:
    """Lives that are killed a little later each time, over a provider and a chat that go on."""
    job = await world.saved()
    moment = 0.0
    while not (await world.now(job)).state.finished:
        life = world.start()
        await world.clock.advance(moment)
        await asyncio.sleep(0.005 * (moment + 1))
        await world.clock.settle()
        await world.kill(life)
        moment += 0.25
    async with world.running():
        await world.settled(job)
    await one_of_everything(world, job.id)


async def test_a_clock_set_ahead_while_it_is_drawn_does_not_make_it_too_late(world: World) -> None:
    world.model.draws_for = 20
    life = world.start()
    job = await world.reaches(await world.asked(), JobState.GENERATING)
    await world.kill(life)
    world.clock.jump(7200)
    async with world.running():
        job = await world.settled(job)
    assert job.state is JobState.DONE
