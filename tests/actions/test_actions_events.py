"""What an action answers to an event that has ordered already: the job there is, whatever has changed since."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from bot.domain.errors import NotAllowed, OverLimit, Refused
from bot.domain.job import JobState
from bot.domain.order_event import OrderEvent, Repeat
from tests.actions.house import HERE, House
from tests.db.orders import NOON, person

EVENT = OrderEvent(id="mention", at=NOON)


async def test_a_repeated_event_gets_the_job_there_is(house: House) -> None:
    first = await house.imagine.from_text("a fox", author=person(), destination=HERE, event=EVENT)
    again = await house.imagine.from_text("a red fox", author=person(), destination=HERE, event=EVENT)
    assert (first.repeat, again.repeat) == (None, Repeat.EVENT)
    assert again.job == first.job
    assert again.usage == first.usage
    assert len(await house.store.unfinished()) == 1


async def test_its_own_job_is_no_limit_for_a_repeated_event(house: House) -> None:
    await house.imagine.from_text("a fox n:4", author=person(), destination=HERE)
    await house.imagine.from_text("a fox n:4", author=person(), destination=HERE)
    await house.imagine.from_text("a fox n:4", author=person(), destination=HERE, event=EVENT)
    with pytest.raises(OverLimit):
        await house.imagine.from_text("a fox n:4", author=person(), destination=HERE)
    again = await house.imagine.from_text("a fox n:4", author=person(), destination=HERE, event=EVENT)
    assert again.repeat is Repeat.EVENT


async def test_racing_deliveries_all_get_the_one_job(house: House) -> None:
    asks = [house.imagine.from_text("a fox", author=person(), destination=HERE, event=EVENT) for _ in range(6)]
    reports = await asyncio.gather(*asks)
    assert len({report.job.id for report in reports}) == 1
    assert sorted(str(report.repeat) for report in reports) == ["None", *["event"] * 5]


async def test_a_refused_request_may_be_corrected_until_its_offer_is_taken(house: House) -> None:
    with pytest.raises(Refused) as refused:
        await house.imagine.from_text("a fox ratio:17:9", author=person(), destination=HERE, event=EVENT)
    assert refused.value.draft_id is not None
    press = OrderEvent(id="press", at=NOON)
    taken = await house.imagine.from_draft(refused.value.draft_id, author=person(), destination=HERE, event=press)
    edited = await house.imagine.from_text("a fox ratio:16:9", author=person(), destination=HERE, event=EVENT)
    assert (edited.repeat, edited.job.id) == (Repeat.EVENT, taken.job.id)


async def test_a_refused_request_may_be_corrected(house: House) -> None:
    with pytest.raises(Refused):
        await house.imagine.from_text("a fox ratio:17:9", author=person(), destination=HERE, event=EVENT)
    edited = await house.imagine.from_text("a fox ratio:16:9", author=person(), destination=HERE, event=EVENT)
    assert edited.repeat is None


async def test_again_pressed_twice_is_one_and_by_two_people_is_two(house: House) -> None:
    job = await house.drawn()
    presses = [
        OrderEvent(id=f"{who}-{number}", at=NOON, press=f"{who} {job.id}")
        for who in ("ann", "bob")
        for number in (1, 2)
    ]
    reports = await asyncio.gather(
        *(house.imagine.again(job.id, author=person(press.id[:3]), destination=HERE, event=press) for press in presses)
    )
    assert len({report.job.id for report in reports}) == 2
    later = OrderEvent(id="ann-3", at=NOON + timedelta(seconds=4), press=f"ann {job.id}")
    assert (await house.imagine.again(job.id, author=person(), destination=HERE, event=later)).repeat is None


async def test_an_offer_pressed_twice_in_a_moment_is_taken_once_and_is_no_error(house: House) -> None:
    with pytest.raises(Refused) as refused:
        await house.imagine.from_text("a fox ratio:17:9", author=person(), destination=HERE)
    draft_id = refused.value.draft_id or ""
    presses = [OrderEvent(id=f"press-{number}", at=NOON, press="use") for number in range(3)]
    reports = await asyncio.gather(
        *(house.imagine.from_draft(draft_id, author=person(), destination=HERE, event=press) for press in presses)
    )
    assert {report.job.id for report in reports} == {draft_id}
    with pytest.raises(NotAllowed, match="draft-taken"):
        await house.imagine.from_draft(draft_id, author=person(), destination=HERE)


async def test_racers_for_an_offer_without_any_event_are_refused(house: House) -> None:
    with pytest.raises(Refused) as refused:
        await house.imagine.from_text("a fox ratio:17:9", author=person(), destination=HERE)
    takes = [
        house.imagine.from_draft(refused.value.draft_id or "", author=person(), destination=HERE) for _ in range(3)
    ]
    outcomes = await asyncio.gather(*takes, return_exceptions=True)
    assert sorted(getattr(outcome, "code", "taken") for outcome in outcomes) == ["draft-taken", "draft-taken", "taken"]


async def test_the_same_id_for_something_else_is_refused(house: House) -> None:
    one, other = (dataclasses.replace(EVENT, content=content * 64) for content in "ab")
    await house.imagine.from_text("a fox", author=person(), destination=HERE, event=one)
    with pytest.raises(NotAllowed, match="event-reused"):
        await house.imagine.from_text("a dog", author=person(), destination=HERE, event=other)


async def test_a_deleted_job_is_not_ordered_again_by_its_event(house: House) -> None:
    report = await house.imagine.from_text("a fox", author=person(), destination=HERE, event=EVENT)
    await house.store.move(report.job, JobState.FAILED, card_open=False)
    await house.personal.forget("discord", "ann")
    with pytest.raises(NotAllowed, match="job-gone"):
        await house.imagine.from_text("a fox", author=person(), destination=HERE, event=EVENT)
