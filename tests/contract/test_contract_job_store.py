"""What every JobStore must do, run on each of them. What it counts is in test_contract_job_store_usage.py."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bot.domain.cursor import Cursor
from bot.domain.errors import OverLimit, StaleJob, SubmitBusy, TaskTaken
from bot.domain.job import TRANSITIONS, Failure, FailureCode, Job, JobState
from bot.domain.limits import Limits, Usage
from bot.domain.models import MODEL
from bot.domain.people import Destination
from bot.domain.ports import Draft, JobStore
from bot.domain.request import ImageRequest
from tests.contract.conftest import Opener
from tests.db.orders import NOON, PLENTY, bring, counted, order, person, pictures, reader
from tests.fakes.clock import FakeClock


def everything() -> Job:
    """A queued job that has each field a queued job can have."""
    author = dataclasses.replace(person("u·1"), name="Zoë 画家 🦊")
    request = ImageRequest(prompt="una zorra\n🦊 «狐狸»", ratio="16:9", n=3, clarity=4096, style="ink")
    return Job(
        id="0123456789ab",
        author=author,
        destination=Destination(
            platform="slack",
            community_id="T1",
            channel_id="C1",
            card_id="1700000000.000100",
            locale="en",
            details={"token": "ü\u2028", "until": "2026"},
        ),
        request=request,
        prompt_sent=request.prompt_sent,
        created_at=datetime(2026, 11, 22, 23, 30, 1, 234567, tzinfo=timezone(timedelta(hours=8))),
        parent_id="zzzzzzzzzzzz",
    )


# add and get


async def test_a_job_comes_back_as_it_was_added(store: JobStore) -> None:
    job = everything()
    await store.add(job, PLENTY)
    found = await store.get(job.id)
    assert found == job
    assert found is not None
    assert found.created_at.tzinfo is UTC


async def test_who_is_a_moderator_is_not_kept(store: JobStore) -> None:
    job = order(by=dataclasses.replace(person(), moderator=True))
    await store.add(job, PLENTY)
    assert await store.get(job.id) == dataclasses.replace(job, author=person())


async def test_an_unknown_job_is_none(store: JobStore) -> None:
    assert await store.get("nosuchjobxxx") is None


async def test_only_a_queued_job_and_only_once(store: JobStore) -> None:
    job = order(n=2)
    with pytest.raises(ValueError, match="queued"):
        await store.add(dataclasses.replace(job, state=JobState.GENERATING), PLENTY)
    await store.add(job, PLENTY)
    with pytest.raises(ValueError, match="already"):
        await store.add(job, PLENTY)
    assert counted(await store.usage(person(), NOON)) == Usage(today=2, unfinished=1, community_month=2)


# move


async def test_each_state_brings_its_time(store: JobStore, clock: FakeClock) -> None:
    job = order(n=2)
    await store.add(job, PLENTY)
    await clock.advance(1)
    job = await store.move(job, JobState.SUBMITTING)
    assert (job.state, job.submitted_at, job.submit_open) == (JobState.SUBMITTING, clock.now(), True)
    await clock.advance(1)
    job = await store.move(job, JobState.QUEUED)
    assert (job.state, job.submitted_at, job.submit_open) == (JobState.QUEUED, NOON + timedelta(seconds=1), False)
    await clock.advance(1)
    job = await store.move(job, JobState.SUBMITTING)
    assert job.submitted_at == NOON + timedelta(seconds=3)
    await clock.advance(1)
    job = await store.move(job, JobState.GENERATING, task_id="t-1")
    assert (job.generating_at, job.submit_open, job.task_id) == (clock.now(), False, "t-1")
    await clock.advance(20)
    job = await store.move(job, JobState.DELIVERING, pictures=pictures(2))
    assert (job.ready_at, job.pictures) == (clock.now(), pictures(2))
    await clock.advance(1)
    job = await store.move(job, JobState.DONE, result_id="m-1", card_open=False)
    assert (job.finished_at, job.result_id, job.card_open) == (clock.now(), "m-1", False)
    assert await store.get(job.id) == job


@pytest.mark.parametrize("state", JobState)
async def test_only_what_follows_may_follow(store: JobStore, state: JobState) -> None:
    job = order()
    for to in set(JobState) - TRANSITIONS[state]:
        with pytest.raises(ValueError, match="follow"):
            await store.move(dataclasses.replace(job, state=state), to)


async def test_a_stale_move_changes_nothing(store: JobStore) -> None:
    job = order()
    await store.add(job, PLENTY)
    moved = await store.move(job, JobState.SUBMITTING)
    with pytest.raises(StaleJob):
        await store.move(job, JobState.CANCELLED)
    with pytest.raises(StaleJob):
        await store.move(order(), JobState.CANCELLED)  # never added
    assert await store.get(job.id) == moved
    assert (await store.usage(person(), NOON)).unfinished == 1


async def test_of_many_moves_at_once_one_succeeds(store: JobStore) -> None:
    job = order(n=4)
    await store.add(job, PLENTY)
    ends = [JobState.CANCELLED, JobState.FAILED] * 50
    outcomes = await asyncio.gather(*(store.move(job, end) for end in ends), return_exceptions=True)
    assert sum(isinstance(outcome, Job) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, StaleJob) for outcome in outcomes) == 99
    assert counted(await store.usage(person(), NOON)) == Usage()


async def test_cancelling_during_a_submit_leaves_its_outcome_open(store: JobStore) -> None:
    job = order()
    await store.add(job, PLENTY)
    job = await bring(store, job, JobState.SUBMITTING)
    job = await store.move(job, JobState.CANCELLED)
    assert job.submit_open
    ordered = await store.update_order(job, submit_open=False, task_open=True, task_id="late")
    assert (ordered.task_id, ordered.settled) == ("late", False)


async def test_identical_orders_are_submitted_one_at_a_time(store: JobStore) -> None:
    first, second, other = order("a fox", n=2), order("a fox", n=2, by=person("bob")), order("a fox", n=1)
    for job in (first, second, other):
        await store.add(job, PLENTY)
    first = await store.move(first, JobState.SUBMITTING)
    with pytest.raises(SubmitBusy):
        await store.move(second, JobState.SUBMITTING)
    assert await store.get(second.id) == second
    await store.move(other, JobState.SUBMITTING)
    first = await store.move(first, JobState.CANCELLED)  # its submit may still have its effect
    with pytest.raises(SubmitBusy):
        await store.move(second, JobState.SUBMITTING)
    await store.update_order(first, submit_open=False)
    await store.move(second, JobState.SUBMITTING)


async def test_a_task_belongs_to_one_job(store: JobStore) -> None:
    first, second = order("a"), order("b")
    for job in (first, second):
        await store.add(job, PLENTY)
    await bring(store, first, JobState.GENERATING, task_id="t")
    second = await bring(store, second, JobState.SUBMITTING)
    with pytest.raises(TaskTaken):
        await store.move(second, JobState.GENERATING, task_id="t")
    second = await store.move(second, JobState.CANCELLED)
    with pytest.raises(TaskTaken):
        await store.update_order(second, submit_open=False, task_open=True, task_id="t")
    assert await store.get(second.id) == second
    assert await store.owned_tasks(["t", "u"]) == {"t"}


async def test_what_was_agreed_does_not_change(store: JobStore) -> None:
    job = order()
    await store.add(job, PLENTY)
    fixed: dict[str, Any] = {
        "id": "x", "author": person("bob"), "request": ImageRequest(prompt="b"), "prompt_sent": "b", "created_at": NOON,
        "state": JobState.DONE, "no_such_field": 1,
    }  # fmt: skip
    for name, value in fixed.items():
        with pytest.raises(ValueError, match=name):
            await store.move(job, JobState.SUBMITTING, **{name: value})
        with pytest.raises(ValueError, match=name):
            await store.note(job.id, **{name: value})
    for name in ("pictures", "failure", "submit_open", "task_open", "task_id"):
        with pytest.raises(ValueError, match=name):
            await store.note(job.id, **{name: None})
    assert await store.get(job.id) == job


# note


async def test_a_note_is_taken_in_any_state(store: JobStore) -> None:
    job = order()
    await store.add(job, PLENTY)
    with_card = dataclasses.replace(job.destination, card_id="m-7", details={"a": "b"})
    noted = await store.note(job.id, destination=with_card)
    assert noted == dataclasses.replace(job, destination=with_card) == await store.get(job.id)
    done = await bring(store, noted, JobState.DONE)
    noted = await store.note(job.id, card_open=False, deleted_at=NOON)
    assert noted == dataclasses.replace(done, card_open=False, deleted_at=NOON) == await store.get(job.id)


async def test_a_note_on_nothing_is_a_key_error(store: JobStore) -> None:
    with pytest.raises(KeyError):
        await store.note("nosuchjobxxx", card_open=False)


# the lists


async def test_unfinished_is_whatever_needs_something_yet(store: JobStore) -> None:
    expected = []
    for minute, state in enumerate(
        [JobState.QUEUED, *TRANSITIONS[JobState.QUEUED], JobState.GENERATING, JobState.DONE]
    ):
        for card_open in (True, False):
            job = order(f"{state} {card_open}", at=NOON - timedelta(minutes=minute))
            await store.add(job, PLENTY)
            if state is not JobState.QUEUED:
                job = await bring(store, job, state)
            job = await store.note(job.id, card_open=card_open)
            if card_open or not state.finished:
                expected.append(job)
    lost = order("lost", at=NOON - timedelta(days=1))
    await store.add(lost, PLENTY)
    lost = await bring(store, lost, JobState.SUBMITTING)
    await store.move(lost, JobState.CANCELLED, card_open=False)
    found = await store.unfinished()
    assert {job.id for job in found} == {lost.id, *(job.id for job in expected)}
    assert [job.created_at for job in found] == sorted(job.created_at for job in found)
    assert found[0].id == lost.id
    assert list(found) == [await store.get(job.id) for job in found]


async def test_owned_tasks_of_very_many(store: JobStore) -> None:
    for index in range(3):
        job = order(str(index))
        await store.add(job, PLENTY)
        await bring(store, job, JobState.GENERATING, task_id=f"mine-{index}")
    asked = [f"other-{index}" for index in range(40_000)] + ["mine-0", "mine-2", "mine-2"]
    assert await store.owned_tasks(asked) == {"mine-0", "mine-2"}
    assert await store.owned_tasks([]) == frozenset()


async def test_the_orders_behind_tasks_and_the_submits_whose_outcome_is_unknown(store: JobStore) -> None:
    jobs = {name: order(name) for name in ("has a task", "submitting", "cancelled", "queued")}
    for job in jobs.values():
        await store.add(job, PLENTY)
    drawn = await bring(store, jobs["has a task"], JobState.GENERATING, task_id="t")
    begun = await bring(store, jobs["submitting"], JobState.SUBMITTING)
    left = await bring(store, jobs["cancelled"], JobState.SUBMITTING)
    left = await store.move(left, JobState.CANCELLED)
    assert await store.orders_of(["t", "t", "u"]) == {"t": drawn}
    assert await store.orders_of([]) == {}
    unclear = []
    for name in ("given up", "given up long ago"):
        job = order(name, at=NOON - timedelta(days=30 * (name != "given up")))
        await store.add(job, PLENTY)
        job = await bring(store, job, JobState.SUBMITTING)
        job = await store.move(job, JobState.FAILED, failure=Failure(code=FailureCode.UNCLEAR))
        unclear.append(await store.update_order(job, submit_open=False))
    found = await store.unknown_submits(NOON - timedelta(days=1))
    assert {job.id: job for job in found} == {job.id: job for job in (begun, left, unclear[0])}


async def test_recent_is_the_newest_of_one_channel_oldest_first(store: JobStore) -> None:
    jobs = [order(str(minute), at=NOON + timedelta(minutes=minute)) for minute in range(6)]
    elsewhere = [
        order(at=NOON + timedelta(hours=1), channel="other"),
        order(at=NOON + timedelta(hours=1), by=person(community="other")),
        order(at=NOON + timedelta(hours=1), by=person(platform="slack")),
    ]
    for job in (*reversed(jobs), *elsewhere):
        await store.add(job, PLENTY)
    await store.note(jobs[4].id, deleted_at=NOON)
    found = await store.recent(reader("general"), channel_id="general", count=3)
    assert list(found) == [jobs[2], jobs[3], jobs[5]]
    assert not await store.recent(reader("empty"), channel_id="empty", count=3)


async def test_recent_goes_on_behind_a_cursor_without_a_gap_or_a_repeat(store: JobStore) -> None:
    # Three at each moment: the id decides between them.
    jobs = [order(str(place), at=NOON + timedelta(minutes=place // 3)) for place in range(9)]
    for job in jobs:
        await store.add(job, PLENTY)
    told: list[Job] = []
    cursor: Cursor | None = None
    while page := await store.recent(reader("general"), channel_id="general", count=2, before=cursor):
        told = [*page, *told]
        cursor = Cursor.parse(str(Cursor.behind(page[0])))
    assert told == sorted(jobs, key=lambda job: (job.created_at, job.id))


async def test_declined_are_the_providers_refusals_of_one_person_newest_first(store: JobStore) -> None:
    async def failed(code: FailureCode, minute: int, **of: Any) -> Job:
        job = order(at=NOON + timedelta(minutes=minute), **of)
        await store.add(job, PLENTY)
        return await bring(store, job, JobState.FAILED, failure=Failure(code=code, detail="no such words"))

    rejected = await failed(FailureCode.REJECTED, 1)
    tried = await failed(FailureCode.TASK_FAILED, 3, channel="other")
    await failed(FailureCode.TASK_FAILED, 0)
    await failed(FailureCode.UNAVAILABLE, 4)
    for stranger in (person("bob"), person(community="other"), person(platform="slack")):
        await failed(FailureCode.REJECTED, 5, by=stranger)
    gone = await failed(FailureCode.REJECTED, 6)
    await store.note(gone.id, deleted_at=NOON)
    assert list(await store.declined(person(), 2)) == [tried, rejected]
    assert not await store.declined(person("zoe"), 2)


async def test_drawing_seconds_of_the_last_of_a_kind(store: JobStore, clock: FakeClock) -> None:
    async def drawn(seconds: float, *, n: int = 1, end: JobState = JobState.DONE) -> None:
        job = order(n=n)
        await store.add(job, PLENTY)
        job = await bring(store, job, JobState.GENERATING)
        if seconds < 0:
            clock.jump(seconds)
        await clock.advance(max(0, seconds))
        job = await store.move(job, JobState.DELIVERING, pictures=pictures(n))
        await store.move(job, end)

    for seconds in (30, 20.5, 10):
        await drawn(seconds)
    await drawn(99, n=2)
    await drawn(98, end=JobState.FAILED)
    await drawn(-5)  # the wall clock was set back: no measure
    assert list(await store.drawing_seconds(model=MODEL.code, clarity=2048, n=1, count=2)) == [10, 20.5]
    assert list(await store.drawing_seconds(model=MODEL.code, clarity=2048, n=1, count=9)) == [10, 20.5, 30]
    assert list(await store.drawing_seconds(model=MODEL.code, clarity=4096, n=1, count=9)) == []


# drafts


async def test_a_draft_comes_back(store: JobStore) -> None:
    draft = Draft(id="d-1", author=person(), text="a fox ratio:16:9", created_at=NOON, parent_id="zzzzzzzzzzzz")
    await store.save_draft(draft)
    assert await store.draft("d-1") == draft
    assert await store.draft("d-2") is None


# what lasts, and what comes from outside


async def test_a_restart_keeps_everything(opened: Opener) -> None:
    queued, done, draft = everything(), order(n=2), Draft(id="d", author=person(), text="x", created_at=NOON)
    async with opened() as store:
        await store.add(queued, PLENTY)
        await store.add(done, PLENTY)
        done = await bring(store, done, JobState.DONE)
        await store.save_draft(draft)
        before = await store.usage(person(), NOON)
    async with opened() as store:
        assert await store.get(queued.id) == queued
        assert await store.get(done.id) == done
        assert await store.draft("d") == draft
        assert await store.usage(person(), NOON) == before
        assert counted(before) == Usage(today=2, unfinished=0, community_month=5)
        assert {job.id for job in await store.unfinished()} == {queued.id, done.id}


async def test_two_programs_on_one_database_share_the_limits(opened: Opener) -> None:
    limits = Limits(user_daily=20, user_running=1000)
    async with opened() as one, opened() as two:
        racers = [(one, two)[index % 2].add(order(), limits) for index in range(60)]
        outcomes = await asyncio.gather(*racers, return_exceptions=True)
        assert sum(isinstance(outcome, Usage) for outcome in outcomes) == 20
        assert sum(isinstance(outcome, OverLimit) for outcome in outcomes) == 40
        job = order("one mover")
        await one.add(job, PLENTY)
        moves = [(one, two)[index % 2].move(job, JobState.CANCELLED) for index in range(20)]
        assert sum(isinstance(moved, Job) for moved in await asyncio.gather(*moves, return_exceptions=True)) == 1


async def test_text_that_no_database_holds_is_kept_as_a_replacement(store: JobStore) -> None:
    author = dataclasses.replace(person("u\0\ud800"), name="\udfff\0")
    job = order(by=author)
    await store.add(job, PLENTY)
    found = await store.get(job.id)
    assert found is not None
    assert (found.author.user_id, found.author.name) == ("u\ufffd\ufffd", "\ufffd\ufffd")
    assert (await store.usage(author, NOON)).unfinished == 1
    failed = await store.move(found, JobState.FAILED, failure=Failure(code=FailureCode.REJECTED, detail="no\0pe"))
    assert failed.failure == Failure(code=FailureCode.REJECTED, detail="no\ufffdpe")
    assert counted(await store.usage(author, NOON)) == Usage()


async def test_hostile_text_stays_text(store: JobStore) -> None:
    hostile = "'; DROP TABLE jobs; -- \" %s :name ? {} \\ \r\n\t"
    job = order(f"x {hostile} x", by=person(hostile), channel=hostile)
    await store.add(job, PLENTY)
    assert await store.get(job.id) == job
    assert list(await store.recent(reader(hostile), channel_id=hostile, count=5)) == [job]


# whose a job is


async def test_a_claim_takes_the_job_from_whoever_had_it(store: JobStore) -> None:
    job = order()
    await store.add(job, PLENTY)
    first = await store.claim(job.id, "first")
    assert first.owner == "first"
    assert first.state is JobState.QUEUED
    first = await store.move(first, JobState.SUBMITTING)
    second = await store.claim(job.id, "second")
    with pytest.raises(StaleJob):
        await store.move(first, JobState.GENERATING, task_id="of the first")
    with pytest.raises(StaleJob):
        await store.move(job, JobState.CANCELLED)
    moved = await store.move(second, JobState.GENERATING, task_id="of the second")
    assert (moved.owner, moved.task_id) == ("second", "of the second")
    assert (await store.note(job.id, card_open=False)).card_open is False


async def test_what_has_finished_is_not_claimed(store: JobStore) -> None:
    job = order()
    await store.add(job, PLENTY)
    done = await store.move(await store.claim(job.id, "first"), JobState.CANCELLED)
    assert await store.claim(job.id, "second") == done
    with pytest.raises(KeyError):
        await store.claim("nobody knows it", "second")
