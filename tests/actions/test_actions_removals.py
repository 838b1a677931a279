"""What a chat doesn't remove is tried again until it is gone, and nobody is told otherwise meanwhile."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions.removals import REFUSED_PAUSE
from bot.domain.errors import NotAllowed, PlatformError, PlatformUnavailable, Undeliverable
from tests.actions.house import House, open_house
from tests.db.orders import person

ANN = person("ann")
AWAY = [PlatformUnavailable("500"), PlatformUnavailable("429", after=90), TimeoutError(), PlatformError("odd")]


@pytest.mark.parametrize("refusal", AWAY, ids=["500", "429", "timeout", "other"])
async def test_a_removal_that_fails_is_tried_again_until_it_is_done(house: House, refusal: Exception) -> None:
    job = await house.drawn()
    removals = house.actions.removals
    house.chat.kept_back += [refusal, refusal]
    await house.actions.jobs.delete(job.id, ANN)
    left = await removals.left(job.id)
    assert left is not None
    assert not left.refused
    await removals.again()  # not due yet
    assert len(house.chat.kept_back) == 1
    for _ in range(2):
        await house.clock.advance(200)
        await removals.again()
    assert house.chat.taken_away == [job.id]
    assert await removals.left(job.id) is None


async def test_a_final_no_is_left_behind_and_asked_again_daily_and_at_a_start(house: House) -> None:
    job = await house.drawn()
    removals = house.actions.removals
    house.chat.kept_back += [Undeliverable("403"), Undeliverable("403")]
    await house.actions.jobs.delete(job.id, ANN)
    left = await removals.left(job.id)
    assert left is not None
    assert left.refused
    await house.clock.advance(REFUSED_PAUSE.total_seconds() + 1)
    await removals.again()
    assert await removals.left(job.id) is not None
    await house.stores.removals.ask_again(house.clock.now())  # as a start does
    await removals.again()
    assert house.chat.taken_away == [job.id]
    assert await removals.left(job.id) is None


async def test_it_survives_a_restart_and_holds_nothing_of_its_author(engine: AsyncEngine) -> None:
    async with open_house(engine) as house:
        job = await house.drawn("a very secret fox")
        house.chat.kept_back.append(PlatformUnavailable("500"))
        forgotten = await house.actions.mydata.delete(ANN)
        assert forgotten.messages_left == 1
        assert await house.store.get(job.id) is None
    async with open_house(engine) as house:
        await house.clock.advance(3600)
        left = await house.actions.removals.left(job.id)
        assert left is not None
        assert (left.job.author.user_id, left.job.request.prompt, left.job.result_id) == ("", "-", job.result_id)
        await house.actions.removals.again()
        assert house.chat.taken_away == [job.id]


@pytest.mark.parametrize("action", ["delete", "remove"])
async def test_what_fails_or_is_killed_after_it_was_deleted_goes_on_by_itself(
    house: House, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    job = await house.drawn()
    boss = dataclasses.replace(person("boss"), moderator=True)

    async def killed(*_: object) -> None:
        raise OSError("killed")

    monkeypatch.setattr(house.actions.removals, "take_away", killed)
    act = house.actions.jobs.delete if action == "delete" else house.actions.moderate.remove
    with pytest.raises(OSError, match="killed"):
        await act(job.id, boss)
    assert house.chat.taken_away == []
    await house.clock.advance(200)
    await house.actions.removals.again()
    assert house.chat.taken_away == [job.id]


async def test_a_second_press_is_refused_with_what_is_true(house: House) -> None:
    job = await house.drawn()
    house.chat.kept_back.append(PlatformUnavailable("500"))
    await house.actions.jobs.delete(job.id, ANN)
    with pytest.raises(NotAllowed):
        await house.actions.jobs.delete(job.id, ANN)
    assert await house.actions.removals.left(job.id) is not None


async def test_a_result_that_is_restored_keeps_its_message(house: House) -> None:
    job = await house.drawn()
    boss = dataclasses.replace(person("boss"), moderator=True)
    house.chat.kept_back.append(PlatformUnavailable("500"))
    done = await house.actions.moderate.remove(job.id, boss)
    assert done.left_over
    assert done.entry is not None
    await house.actions.moderate.undo(done.entry.id, boss)
    assert await house.actions.removals.left(job.id) is None
