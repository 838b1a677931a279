"""`{red|blue} fox`: the price first, then one job per combination, and one sheet of all of them."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions.jobs import JobActions
from bot.domain.errors import BadOption, NotAllowed, OverLimit, Refused
from bot.domain.job import Job, JobKind, JobState
from bot.domain.report import JobReport
from db import ledger
from db.counters import GivenBack
from db.jobs import SqlJobStore
from tests.actions.house import HERE, House, open_house
from tests.actions.test_actions_mydata import mydata_of
from tests.db.audit import assert_books_agree
from tests.db.orders import person

MATRIX = "{red|blue} fox in {ink|clay} n:2"


async def offered(house: House, text: str = MATRIX) -> Refused:
    with pytest.raises(Refused) as refused:
        await house.imagine.from_text(text, author=person(), destination=HERE)
    return refused.value


async def ordered(house: House, text: str = MATRIX) -> tuple[JobReport, list[Job]]:
    offer = await offered(house, text)
    assert offer.draft_id is not None
    report = await house.imagine.from_draft(offer.draft_id, author=person(), destination=HERE)
    return report, list(await house.store.series(report.job.id))


async def test_the_price_comes_before_the_press(house: House) -> None:
    offer = await offered(house)
    assert offer.code == "matrix-offer"
    assert offer.values == {"jobs": 4, "pictures": 8, "points": 8, "left": 14}
    assert await house.store.unfinished() == []


async def test_one_press_orders_every_combination(house: House, engine: AsyncEngine) -> None:
    report, series = await ordered(house)
    assert report.job.kind is JobKind.SHEET
    assert report.job.request.prompt == "{red|blue} fox in {ink|clay}"
    prompts = ["red fox in ink", "red fox in clay", "blue fox in ink", "blue fox in clay"]
    assert [job.request.prompt for job in series] == prompts
    assert {(job.request.n, job.destination.card_id, job.author.user_id) for job in series} == {(2, None, "ann")}
    assert report.usage is not None
    assert report.usage.today == 8
    await assert_books_agree(engine)


async def test_the_same_price_is_taken_once(house: House) -> None:
    offer = await offered(house)
    assert offer.draft_id is not None
    await house.imagine.from_draft(offer.draft_id, author=person(), destination=HERE)
    with pytest.raises(NotAllowed, match="draft-taken"):
        await house.imagine.from_draft(offer.draft_id, author=person(), destination=HERE)
    assert len(await house.store.unfinished()) == 5


async def test_a_repaired_matrix_is_priced_before_it_is_drawn(house: House) -> None:
    repaired = await offered(house, "{red|blue} fox ratio:16:7")
    assert (repaired.code, repaired.draft_id is not None) == ("bad-ratio", True)
    with pytest.raises(Refused, match="matrix-offer"):
        await house.imagine.from_draft(repaired.draft_id or "", author=person(), destination=HERE)


async def test_again_on_a_sheet_says_the_price_again(house: House) -> None:
    report, _ = await ordered(house, "{red|blue} fox")
    with pytest.raises(Refused, match="matrix-offer"):
        await house.imagine.again(report.job.id, author=person("bob"), destination=HERE)


async def test_more_than_the_day_has_left_is_refused_before_any_price(house: House) -> None:
    with pytest.raises(OverLimit) as refused:
        await house.imagine.from_text("{a|b|c|d} fox n:4", author=person(), destination=HERE)
    assert (refused.value.code, refused.value.values["wanted"]) == ("limit-daily", 16)
    assert refused.value.repair is None


async def test_too_many_combinations_are_refused_with_fewer(house: House) -> None:
    refused = await offered(house, "{a|b|c|d} {e|f|g} fox")
    assert isinstance(refused, BadOption)
    assert refused.repair is not None
    assert refused.repair.text == "{a|b|c} {e|f|g} fox"
    with pytest.raises(Refused, match="matrix-offer"):
        await house.imagine.from_draft(refused.draft_id or "", author=person(), destination=HERE)


async def test_where_there_is_room_for_one_message_there_is_none_for_a_series(house: House) -> None:
    with pytest.raises(NotAllowed, match="matrix-not-here"):
        await house.imagine.from_text(MATRIX, author=person(), destination=dataclasses.replace(HERE, one_message=True))


async def test_every_combination_and_then_the_sheet_is_posted(house: House, engine: AsyncEngine) -> None:
    async with house.running():
        report, series = await ordered(house)
        sheet = await house.clock.until(_finished(house, report.job), real_seconds=20)
    assert sheet.state is JobState.DONE
    assert [one.state for one in await house.store.series(sheet.id)] == [JobState.DONE] * 4
    concluded = [told.job.id for told in house.chat.concluded]
    assert sorted(concluded) == sorted([sheet.id, *(job.id for job in series)])
    assert concluded[-1] == sheet.id
    picture = Image.open(io.BytesIO(house.picture_store.kept[sheet.pictures[0].key]))
    assert picture.size == (sheet.pictures[0].width, sheet.pictures[0].height)
    assert picture.width > 3 * 256  # eight pictures in three columns
    assert (await house.store.usage(person(), house.clock.now())).today == 8
    await assert_books_agree(engine)


async def test_cancelling_the_sheet_cancels_what_is_not_drawn_yet(house: House, engine: AsyncEngine) -> None:
    async with house.running():
        report, _ = await ordered(house)
        await _actions(house).cancel(report.job.id, person())
        sheet = await house.clock.until(_finished(house, report.job), real_seconds=20)
    assert sheet.state is JobState.CANCELLED
    assert {one.state for one in await house.store.series(sheet.id)} == {JobState.CANCELLED}
    assert (await house.store.usage(person(), house.clock.now())).today == sum(
        one.ordered for one in await house.store.series(sheet.id) if one.task_open or one.submit_open
    )
    await assert_books_agree(engine)


class _Held(SqlJobStore):
    """A store where a sheet's cancel takes a while."""

    async def cancel(self, job_ids: Sequence[str]) -> Sequence[Job]:
        await self._clock.sleep(_HELD)
        return await super().cancel(job_ids)

    async def move(self, job: Job, to: JobState, **changes: Any) -> Job:
        if to is JobState.CANCELLED and job.kind is JobKind.SHEET:
            await self._clock.sleep(_HELD)
        return await super().move(job, to, **changes)


