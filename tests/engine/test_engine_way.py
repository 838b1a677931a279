"""The way of a job from queued to its end, and what it says on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import (
    ModelAccountRefused,
    ModelRejected,
    ModelUnavailable,
    OverLimit,
    PictureBroken,
    PicturesUnusable,
    PlatformUnavailable,
    Undeliverable,
)
from bot.domain.job import FailureCode, JobState
from bot.domain.limits import Limits
from bot.domain.ports import TaskState
from bot.engine.status_schedule import GATHERING
from tests.engine.conftest import World

DONE, FAILED, CANCELLED, GENERATING = JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.GENERATING


async def test_a_request_becomes_pictures_posted_once_and_counted_once(world: World) -> None:
    async with world.running():
        job = await world.settled(await world.asked(n=2))
    assert job.state is DONE
    assert len(job.pictures) == 2
    assert set(world.picture_store.kept) == {picture.key for picture in job.pictures}
    assert job.result_id == world.chat.messages[job.id]
    assert len(world.model.made) == 1
    assert await world.taken_today() == 2
    (last_word,) = world.chat.concluded
    assert last_word.job.state is DONE
    assert last_word.usage is not None
    assert last_word.usage.today == 2


async def test_the_provider_is_asked_for_fifty_tasks_at_once(world: World) -> None:
    world.limits = replace(world.limits, user_running=200)
    async with world.running():
        jobs = [await world.asked(f"fox {number}") for number in range(120)]
        for job in jobs:
            await world.settled(job)
    assert max(len(batch) for batch in world.model.batches) == 50
    assert len(world.model.batches) < 30


async def test_a_failed_status_call_says_nothing_about_the_task(world: World) -> None:
    world.model.answers.extend([ModelUnavailable("502"), ModelUnavailable("not JSON")])
    async with world.running():
        assert (await world.settled(await world.asked())).state is DONE


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (ModelRejected("这个提示词不行"), FailureCode.REJECTED),
        (ModelAccountRefused("wrong secret"), FailureCode.ACCOUNT),
    ],
)
async def test_a_refused_order_fails_and_costs_nothing(world: World, trouble: Exception, code: FailureCode) -> None:
    world.model.submits.append(trouble)
    async with world.running():
        job = await world.settled(await world.asked(n=3))
    assert job.state is FAILED
    assert job.failure is not None
    assert job.failure.code is code
    assert world.model.made == {}
    assert await world.taken_today() == 0
    assert job.id in world.chat.messages  # its author hears of it


async def test_after_a_refusal_the_same_words_may_be_sent_at_once(world: World) -> None:
    world.model.submits.append(ModelRejected("no"))
    async with world.running():
        refused = await world.settled(await world.asked())
        again = await world.settled(await world.asked())
    assert (refused.state, again.state) == (FAILED, DONE)
    assert again.submitted_at is not None
    assert refused.finished_at is not None
    assert (again.submitted_at - refused.finished_at).total_seconds() < 5


async def test_a_task_that_fails_at_the_provider_costs_nothing_and_says_why(world: World) -> None:
    world.model.outcome = lambda task: replace(task, state=TaskState.FAILED, error="生成失败,未扣费")
    async with world.running():
        job = await world.settled(await world.asked(n=4))
    assert job.failure is not None
    assert (job.failure.code, job.failure.detail) == (FailureCode.TASK_FAILED, "生成失败,未扣费")
    assert await world.taken_today() == 0


async def test_a_provider_that_is_away_is_tried_again_without_a_second_order(world: World) -> None:
    world.model.submits.extend([ModelUnavailable("refused", after=3.0)] * 4)
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.state is DONE
    assert len(world.model.made) == 1
    assert job.submitted_at is not None
    assert (job.submitted_at - job.created_at).total_seconds() >= 4 * 3.0  # it pauses as long as the provider wants


async def test_a_provider_that_stays_away_fails_the_job_in_the_end(world: World) -> None:
    world.model.submits.extend([ModelUnavailable("refused")] * 50)
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.failure is not None
    assert job.failure.code is FailureCode.UNAVAILABLE
    assert await world.taken_today() == 0


async def test_fewer_pictures_than_asked_are_delivered_and_only_they_are_charged(world: World) -> None:
    world.model.outcome = lambda task: replace(task, state=TaskState.SUCCEEDED, urls=("one", "two"))
    async with world.running():
        job = await world.settled(await world.asked(n=4))
    assert (job.state, len(job.pictures)) == (DONE, 2)
    assert await world.taken_today() == 2


async def test_more_addresses_than_asked_are_not_fetched(world: World) -> None:
    world.model.outcome = lambda task: replace(task, state=TaskState.SUCCEEDED, urls=tuple("abcdef"))
    async with world.running():
        job = await world.settled(await world.asked(n=2))
    assert len(job.pictures) == 2


async def test_a_broken_picture_is_fetched_again(world: World) -> None:
    world.model.downloads.extend([PictureBroken("truncated"), PictureBroken("truncated")])
    async with world.running():
        job = await world.settled(await world.asked(n=1))
    assert (job.state, len(job.pictures)) == (DONE, 1)


async def test_pictures_that_stay_broken_fail_the_job(world: World) -> None:
    world.model.downloads.extend([PictureBroken("an HTML page")] * 20)
    async with world.running():
        job = await world.settled(await world.asked(n=2))
    assert job.failure is not None
    assert job.failure.code is FailureCode.NO_PICTURES
    assert await world.taken_today() == 0


async def test_a_picture_host_that_is_away_for_minutes_loses_nothing(world: World) -> None:
    world.model.downloads.extend([ModelUnavailable("no route")] * 30)
    async with world.running():
        job = await world.settled(await world.asked(n=2))
    assert (job.state, len(job.pictures)) == (DONE, 2)


async def test_a_task_without_end_is_called_slow_and_given_up_at_the_time_limit(world: World) -> None:
    world.model.draws_for = 10**6
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.failure is not None
    assert job.failure.code is FailureCode.TIMED_OUT
    assert any(report.slow for report in world.chat.shown)
    assert job.finished_at is not None
    assert job.generating_at is not None
    assert 880 < (job.finished_at - job.generating_at).total_seconds() < 920


async def test_a_platform_that_is_away_gets_the_result_later(world: World) -> None:
    world.chat.refusals.extend([PlatformUnavailable("503", after=5)] * 6)
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.state is DONE
    assert len(world.chat.messages) == 1


async def test_a_closed_channel_fails_the_job_and_keeps_the_pictures(world: World) -> None:
    world.chat.refusals.extend([Undeliverable("no access")] * 2)
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.failure is not None
    assert job.failure.code is FailureCode.UNDELIVERABLE
    assert {picture.key for picture in job.unposted} == world.picture_store.kept.keys()
    assert await world.taken_today() == 1


async def test_a_person_who_takes_no_messages_gets_no_more_drawn_than_the_limit(world: World) -> None:
    world.limits = Limits(user_daily=2)
    world.chat.refusals.extend([Undeliverable("private messages are closed")] * 20)
    async with world.running():
        for _ in range(2):
            await world.settled(await world.asked())
        with pytest.raises(OverLimit):
            await world.asked()
    assert len(world.model.made) == 2


async def test_kept_pictures_that_cannot_be_opened_are_not_charged(world: World) -> None:
    world.chat.refusals.append(PicturesUnusable("not an image"))
    async with world.running():
        job = await world.settled(await world.asked())
    assert job.failure is not None
    assert job.failure.code is FailureCode.NO_PICTURES
    assert await world.taken_today() == 0


async def test_a_bug_in_one_job_fails_that_job_only(world: World) -> None:
    world.model.submits.append(RuntimeError("a bug"))
    async with world.running():
        broken = await world.settled(await world.asked("one"))
        fine = await world.settled(await world.asked("two"))
    assert broken.failure is not None
    assert broken.failure.code is FailureCode.INTERNAL
    assert fine.state is DONE


async def test_a_bug_in_telling_of_a_failure_takes_nobody_else_down(world: World) -> None:
    world.model.submits.append(ModelRejected("no"))
    world.chat.refusals.append(RuntimeError("a bug"))
    async with world.running():
        broken = await world.reaches(await world.asked("one"), FAILED)
        fine = await world.settled(await world.asked("two"))
    assert fine.state is DONE
    assert (await world.now(broken)).card_open  # the next start tells of it
    async with world.running():
        await world.settled(broken)
    assert broken.id in world.chat.messages


async def test_a_callback_is_only_a_reason_to_ask_now(world: World) -> None:
    world.model.draws_for = 0.1
    async with world.running() as dispatcher:
        job = await world.reaches(await world.asked(), GENERATING)
        assert job.task_id is not None
        await asyncio.sleep(0.05)  # saved, and by now awaited
        asked_before = len(world.model.batches)
        dispatcher.nudge("nobody-knows-this-one")
        dispatcher.nudge(job.task_id)
        await world.clock.advance(GATHERING)
        assert world.model.batches[asked_before:] == [(job.task_id,)]
        await world.settled(job)


async def test_cancel_while_waiting_in_line(world: World) -> None:
    world.limits = replace(world.limits, user_running=1)
    async with world.running() as dispatcher:
        first, second = await world.asked("one"), await world.asked("two")
        await world.reaches(first, GENERATING)
        assert dispatcher.report(second).position == 1
        assert (await dispatcher.cancel(second.id)).state is CANCELLED
        await world.settled(first)
        await world.settled(second)
    assert len(world.model.made) == 1
    assert await world.taken_today() == 1
    assert world.chat.states_of(second.id)[-1] == "cancelled"


async def test_whoever_cancels_while_waiting_makes_room_for_those_behind(world: World) -> None:
    world.limits = replace(world.limits, user_running=1)
    async with world.running() as dispatcher:
        await world.reaches(await world.asked("first"), GENERATING)
        second, third = await world.asked("second"), await world.asked("third")
        assert (dispatcher.waiting, dispatcher.report(third).position) == (2, 2)
        await dispatcher.cancel(second.id)
        assert (dispatcher.waiting, dispatcher.report(third).position) == (1, 1)


async def test_cancel_while_drawing_posts_nothing(world: World) -> None:
    async with world.running() as dispatcher:
        job = await world.reaches(await world.asked(), GENERATING)
        await dispatcher.cancel(job.id)
        job = await world.settled(job)
        await world.clock.advance(60)
    assert job.state is CANCELLED
    assert world.chat.messages == {}
    assert len(job.pictures) == 1  # it was ordered: kept for its author, and counted
    assert await world.taken_today() == 1


async def test_cancel_while_the_submit_is_out_remembers_the_task(world: World) -> None:
    answer = asyncio.Event()
    world.model.submits.append(answer)
    async with world.running() as dispatcher:
        job = await world.reaches(await world.asked(), JobState.SUBMITTING)
        assert (await dispatcher.cancel(job.id)).state is CANCELLED
        answer.set()
        job = await world.settled(job)
    assert job.state is CANCELLED
    assert job.task_id == "task-1"
    assert world.chat.messages == {}


async def test_the_task_of_a_cancelled_submit_is_remembered_though_the_list_has_nothing_new(world: World) -> None:
    answer = asyncio.Event()
    world.model.submits.append(answer)
    world.model.late_in_list = 20
    async with world.running() as dispatcher:
        job = await world.reaches(await world.asked(), JobState.SUBMITTING)
        await dispatcher.cancel(job.id)
        answer.set()
        job = await world.settled(job)
        await world.clock.advance(60)
    assert (await world.now(job)).task_id == "task-1"


async def test_cancel_of_a_finished_job_changes_nothing(world: World) -> None:
    async with world.running() as dispatcher:
        job = await world.settled(await world.asked())
        assert (await dispatcher.cancel(job.id)).state is DONE
        with pytest.raises(KeyError):
            await dispatcher.cancel("000000000000")


async def test_the_outlook_follows_our_own_history(world: World) -> None:
    world.model.draws_for = 8
    async with world.running() as dispatcher:
        job = await world.asked()
        assert dispatcher.report(job).estimate.usual_high == 35  # the first guess
        await world.settled(job)
        for number in range(6):
            await world.settled(await world.asked(f"fox {number}"))
        estimate = dispatcher.report(world.job()).estimate
    assert 7 < estimate.usual_low <= estimate.usual_high < 12


async def test_people_take_turns(world: World) -> None:
    async with world.running():
        many = [await world.asked(f"fox {number}", user="ann") for number in range(30)]
        await world.reaches(many[0], GENERATING)
        one = await world.asked("a lighthouse", user="bob")
        await world.reaches(one, GENERATING)
        started = [made.job_id for made in world.model.made.values()]
        assert started.index(one.id) <= 3  # behind no more than the running ones of the first
        for job in many:
            await world.settled(job)


async def test_the_next_life_knows_how_long_drawing_took_without_the_downloads(world: World) -> None:
    world.model.draws_for = 8
    async with world.running():
        for number in range(6):
            world.model.downloads.extend([ModelUnavailable("no route")] * 6)
            await world.settled(await world.asked(f"fox {number}"))
    async with world.running() as dispatcher:
        await world.settled(await world.asked())
        assert 7 < dispatcher.report(world.job()).estimate.usual_high < 12
