"""Series of jobs and the sheet that they go on: all of them or none, and the sheet costs nothing."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import OverLimit, StaleJob
from bot.domain.job import Failure, FailureCode, Job, JobKind, JobState, new_job_id
from bot.domain.limits import Limits
from bot.domain.ports import JobStore
from tests.db.audit import assert_books_agree
from tests.db.orders import NOON, PLENTY, bring, order, person, pictures


def series(count: int, *, n: int = 1) -> tuple[Job, list[Job]]:
    sheet = dataclasses.replace(order("{a|b} fox", n=n), kind=JobKind.SHEET)
    return sheet, [dataclasses.replace(order(f"fox {index}", n=n), series_id=sheet.id) for index in range(count)]


async def test_a_series_comes_back_in_its_order(store: JobStore, engine: AsyncEngine) -> None:
    sheet, jobs = series(9, n=2)
    usage = await store.add_series(sheet, jobs, PLENTY)
    assert (usage.today, usage.unfinished) == (18, 9)
    assert await store.series(sheet.id) == jobs
    assert await store.get(sheet.id) == sheet
    assert {job.id for job in await store.unfinished()} == {sheet.id, *(job.id for job in jobs)}
    await assert_books_agree(engine)


async def test_a_series_is_taken_whole_or_not_at_all(store: JobStore, engine: AsyncEngine) -> None:
    limits = Limits(user_daily=7)
    sheet, jobs = series(4, n=2)
    with pytest.raises(OverLimit) as refused:
        await store.add_series(sheet, jobs, limits)
    assert refused.value.code == "limit-daily"
    assert (refused.value.values["wanted"], refused.value.values["fits"]) == (8, 7)
    assert await store.unfinished() == []
    assert (await store.usage(person(), NOON)).today == 0
    await assert_books_agree(engine)


async def test_a_series_counts_its_jobs_against_what_may_be_under_way(store: JobStore) -> None:
    sheet, jobs = series(4)
    with pytest.raises(OverLimit) as refused:
        await store.add_series(sheet, jobs, Limits(user_running=1, user_waiting=2))
    assert refused.value.code == "limit-unfinished"
    assert refused.value.values["wanted"] == 4
    assert await store.unfinished() == []


async def test_a_cool_down_is_between_requests_and_not_within_one(store: JobStore) -> None:
    limits = Limits(user_daily=None, cooldown=60)
    sheet, jobs = series(3)
    await store.add_series(sheet, jobs, limits)
    with pytest.raises(OverLimit) as refused:
        await store.add(order(), limits)
    assert refused.value.code == "limit-cooldown"


async def test_of_two_series_for_the_last_pictures_one_is_taken(store: JobStore, engine: AsyncEngine) -> None:
    limits = Limits(user_daily=6, user_running=100)

    async def take() -> bool:
        try:
            await store.add_series(*series(4), limits)
        except OverLimit:
            return False
        return True

    assert sorted(await asyncio.gather(*(take() for _ in range(8)))) == [False] * 7 + [True]
    assert (await store.usage(person(), NOON)).today == 4
    await assert_books_agree(engine)


async def test_the_sheets_end_moves_no_counter(store: JobStore, engine: AsyncEngine) -> None:
    sheet, jobs = series(2)
    await store.add_series(sheet, jobs, PLENTY)
    await bring(store, jobs[0], JobState.DONE)
    await bring(store, jobs[1], JobState.FAILED, failure=Failure(code=FailureCode.TASK_FAILED))
    ready = await store.move(sheet, JobState.DELIVERING, pictures=pictures(1))
    done = await store.move(ready, JobState.DONE, result_id="m-1")
    assert done.delivered == 0
    usage = await store.usage(person(), NOON)
    assert (usage.today, usage.unfinished) == (1, 0)
    await assert_books_agree(engine)


async def test_only_its_own_jobs_make_a_series(store: JobStore) -> None:
    sheet, jobs = series(2)
    for wrong in ([], [order()], [dataclasses.replace(jobs[0], state=JobState.DONE)]):
        with pytest.raises(ValueError, match="series"):
            await store.add_series(sheet, wrong, PLENTY)
    await store.add_series(sheet, jobs, PLENTY)
    others = [dataclasses.replace(job, id=new_job_id()) for job in jobs]
    with pytest.raises(ValueError, match="there already"):
        await store.add_series(sheet, others, PLENTY)
    assert await store.series(sheet.id) == jobs


async def test_a_sheet_is_cancelled_with_what_is_unfinished_of_its_series(store: JobStore, engine: AsyncEngine) -> None:
    sheet, jobs = series(3)
    await store.add_series(sheet, jobs, PLENTY)
    other = order("another")
    await store.add(other, PLENTY)
    done = await bring(store, jobs[0], JobState.DELIVERING, pictures=pictures(1))
    await store.move(done, JobState.DONE)
    cancelled = await store.cancel([sheet.id, other.id, new_job_id()])
    assert {job.id for job in cancelled} == {sheet.id, other.id, jobs[1].id, jobs[2].id}
    assert {job.state for job in cancelled} == {JobState.CANCELLED}
    assert await store.cancel([sheet.id, other.id]) == []
    assert (await store.usage(person(), NOON)).today == 1
    await assert_books_agree(engine)


async def test_a_cancel_and_the_end_of_a_series_leave_one_of_both(store: JobStore, engine: AsyncEngine) -> None:
    """Whichever comes first, as often as it is tried: jobs that end at the same time neither block nor count twice."""
    for _ in range(5):
        sheet, jobs = series(4)
        await store.add_series(sheet, jobs, PLENTY)
        failing = [store.move(job, JobState.FAILED, failure=Failure(code=FailureCode.INTERNAL)) for job in jobs]
        ends = await asyncio.gather(store.cancel([sheet.id]), *failing, return_exceptions=True)
        assert not [end for end in ends if isinstance(end, Exception) and not isinstance(end, StaleJob)]
        assert {job.state.finished for job in await store.series(sheet.id)} == {True}
        after = await store.get(sheet.id)
        assert after is not None
        assert after.state is JobState.CANCELLED
    assert (await store.usage(person(), NOON)).unfinished == 0
    await assert_books_agree(engine)
