"""Everybody who looks for a lost submit shares the provider's list."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import ModelUnavailable
from bot.domain.ports import TaskListing
from bot.engine.listings import SharedListings
from tests.engine.conftest import World
from tests.fakes.clock import FakeClock
from tests.fakes.model import FakeModel
from tests.fakes.orders import Orders

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class SlowLists(FakeModel):
    """Each listing takes a second; `asked` are their beginnings."""

    async def tasks_since(self, moment: datetime) -> TaskListing:
        self.alone.append(moment.isoformat())
        await self.clock.sleep(1)
        return await super(SlowLists, self).tasks_since(moment)  # noqa: UP008 - a dataclass with slots has no cell


@pytest.fixture
def model() -> SlowLists:
    return SlowLists(FakeClock())


async def test_a_hundred_who_look_cost_two_listings(model: SlowLists) -> None:
    clock = model.clock
    assert isinstance(clock, FakeClock)
    listings = SharedListings(model, Orders())
    first = asyncio.create_task(listings.look(NOW))
    await clock.advance(0.5)
    others = [asyncio.create_task(listings.look(NOW - timedelta(seconds=n))) for n in range(100)]
    await clock.advance(3)
    await asyncio.gather(first, *others)
    assert model.alone == [NOW.isoformat(), (NOW - timedelta(seconds=99)).isoformat()]


async def test_what_was_read_before_one_asked_is_no_answer(model: SlowLists, world: World) -> None:
    clock = model.clock
    assert isinstance(clock, FakeClock)
    listings = SharedListings(model, Orders())
    early = asyncio.create_task(listings.look(NOW))
    await clock.advance(1.0)
    assert (await early).recent == ()
    model.make(world.job(), "new")
    late = asyncio.create_task(listings.look(NOW))
    await clock.advance(1.1)
    assert [task.id for task in (await late).recent] == ["new"]


async def test_each_is_told_of_no_more_than_it_asked_for(model: SlowLists, world: World) -> None:
    clock = model.clock
    assert isinstance(clock, FakeClock)
    model.make(world.job(), "old")
    await clock.advance(60)
    model.make(world.job(), "new")
    listings = SharedListings(model, Orders())
    busy, far, near = (
        asyncio.create_task(listings.look(clock.now() - timedelta(seconds=back))) for back in (0, 3600, 30)
    )
    await clock.advance(2.1)
    await busy
    assert [task.id for task in (await far).recent] == ["old", "new"]
    assert [task.id for task in (await near).recent] == ["new"]
    assert len(model.alone) == 2


async def test_one_who_leaves_takes_nothing_from_the_others(model: SlowLists) -> None:
    clock = model.clock
    assert isinstance(clock, FakeClock)
    listings = SharedListings(model, Orders())
    busy, leaving, staying = (asyncio.create_task(listings.look(NOW)) for _ in range(3))
    await clock.advance(1.5)  # the second listing is under way, on behalf of two
    leaving.cancel()
    await clock.advance(1.1)
    assert (await busy).complete
    assert (await staying).complete
    assert leaving.cancelled()


async def test_a_listing_that_fails_fails_for_all_and_the_next_is_new(model: SlowLists) -> None:
    clock = model.clock
    assert isinstance(clock, FakeClock)
    listings = SharedListings(model, Orders())
    busy, *looking = (asyncio.create_task(listings.look(NOW)) for _ in range(4))
    await clock.advance(1.1)
    assert (await busy).complete
    model.listings.append(ModelUnavailable("502"))
    await clock.advance(1.1)
    for each in looking:
        with pytest.raises(ModelUnavailable):
            await each
    again = asyncio.create_task(listings.look(NOW))
    await clock.advance(1.1)
    assert (await again).complete
    assert len(model.alone) == 3
