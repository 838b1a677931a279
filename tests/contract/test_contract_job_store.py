"""What every JobStore must do, run on each of them.

`TEST_DATABASE_URL=postgresql://…` adds a database server; everything in that database is thrown away.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.errors import OverLimit, StaleJob, SubmitBusy, TaskTaken
from bot.domain.job import TRANSITIONS, Failure, FailureCode, Job, JobState
from bot.domain.limits import Limits, Usage
from bot.domain.people import Destination
from bot.domain.ports import Draft, JobStore, UsageDay
from bot.domain.request import ImageRequest
from db.engine import open_database
from db.jobs import SqlJobStore
from db.migrate import migrate
from tests.db.orders import NOON, PLENTY, bring, order, person, pictures
from tests.db.template import migrated
from tests.fakes.clock import FakeClock

Opener = Callable[[], AbstractAsyncContextManager[JobStore]]
SERVER = os.environ.get("TEST_DATABASE_URL")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "easel.db"
    file.write_bytes(migrated())
    return file


@pytest.fixture(params=["sqlite", *(["postgresql"] if SERVER else [])])
async def opened(request: pytest.FixtureRequest, file: Path, clock: FakeClock) -> Opener:
    """Opens the same data each time, as each start of the program does."""
    url = SERVER if request.param == "postgresql" and SERVER else f"sqlite+aiosqlite:///{file}"
    if request.param == "postgresql":
        async with open_database(url) as engine, engine.begin() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))

    @asynccontextmanager
    async def start() -> AsyncIterator[JobStore]:
        async with open_database(url) as engine:
            await migrate(engine)
            yield SqlJobStore(engine, clock)

    return start


@pytest.fixture
async def store(opened: Opener) -> AsyncIterator[JobStore]:
    async with opened() as store:
        yield store


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


async def test_adding_gives_the_usage_with_the_job_counted_in(store: JobStore) -> None:
    assert await store.add(order(n=3), PLENTY) == Usage(today=3, unfinished=1, community_month=3)
    assert await store.add(order(n=2), PLENTY) == Usage(today=5, unfinished=2, community_month=5)
    bob = await store.add(order(n=1, by=person("bob")), PLENTY)
    assert bob == Usage(today=1, unfinished=1, community_month=6)


async def test_only_a_queued_job_and_only_once(store: JobStore) -> None:
    job = order(n=2)
    with pytest.raises(ValueError, match="queued"):
        await store.add(dataclasses.replace(job, state=JobState.GENERATING), PLENTY)
    await store.add(job, PLENTY)
    with pytest.raises(ValueError, match="already"):
        await store.add(job, PLENTY)
    assert await store.usage(person(), NOON) == Usage(today=2, unfinished=1, community_month=2)


REFUSALS = [
    (Limits(user_daily=5), 4, "limit-daily", {"limit": 5, "used": 3, "wanted": 4, "fits": 2}),
    (Limits(user_daily=2), 3, "limit-daily", {"limit": 2, "used": 3, "fits": 0}),
    (Limits(community_monthly=4), 3, "limit-community-monthly", {"limit": 4, "used": 3, "wanted": 3, "fits": 1}),
    (Limits(user_running=1, user_waiting=0), 1, "limit-unfinished", {"limit": 1, "used": 1}),
]


@pytest.mark.parametrize(("limits", "wanted", "code", "values"), REFUSALS)
async def test_a_limit_refuses_with_its_numbers_and_leaves_nothing(
    store: JobStore, limits: Limits, wanted: int, code: str, values: dict[str, int]
) -> None:
    await store.add(order(n=3), PLENTY)
    refused = order(n=wanted)
    with pytest.raises(OverLimit) as caught:
        await store.add(refused, limits)
    assert caught.value.code == code
    assert values.items() <= caught.value.values.items()
    assert await store.get(refused.id) is None
    assert await store.usage(person(), NOON) == Usage(today=3, unfinished=1, community_month=3)
    assert [day.jobs for day in await store.usage_by_day(since=date(2026, 1, 1))] == [1]


async def test_what_no_limit_could_hold_is_refused_on_an_empty_store(store: JobStore) -> None:
    for limits in (Limits(user_daily=1), Limits(community_monthly=1), Limits(user_running=0, user_waiting=0)):
        with pytest.raises(OverLimit):
            await store.add(order(n=2), limits)
    assert await store.usage(person(), NOON) == Usage()


async def test_exactly_up_to_the_limit_is_fine(store: JobStore) -> None:
    limits = Limits(user_daily=4, community_monthly=4, user_running=1, user_waiting=1)
    await store.add(order(n=2), limits)
    await store.add(order(n=2), limits)
    assert await store.usage(person(), NOON) == Usage(today=4, unfinished=2, community_month=4)


PERSONAL = dataclasses.replace(PLENTY, user_daily=40)
COMMON = dataclasses.replace(PLENTY, community_monthly=40)


@pytest.mark.parametrize(("limits", "racers"), [(PERSONAL, 1000), (COMMON, 300)])
async def test_racers_get_exactly_the_last_pictures(store: JobStore, limits: Limits, racers: int) -> None:
    await store.add(order(n=2), limits)

    async def race(index: int) -> bool:
        user = "ann" if limits is PERSONAL else f"user {index}"
        try:
            await store.add(order(n=2, by=person(user)), limits)
        except OverLimit:
            return False
        return True

    served = await asyncio.gather(*(race(index) for index in range(racers)))
    assert sum(served) == 19
    assert (await store.usage(person(), NOON)).community_month == 40
    assert sum(day.reserved for day in await store.usage_by_day(since=NOON.date())) == 40


async def test_racers_get_exactly_the_last_places_in_line(store: JobStore) -> None:
    limits = Limits(user_daily=None, user_running=3, user_waiting=7)
    outcomes = await asyncio.gather(*(store.add(order(), limits) for _ in range(100)), return_exceptions=True)
    assert sum(isinstance(outcome, Usage) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, OverLimit) for outcome in outcomes) == 90


async def test_a_day_and_a_month_begin_anew_in_utc(store: JobStore) -> None:
    limits = Limits(user_daily=2, community_monthly=4, user_running=100)
    late = datetime(2026, 11, 29, 23, 59, 59, 999999, tzinfo=UTC)
    await store.add(order(n=2, at=late), limits)
    with pytest.raises(OverLimit):
        await store.add(order(at=late), limits)
    # Half past eight in Shanghai: the next day in UTC.
    next_day = datetime(2026, 11, 30, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    assert (await store.usage(person(), next_day)).today == 0
    await store.add(order(n=2, at=next_day), limits)
    next_month = datetime(2026, 12, 1, tzinfo=UTC)
    with pytest.raises(OverLimit) as caught:
        await store.add(order(n=1, at=next_month - timedelta(seconds=1)), dataclasses.replace(limits, user_daily=9))
    assert caught.value.code == "limit-community-monthly"
    assert caught.value.values["resets_at"] == next_month
    assert (await store.usage(person(), next_month)) == Usage(today=0, unfinished=2, community_month=0)


async def test_each_community_counts_for_itself(store: JobStore) -> None:
    await store.add(order(n=2, by=person("ann", "one")), PLENTY)
    await store.add(order(n=1, by=person("ann", "two")), PLENTY)
    await store.add(order(n=4, by=person("ann", "one", platform="slack")), PLENTY)
    await store.add(order(n=3, by=person("bob", "one")), PLENTY)
    assert await store.usage(person("ann", "one"), NOON) == Usage(today=2, unfinished=1, community_month=5)


async def test_points_are_taken_and_given_back_as_at_acceptance(store: JobStore) -> None:
    weighty = Limits(user_daily=20, weights={2048: 5})
    job = order(n=3)
    assert (await store.add(job, weighty)).today == 15
    with pytest.raises(OverLimit) as caught:
        await store.add(order(n=2), weighty)
    assert (caught.value.values["wanted"], caught.value.values["used"], caught.value.values["fits"]) == (10, 15, 1)
    saved = await store.get(job.id)
    assert saved is not None
    assert saved.points == 5
    saved = await bring(store, saved, JobState.DELIVERING, pictures=pictures(2))
    await store.move(saved, JobState.DONE)
    assert await store.usage(person(), NOON) == Usage(today=10, unfinished=0, community_month=10)


async def test_the_day_begins_where_the_community_is(store: JobStore) -> None:
    limits = Limits(user_daily=2, timezone="Asia/Shanghai")
    evening = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    first = order(n=2, at=evening)
    await store.add(first, limits)
    with pytest.raises(OverLimit) as caught:
        await store.add(order(at=evening), limits)
    assert caught.value.values["resets_at"] == evening + timedelta(minutes=1)
    await store.add(order(n=2, at=evening + timedelta(minutes=1)), limits)
    # What is given back goes to the day it was taken from.
    await store.move(first, JobState.FAILED)
    await store.add(order(n=2, at=evening), limits)
    assert [day.day.day for day in await store.usage_by_day(since=NOON.date())] == [22, 23]


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
    assert await store.usage(person(), NOON) == Usage()


@pytest.mark.parametrize("delivered", [4, 2, 0])
async def test_done_settles_what_was_delivered(store: JobStore, delivered: int) -> None:
    job = order(n=4)
    await store.add(job, PLENTY)
    await bring(store, await bring(store, job, JobState.GENERATING), JobState.FAILED)
    job = order(n=4)
    await store.add(job, PLENTY)
    job = await bring(store, job, JobState.DELIVERING, pictures=pictures(delivered))
    assert (await store.usage(person(), NOON)).today == 4
    await store.move(job, JobState.DONE)
    assert await store.usage(person(), NOON) == Usage(today=delivered, unfinished=0, community_month=delivered)
    [day] = await store.usage_by_day(since=NOON.date())
    assert (day.jobs, day.delivered, day.reserved) == (2, delivered, 0)


@pytest.mark.parametrize("end", [JobState.FAILED, JobState.CANCELLED])
async def test_an_end_without_pictures_gives_the_reservation_back(
    store: JobStore, clock: FakeClock, end: JobState
) -> None:
    for state in (JobState.QUEUED, JobState.SUBMITTING, JobState.GENERATING, JobState.DELIVERING):
        job = order(n=3)
        await store.add(job, PLENTY)
        if state is not JobState.QUEUED:
            job = await bring(store, job, state)
        failure = Failure(code=FailureCode.TASK_FAILED, detail="违规内容") if end is JobState.FAILED else None
        await clock.advance(86_400)  # it goes back to the day of acceptance
        ended = await store.move(job, end, failure=failure, submit_open=False)
        assert ended == await store.get(job.id)
        assert (ended.finished_at, ended.failure) == (clock.now(), failure)
        assert await store.usage(person(), NOON) == Usage()


async def test_cancelling_during_a_submit_leaves_its_outcome_open(store: JobStore) -> None:
    job = order()
    await store.add(job, PLENTY)
    job = await bring(store, job, JobState.SUBMITTING)
    job = await store.move(job, JobState.CANCELLED)
    assert job.submit_open
    assert (await store.note(job.id, submit_open=False, task_id="late")).task_id == "late"


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
    await store.note(first.id, submit_open=False)
    await store.move(second, JobState.SUBMITTING)


async def test_a_task_belongs_to_one_job(store: JobStore) -> None:
    first, second = order("a"), order("b")
    for job in (first, second):
        await store.add(job, PLENTY)
    await bring(store, first, JobState.GENERATING, task_id="t")
    second = await bring(store, second, JobState.SUBMITTING)
    with pytest.raises(TaskTaken):
        await store.move(second, JobState.GENERATING, task_id="t")
    with pytest.raises(TaskTaken):
        await store.note(second.id, task_id="t")
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
    with pytest.raises(ValueError, match="pictures"):
        await store.note(job.id, pictures=())
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
    found = await store.recent(platform="discord", community_id="guild", channel_id="general", count=3)
    assert list(found) == [jobs[2], jobs[3], jobs[5]]
    assert not await store.recent(platform="discord", community_id="guild", channel_id="empty", count=3)


async def test_usage_by_day_and_person(store: JobStore) -> None:
    yesterday = NOON - timedelta(days=1)
    await store.add(order(n=4, at=NOON - timedelta(days=9)), PLENTY)
    done = order(n=3, at=yesterday)
    await store.add(done, PLENTY)
    await bring(store, done, JobState.DONE)
    failed = order(n=2, at=yesterday)
    await store.add(failed, PLENTY)
    await store.move(failed, JobState.FAILED)
    await store.add(order(n=1), PLENTY)
    await store.add(order(n=2, by=person("bob")), PLENTY)
    await store.add(order(n=2, by=person("bob", "other")), PLENTY)
    await store.add(order(n=4, by=person("bob", platform="slack")), PLENTY)

    def day(user: str, when: datetime, *counts: int, community: str = "guild", platform: str = "discord") -> UsageDay:
        jobs, delivered, reserved = counts
        return UsageDay(
            platform=platform, community_id=community, user_id=user, day=when.date(),
            jobs=jobs, delivered=delivered, reserved=reserved,
        )  # fmt: skip

    ann_yesterday, ann = day("ann", yesterday, 2, 3, 0), day("ann", NOON, 1, 0, 1)
    bob, bob_other = day("bob", NOON, 1, 0, 2), day("bob", NOON, 1, 0, 2, community="other")
    bob_slack = day("bob", NOON, 1, 0, 4, platform="slack")
    since = yesterday.date()
    assert list(await store.usage_by_day(since=since)) == [ann_yesterday, ann, bob, bob_other, bob_slack]
    assert list(await store.usage_by_day(since=NOON.date())) == [ann, bob, bob_other, bob_slack]
    assert list(await store.usage_by_day(since=since, platform="slack")) == [bob_slack]
    assert list(await store.usage_by_day(since=since, platform="discord", community_id="other")) == [bob_other]
    assert list(await store.usage_by_day(since=since, platform="discord", user_id="bob")) == [bob, bob_other]


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
    assert list(await store.drawing_seconds(clarity=2048, n=1, count=2)) == [10, 20.5]
    assert list(await store.drawing_seconds(clarity=2048, n=1, count=9)) == [10, 20.5, 30]
    assert list(await store.drawing_seconds(clarity=4096, n=1, count=9)) == []


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
        assert await store.usage(person(), NOON) == before == Usage(today=2, unfinished=0, community_month=5)
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
    assert await store.usage(author, NOON) == Usage()


async def test_hostile_text_stays_text(store: JobStore) -> None:
    hostile = "'; DROP TABLE jobs; -- \" %s :name ? {} \\ \r\n\t"
    job = order(f"x {hostile} x", by=person(hostile), channel=hostile)
    await store.add(job, PLENTY)
    assert await store.get(job.id) == job
    assert list(await store.recent(platform="discord", community_id="guild", channel_id=hostile, count=5)) == [job]