_HELD = 5.0  # longer than a sheet's pause between two looks at its series


async def test_a_cancelled_series_never_ends_by_itself(engine: AsyncEngine) -> None:
    """The sheet looks at its series every few seconds: what it finds in between is not the end of the series."""
    async with open_house(engine, _Held) as house, house.running():
        report, _ = await ordered(house)
        await house.clock.until(_actions(house).cancel(report.job.id, person()), real_seconds=20)
        await house.clock.until(_finished(house, report.job), real_seconds=20)
    assert _ends(house, report.job) == [JobState.CANCELLED]


async def test_a_series_whose_author_wants_everything_deleted_never_ends_by_itself(engine: AsyncEngine) -> None:
    async with open_house(engine, _Held) as house, house.running():
        report, series = await ordered(house)
        await house.clock.until(mydata_of(house).delete(person()), real_seconds=20)
    ends = [end for job in (report.job, *series) for end in _ends(house, job)]
    assert JobState.FAILED not in ends


async def test_a_series_is_cancelled_whole_or_not_at_all(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill in the middle leaves no job that draws for a sheet that is gone."""
    async with open_house(engine) as house:
        report, _ = await ordered(house)
        learned, killed = ledger.learned, 0

        def killing(*arguments: Any) -> list[GivenBack]:
            nonlocal killed
            killed += 1
            if killed > 2:
                raise RuntimeError("killed")
            return learned(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(ledger, "learned", killing)
            with pytest.raises(RuntimeError, match="killed"):
                await house.store.cancel([report.job.id])
        assert {job.state for job in await house.store.unfinished()} == {JobState.QUEUED}
        assert len(await house.store.unfinished()) == 5
        assert len(await house.store.cancel([report.job.id])) == 5
    await assert_books_agree(engine)


def _actions(house: House) -> JobActions:
    return JobActions(
        store=house.store,
        dispatcher=house.dispatcher,
        clock=house.clock,
        pictures=house.picture_store,
        removals=house.actions.removals,
    )


def _ends(house: House, job: Job) -> list[JobState]:
    return [
        told.job.state
        for told in (*house.chat.shown, *house.chat.concluded)
        if told.job.id == job.id and told.job.state.finished
    ]


async def test_a_sheet_survives_a_restart(house: House) -> None:
    report, series = await ordered(house, "{red|blue} fox")
    async with house.running():  # this life adopts all three
        sheet = await house.clock.until(_finished(house, report.job), real_seconds=20)
    assert sheet.state is JobState.DONE
    assert len(house.chat.concluded) == 1 + len(series)


async def _finished(house: House, job: Job) -> Job:
    while not (now := await house.store.get(job.id) or job).state.finished or now.card_open:
        await house.clock.sleep(0.5)
    return now
