"""Guilds and workspaces that the operator's list leaves out: nothing is asked there, everything else works."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions.imagine import Imagine
from bot.actions.local_locks import LocalLocks
from bot.composition.acting import PlatformRegistry, connect
from bot.domain.allowed_communities import AllowedCommunities
from bot.domain.errors import NotAllowed, Refused
from bot.domain.job import JobState
from bot.domain.moderation import AuditAction
from bot.domain.people import Destination, Person
from bot.observability.metrics import Metrics
from tests.actions.house import LIMITS, House, open_house

LISTED = Person(platform="discord", community_id="1", user_id="ann", name="Ann")
ELSEWHERE = dataclasses.replace(LISTED, community_id="2")


@pytest.fixture
async def house(engine: AsyncEngine) -> AsyncIterator[House]:
    async with open_house(engine) as house:
        yield house


def listing(house: House, listed: str) -> Imagine:
    allowed = AllowedCommunities.read(listed)
    actions = connect(
        stores=house.stores,
        dispatcher=house.dispatcher,
        registry=PlatformRegistry(),
        clock=house.clock,
        limits=LIMITS,
        locks=LocalLocks(),
        requests=Metrics(),
        allowed=allowed,
    )
    return actions.imagine


def there(person: Person) -> Destination:
    return Destination(platform="discord", community_id=person.community_id, channel_id="general")


@pytest.mark.parametrize("text", ["a fox", "a fox ratio:9:99", "a {red|blue} fox", ""])
async def test_who_is_not_served_gets_one_sentence(house: House, text: str) -> None:
    imagine = listing(house, "discord:1")
    with pytest.raises(NotAllowed) as caught:
        await imagine.from_text(text, author=ELSEWHERE, destination=there(ELSEWHERE))
    assert (caught.value.code, caught.value.repair) == ("not-served", None)
    [entry] = await house.communities.audit_trail("discord", "2", action=AuditAction.REFUSED)
    assert entry.detail["code"] == "not-served"
    assert await house.store.unfinished() == []


async def test_a_button_on_an_older_result_orders_nothing(house: House) -> None:
    before = listing(house, "all")
    job = (await before.from_text("a fox", author=ELSEWHERE, destination=there(ELSEWHERE))).job
    with pytest.raises(Refused) as caught:
        await listing(house, "discord:1").again(job.id, author=ELSEWHERE, destination=there(ELSEWHERE))
    assert caught.value.code == "not-served"


async def test_jobs_of_a_community_that_is_taken_off_the_list_are_finished(house: House) -> None:
    job = (await listing(house, "all").from_text("a fox", author=ELSEWHERE, destination=there(ELSEWHERE))).job
    imagine = listing(house, "discord:1")

    async def done() -> None:
        while (found := await house.store.get(job.id)) is None or not found.state.finished:
            await house.clock.sleep(1)

    async with house.running():
        with pytest.raises(NotAllowed):
            await imagine.from_text("another", author=ELSEWHERE, destination=there(ELSEWHERE))
        await house.clock.until(done(), real_seconds=10)
    found = await house.store.get(job.id)
    assert found is not None
    assert found.state is JobState.DONE


async def test_who_is_listed_is_served(house: House) -> None:
    report = await listing(house, "discord:1").from_text("a fox", author=LISTED, destination=there(LISTED))
    assert report.job.state is JobState.QUEUED
