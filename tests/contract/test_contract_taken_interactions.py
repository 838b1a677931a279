"""What every TakenInteractions does: each interaction has one holder, and what the dead leave goes to one who lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.ports import ANSWERED_WITHIN, TakenInteractions
from db.engine import open_database
from db.taken_interactions import SqlTakenInteractions
from tests.db.databases import DATABASES, emptied
from tests.fakes.clock import FakeClock


@pytest.fixture(params=DATABASES)
async def engine(request: pytest.FixtureRequest, database_file: Path) -> AsyncIterator[AsyncEngine]:
    async with open_database(await emptied(request.param, database_file)) as engine:
        yield engine


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def of(engine: AsyncEngine, clock: FakeClock, life: str, *living: str) -> TakenInteractions:
    return SqlTakenInteractions(engine, clock, life=life, living=lambda: living)


async def test_one_of_many_takes_it(engine: AsyncEngine, clock: FakeClock) -> None:
    lives = [of(engine, clock, f"life {n}") for n in range(5)]
    assert sorted(await asyncio.gather(*(one.take("7", "{}") for one in lives))) == [False] * 4 + [True]


async def test_what_the_dead_left_goes_to_one_of_the_living(engine: AsyncEngine, clock: FakeClock) -> None:
    dead = of(engine, clock, "dead")
    first, second = of(engine, clock, "first", "second"), of(engine, clock, "second", "first")
    await dead.take("1", "{}")
    await dead.take("2", "{}")
    await first.take("3", "{}")
    await dead.done(["2"])
    left = [*await first.left(), *await second.left()]
    assert [(one.id, one.tries) for one in left] == [("1", 0)]
    assert not await second.left()
    third = of(engine, clock, "third", "second")  # and the first has died over it
    assert sorted((one.id, one.tries) for one in await third.left()) == [("1", 1), ("3", 0)]


async def test_nothing_is_taken_over_before_it_is_known_who_lives(engine: AsyncEngine, clock: FakeClock) -> None:
    await of(engine, clock, "somebody").take("1", "{}")
    assert await SqlTakenInteractions(engine, clock, life="me", living=lambda: None).left() == ()


async def test_what_can_t_be_answered_any_more_is_forgotten(engine: AsyncEngine, clock: FakeClock) -> None:
    await of(engine, clock, "dead").take("1", "{}")
    await clock.advance((ANSWERED_WITHIN + timedelta(seconds=1)).total_seconds())
    me = of(engine, clock, "me")
    assert not await me.left()
    assert await me.take("1", "{}")
