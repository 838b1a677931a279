"""Who may end and delete a job."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.job import Job, JobState
from bot.domain.people import Person
from tests.actions.house import House
from tests.db.orders import PLENTY, order, person

ANN, BOB = person("ann"), person("bob")
MODERATOR = replace(BOB, user_id="mod", moderator=True)
ELSEWHERE = replace(MODERATOR, community_id="another")


async def queued(house: House) -> Job:
    job = order("a fox in line", by=ANN)
    await house.store.add(job, PLENTY)
    house.dispatcher.add(job)
    return job


@pytest.mark.parametrize(("who", "code"), [(BOB, "not-yours"), (ELSEWHERE, "job-gone")], ids=["bob", "elsewhere"])
async def test_others_neither_cancel_nor_delete(house: House, who: Person, code: str) -> None:
    drawn, waiting = await house.drawn(by=ANN), await queued(house)
    with pytest.raises(NotAllowed, match=code):
        await house.actions.jobs.delete(drawn.id, who)
    with pytest.raises(NotAllowed, match=code):
        await house.actions.jobs.cancel(waiting.id, who)
    assert house.picture_store.kept
    assert house.dispatcher.waiting == 1


@pytest.mark.parametrize("who", [ANN, MODERATOR], ids=["the author", "a moderator"])
async def test_the_author_and_moderators_do_both(house: House, who: Person) -> None:
    drawn, waiting = await house.drawn(by=ANN), await queued(house)
    async with house.running():
        await house.actions.jobs.delete(drawn.id, who)
        assert (await house.actions.jobs.cancel(waiting.id, who)).job.state is JobState.CANCELLED
    assert not house.picture_store.kept
    assert house.dispatcher.waiting == 0
