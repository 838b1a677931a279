"""When garbage is looked for: while nobody waits, and in the end in any case."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import weakref
from collections.abc import AsyncIterator

import pytest

from bot.composition.garbage import collect_when_quiet
from tests.fakes.clock import FakeClock


class _Knot:
    def __init__(self) -> None:
        self.itself = self


def _old_knot() -> weakref.ref[_Knot]:
    """Garbage that has survived its youth: only a look at everything finds it."""
    knot = _Knot()
    gc.collect(0)
    gc.collect(1)
    return weakref.ref(knot)


class Program:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.under_way = 0


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    program = Program()
    clock = program.clock
    task = asyncio.create_task(
        collect_when_quiet(lambda: program.under_way, sleep=clock.sleep, monotonic=clock.monotonic)
    )
    await asyncio.sleep(0)
    yield program
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_quiet_moment_is_used(program: Program) -> None:
    knot = _old_knot()
    await program.clock.advance(301)
    assert knot() is None


async def test_nobody_who_waits_waits_longer(program: Program) -> None:
    knot, program.under_way = _old_knot(), 1
    await program.clock.advance(600)
    assert knot() is not None
    program.under_way = 0
    await program.clock.advance(2)
    assert knot() is None


async def test_where_it_is_never_quiet_it_is_done_all_the_same(program: Program) -> None:
    knot, program.under_way = _old_knot(), 1
    await program.clock.advance(901)
    assert knot() is None


async def test_what_is_there_to_stay_is_not_looked_at_again(program: Program) -> None:
    assert program.under_way == 0
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold()[2] > 1_000_000


async def test_afterwards_all_is_as_before() -> None:
    before = gc.get_threshold()
    task = asyncio.create_task(collect_when_quiet(lambda: 0))
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
