"""The poller is woken whenever there is a reason, and ends whenever it is told to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

import pytest

from bot.domain.ports import ModelTask
from bot.engine.poller import Poller
from tests.fakes.clock import FakeClock
from tests.fakes.model import FakeModel


class SlowlyAnswering(FakeModel):
    """Each status call takes as long as `answer_time`, and tells what was true when it came in."""

    answer_time = 0.5

    async def tasks(self, ids: Sequence[str]) -> Mapping[str, ModelTask]:
        answer = await super().tasks(ids)
        await self.clock.sleep(self.answer_time)
        return answer


async def test_a_callback_during_a_status_call_is_not_lost() -> None:
    clock = FakeClock()
    model = SlowlyAnswering(clock)
    poller = Poller(model=model, clock=clock)
    running = asyncio.create_task(poller.run())
    waiting = asyncio.create_task(poller.wait("task-1", age=600))  # so old that the next look is ten seconds away
    await clock.advance(0.1)
    assert len(model.batches) == 1
    poller.nudge("task-1")
    await clock.advance(0.5)
    assert model.batches == [("task-1",), ("task-1",)]
    for task in (waiting, running):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("rounds", range(12))
async def test_a_cancelled_poller_ends_whatever_it_is_doing(rounds: int) -> None:
    clock = FakeClock()
    poller = Poller(model=FakeModel(clock), clock=clock)
    running = asyncio.create_task(poller.run())
    waiting = asyncio.create_task(poller.wait("task-1", first_look=60))
    await clock.settle()
    poller.nudge("task-1")
    for _ in range(rounds):
        await asyncio.sleep(0)
    running.cancel()
    ended, _ = await asyncio.wait({running}, timeout=1)
    waiting.cancel()
    assert ended
