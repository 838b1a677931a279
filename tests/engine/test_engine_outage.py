"""While the provider is down, cards say so once, jobs wait, and everything goes on by itself."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import ModelAway
from bot.domain.job import FailureCode, Job, JobState
from bot.domain.report import JobReport
from bot.domain.request import ImageRequest
from bot.engine.duration_estimates import FIRST_GUESS, DurationEstimates
from bot.engine.durations import LATEST_FIRST_LOOK
from tests.engine.conftest import World
from tests.fakes.chat import FakeChat

DONE, FAILED, CANCELLED, GENERATING, QUEUED = (
    JobState.DONE,
    JobState.FAILED,
    JobState.CANCELLED,
    JobState.GENERATING,
    JobState.QUEUED,
)
HOUR = 3600.0


def said_away(world: World, job: Job) -> list[bool]:
    """Of each time that the card was edited: whether it said that the provider is away. Repetitions are left out."""
    said = [report.away for report in world.chat.shown if report.job.id == job.id]
    return [now for number, now in enumerate(said) if number == 0 or now != said[number - 1]]


async def passes(world: World, seconds: float) -> None:
    await world.clock.until(world.clock.sleep(seconds), real_seconds=20)


async def test_every_waiting_card_says_it_once_and_all_go_on_when_it_is_back(world: World) -> None:
    async with world.running() as dispatcher:
        drawing = await world.reaches(await world.asked("one"), GENERATING)
        world.model.go_away()
        waiting = [await world.asked(f"fox {number}") for number in range(8)]  # three run at a time, the rest in line
        assert dispatcher.report(waiting[0]).away, "who asks now is told at once"
        assert dispatcher.report(waiting[0]).ready_at is None, "and is promised nothing"
        await passes(world, HOUR)
        edits = len(world.chat.shown)
        assert [job.state for job in [await world.now(job) for job in waiting]] == [QUEUED] * 8
        assert said_away(world, drawing) == [False, True]
        await passes(world, HOUR)
        assert len(world.chat.shown) == edits, "it is said once"
        world.model.come_back()
        for job in (drawing, *waiting):
            assert (await world.settled(job)).state is DONE
        assert said_away(world, drawing) == [False, True, False]
    assert len(world.model.made) == 9
    assert await world.taken_today() == 9


async def test_pictures_that_were_done_before_the_outage_are_not_timed_out(world: World) -> None:
    async with world.running():
        job = await world.reaches(await world.asked(), GENERATING)
        world.model.go_away()
        await passes(world, HOUR)
        assert (await world.now(job)).state is GENERATING
        world.model.come_back()
        assert (await world.settled(job)).state is DONE


async def test_pictures_that_were_done_while_nobody_ran_are_not_timed_out(world: World) -> None:
    life = world.start()
    job = await world.reaches(await world.asked(), GENERATING)
    await world.kill(life)
    await world.clock.advance(24 * HOUR)
    async with world.running():
        assert (await world.settled(job)).state is DONE


async def test_who_waits_may_still_cancel(world: World) -> None:
    async with world.running() as dispatcher:
        world.model.go_away()
        job = await world.asked()
        await passes(world, 60)
        assert (await dispatcher.cancel(job.id)).state is CANCELLED
        job = await world.settled(job)
    assert job.submitted_at is None
    assert await world.taken_today() == 0


async def test_a_start_during_an_outage_says_so_and_waits(world: World) -> None:
    life = world.start()
    drawing = await world.reaches(await world.asked("one"), GENERATING)
    await world.kill(life)
    queued = await world.saved("two")
    world.model.go_away()
    async with world.running():
        await passes(world, HOUR)
        assert [said_away(world, job)[-1] for job in (drawing, queued)] == [True, True]
        world.model.come_back()
        assert (await world.settled(drawing)).state is (await world.settled(queued)).state is DONE
    assert len(world.model.made) == 2


async def test_a_stop_during_an_outage_is_quick(world: World) -> None:
    world.model.go_away()
    async with world.running():
        job = await world.asked()
        await passes(world, 60)
        began = world.clock.monotonic()
    assert world.clock.monotonic() - began < 1
    assert (await world.now(job)).state is QUEUED


async def test_after_hours_without_a_word_it_is_said_and_nothing_was_ordered(world: World) -> None:
    world.model.submits.append(ModelAway("nobody answers"))
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.failure is not None
    assert job.failure.code is FailureCode.UNAVAILABLE
    assert world.model.made == {}


async def test_a_lost_submit_that_nobody_can_look_up_for_hours_is_not_sent_again(world: World) -> None:
    world.model.submits.append("vanished")
    world.model.listings.append(ModelAway("nobody answers"))
    async with world.running():
        job = await world.settled(await world.asked())
    assert [report.job.failure and report.job.failure.code for report in world.chat.concluded] == [FailureCode.UNCLEAR]
    assert job.failure is not None
    assert job.failure.code is FailureCode.UNAVAILABLE  # the list was read in the end
    assert world.model.made == {}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outages=st.lists(st.tuples(st.floats(0, 20), st.floats(0, 2000)), min_size=1, max_size=4), seed=st.integers(0))
async def test_outages_at_any_moment_lose_and_double_nothing(
    world: World, outages: list[tuple[float, float]], seed: int
) -> None:
    before, today = len(world.model.made), await world.taken_today()
    async with world.running():
        jobs = [await world.asked(f"fox {seed} {number}") for number in range(4)]
        for pause, length in outages:
            await passes(world, pause)
            world.model.go_away()
            await passes(world, length)
            world.model.come_back()
        for job in jobs:
            assert (await world.settled(job)).state is DONE
    assert len(world.model.made) - before == 4
    assert await world.taken_today() - today == 4
    assert all(job.id in world.chat.messages for job in jobs)


async def test_a_change_during_the_telling_is_told_too(world: World) -> None:
    async with world.running():
        world.model.go_away()
        job = await world.asked()
        await passes(world, 1)
        for _ in range(5):
            world.model.come_back()
            await asyncio.sleep(0)
            world.model.go_away()
            await asyncio.sleep(0)
        await passes(world, 5)
        assert said_away(world, job)[-1:] in ([True], [])
        world.model.come_back()
        await world.settled(job)
    assert said_away(world, job)[-1] is False


@pytest.mark.parametrize("state", [GENERATING, QUEUED])
async def test_a_card_that_cannot_be_told_harms_nobody(
    world: World, state: JobState, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: FakeChat, report: JobReport) -> None:
        raise RuntimeError(f"a bug in the card of {report.job.id}")

    async with world.running():
        job = await world.asked()
        if state is GENERATING:
            await world.reaches(job, GENERATING)
        with monkeypatch.context() as patch:
            patch.setattr(FakeChat, "show", broken)
            world.model.go_away()
            await passes(world, 10)
        world.model.come_back()
        assert (await world.settled(job)).state is DONE


async def test_an_outage_does_not_teach_how_long_drawing_takes(world: World) -> None:
    world.limits = dataclasses.replace(world.limits, user_running=20)
    async with world.running() as dispatcher:
        caught = [await world.asked(f"fox {number}") for number in range(8)]
        for job in caught:
            await world.reaches(job, GENERATING)
        world.model.go_away()
        await passes(world, 4 * 60)
        world.model.come_back()
        for job in caught:
            assert (await world.settled(job)).state is DONE
        assert dispatcher.report(caught[0]).estimate == FIRST_GUESS
        after = await world.settled(await world.asked("afterwards"))
        assert after.ready_at is not None
        assert after.generating_at is not None
        assert (after.ready_at - after.generating_at).total_seconds() < world.model.draws_for + 5
    # What the database has of it is read at the next start; people are told so, but nobody waits for it.
    async with world.running():
        after = await world.settled(await world.asked("after a restart"))
        assert after.ready_at is not None
        assert after.generating_at is not None
        assert (after.ready_at - after.generating_at).total_seconds() < LATEST_FIRST_LOOK + world.model.draws_for + 5


async def test_an_estimate_that_is_too_long_shrinks(world: World) -> None:
    estimates, asked = DurationEstimates(world.store), ImageRequest(prompt="a fox", clarity=1024)
    durations = estimates.durations(asked)
    for _ in range(50):
        durations.learn(24.0)
    for _ in range(60):  # nothing is measured as shorter than the first look
        durations.learn(max(4.0, durations.first_look))
    assert durations.first_look < 5.0
