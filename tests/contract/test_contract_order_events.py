"""One event orders once: in every process, over every connection, as often as it is delivered."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import AlreadyOrdered, OverLimit
from bot.domain.job import Job, JobState, new_job_id
from bot.domain.limits import Limits
from bot.domain.order_event import DOUBLE_PRESS, EVENT_KEPT, OrderEvent, Repeat
from bot.domain.ports import Draft, JobStore, PersonalData
from db.tables import jobs, order_keys
from tests.contract.test_contract_series import series
from tests.db.audit import assert_books_agree
from tests.db.orders import NOON, PLENTY, order, person
from tests.fakes.clock import FakeClock


def event(name: str = "interaction-1", *, press: str = "", after: timedelta = timedelta(0)) -> OrderEvent:
    return OrderEvent(id=name, at=NOON + after, press=press)


async def count(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(jobs)) or 0)


async def test_the_same_event_orders_once(store: JobStore, engine: AsyncEngine) -> None:
    first = order()
    await store.add(first, PLENTY, event())
    with pytest.raises(AlreadyOrdered) as repeated:
        await store.add(order(), PLENTY, event(after=timedelta(days=29)))
    assert (repeated.value.job_id, repeated.value.repeat) == (first.id, Repeat.EVENT)
    assert await count(engine) == 1
    await store.add(order(), PLENTY, event("interaction-2"))
    await store.add(order(), PLENTY)
    assert await count(engine) == 3
    assert (await store.usage(person(), NOON)).today == 3
    await assert_books_agree(engine)


async def test_racers_with_one_event_order_once(store: JobStore, engine: AsyncEngine) -> None:
    """Eighteen events, each delivered to four at once, are eighteen jobs."""
    adds = [store.add(order(), PLENTY, event(f"event-{number}")) for number in range(18) for _ in range(4)]
    outcomes = await asyncio.gather(*adds, return_exceptions=True)
    assert sum(isinstance(outcome, AlreadyOrdered) for outcome in outcomes) == 3 * 18
    assert await count(engine) == 18
    assert (await store.usage(person(), NOON)).today == 18
    await assert_books_agree(engine)


async def test_a_series_is_one_order(store: JobStore, engine: AsyncEngine) -> None:
    sheet, ways = series(3)
    again, more = series(3)
    await store.add_series(sheet, ways, PLENTY, event())
    with pytest.raises(AlreadyOrdered) as repeated:
        await store.add_series(again, more, PLENTY, event())
    assert repeated.value.job_id == sheet.id
    assert await count(engine) == 4


async def test_what_is_refused_takes_no_key(store: JobStore) -> None:
    """A request that was refused may be corrected, and then it orders."""
    with pytest.raises(OverLimit):
        await store.add(order(n=4), Limits(user_daily=3), event())
    assert await store.ordered_by(event()) is None
    await store.add(order(n=3), Limits(user_daily=3), event())
    assert await store.ordered_by(event()) is not None


async def test_two_presses_in_a_moment_are_one(store: JobStore, clock: FakeClock) -> None:
    first = order()
    await store.add(first, PLENTY, event("a", press="ann again"))
    with pytest.raises(AlreadyOrdered) as repeated:
        await store.add(order(), PLENTY, event("b", press="ann again", after=timedelta(seconds=1)))
    assert (repeated.value.job_id, repeated.value.repeat) == (first.id, Repeat.PRESS)
    await store.add(order(), PLENTY, event("c", press="bob again", after=timedelta(seconds=1)))
    clock.jump(5.0)
    await store.add(order(), PLENTY, event("d", press="ann again", after=DOUBLE_PRESS))
    # The moment begins when the first has ordered, however long that took.
    with pytest.raises(AlreadyOrdered):
        await store.add(order(), PLENTY, event("e", press="ann again", after=timedelta(seconds=7)))


async def test_racing_presses_order_once(store: JobStore, engine: AsyncEngine) -> None:
    adds = [store.add(order(), PLENTY, event(f"press-{number}", press="ann again")) for number in range(8)]
    outcomes = await asyncio.gather(*adds, return_exceptions=True)
    assert sum(isinstance(outcome, AlreadyOrdered) for outcome in outcomes) == 7
    assert await count(engine) == 1


async def test_other_content_under_the_same_id_is_told(store: JobStore) -> None:
    one, other = (dataclasses.replace(event("key"), content=content * 64) for content in "ab")
    await store.add(order(), PLENTY, one)
    for asked, same in ((one, True), (other, False)):
        found = await store.ordered_by(asked)
        assert found is not None
        assert found.same_content is same


async def test_an_offer_that_is_taken_takes_the_event_of_its_request(store: JobStore) -> None:
    draft = Draft(id=new_job_id(), author=person(), text="fox", created_at=NOON, event_id="mention")
    await store.save_draft(draft)
    assert await store.draft(draft.id) == draft
    await store.add(order(), PLENTY, dataclasses.replace(event("press"), origin="mention"))
    assert await store.ordered_by(event("mention")) is not None
    # A second deliberate press is a new order all the same.
    await store.add(order(), PLENTY, dataclasses.replace(event("other-press"), origin="mention"))


async def test_keys_forget_the_job_and_expire(
    store: JobStore, personal: PersonalData, engine: AsyncEngine, clock: FakeClock
) -> None:
    job: Job = order()
    await store.add(job, PLENTY, event())
    job = await store.move(job, JobState.FAILED, card_open=False)
    await personal.forget("discord", "ann")
    found = await store.ordered_by(event())
    assert found is not None
    assert found.job_id is None  # still nobody orders by it
    clock.jump((EVENT_KEPT + timedelta(hours=2)).total_seconds())
    await personal.prune(clock.now())
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(order_keys)) == 0
