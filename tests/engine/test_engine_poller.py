"""The poller is woken whenever there is a reason, and ends whenever it is told to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime

import pytest

from bot.domain.errors import ModelAway, ModelUnavailable
from bot.domain.job import Job, new_job_id
from bot.domain.people import Destination, Person
from bot.domain.ports import ModelTask, TaskState
from bot.domain.request import ImageRequest
from bot.engine.durations import Durations
from bot.engine.poller import Ended, Poller
from tests.fakes.clock import FakeClock
from tests.fakes.model import FakeModel

LIMIT = 900.0


def a_job() -> Job:
    request = ImageRequest(prompt="a fox")
    return Job(
        id=new_job_id(),
        author=Person(platform="fake", community_id="guild", user_id="ann", name="ann"),
        destination=Destination(platform="fake", community_id="guild", channel_id="general"),
        request=request,
        prompt_sent=request.prompt_sent,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


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
    poller = Poller(model=model, clock=clock, spare=lambda: 5.0)
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
    poller = Poller(model=FakeModel(clock), clock=clock, spare=lambda: 5.0)
    running = asyncio.create_task(poller.run())
    waiting = asyncio.create_task(poller.wait("task-1", durations=Durations([80.0] * 5)))
    await clock.settle()
    poller.nudge("task-1")
    for _ in range(rounds):
        await asyncio.sleep(0)
    running.cancel()
    ended, _ = await asyncio.wait({running}, timeout=1)
    waiting.cancel()
    assert ended


class Watched:
    """A poller over a model that draws nothing quickly."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.model = FakeModel(self.clock)
        self.model.draws_for = 10**6
        self.poller = Poller(model=self.model, clock=self.clock, spare=lambda: 5.0)
        self.waits: list[asyncio.Task[Ended]] = []

    def wait(self, task_id: str, age: float) -> asyncio.Task[Ended]:
        self.waits.append(asyncio.create_task(self.poller.wait(task_id, age=age, limit=LIMIT)))
        return self.waits[-1]


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    watched = Watched()
    running = asyncio.create_task(watched.poller.run())
    yield watched
    for task in (running, *watched.waits):
        task.cancel()
    await asyncio.wait({running, *watched.waits})


async def test_what_is_under_way_beyond_the_limit_has_timed_out(watched: Watched) -> None:
    for task_id in ("old", "young"):
        watched.model.make(a_job(), task_id)
    old, young = watched.wait("old", LIMIT + 1), watched.wait("young", 10)
    await watched.clock.advance(1)
    with pytest.raises(TimeoutError):
        await old
    assert not young.done()
    await watched.clock.advance(LIMIT)
    with pytest.raises(TimeoutError):
        await young


async def test_while_nothing_is_said_of_it_nothing_has_timed_out(watched: Watched) -> None:
    watched.model.make(a_job(), "old")
    watched.model.answers.extend([ModelUnavailable("502")] * 20)
    old = watched.wait("old", LIMIT + 1)
    await watched.clock.advance(100)
    assert not old.done()
    await watched.clock.advance(200)
    with pytest.raises(TimeoutError):
        await old


async def test_when_nobody_has_answered_for_hours_the_old_have_timed_out(watched: Watched) -> None:
    for task_id in ("old", "young"):
        watched.model.make(a_job(), task_id)
    old, young = watched.wait("old", LIMIT + 1), watched.wait("young", 10)
    watched.model.answers.append(ModelAway("nobody answers"))
    await watched.clock.advance(1)
    with pytest.raises(TimeoutError):
        await old
    assert not young.done()


async def test_what_lists_go_on_missing_is_asked_for_by_itself(watched: Watched) -> None:
    watched.model.draws_for = 2
    watched.model.hidden = True
    watched.model.make(a_job(), "hidden")
    watched.model.make(a_job(), "seen")
    hidden = watched.wait("hidden", 0)
    await watched.clock.advance(1.6)
    assert watched.model.alone == [], "one list without it says little"
    await watched.clock.advance(10)
    assert (await asyncio.wait_for(hidden, 10)).task.state is TaskState.SUCCEEDED
    assert watched.model.alone == ["hidden"]


async def test_what_nobody_knows_is_asked_for_before_it_has_timed_out(watched: Watched) -> None:
    unknown = watched.wait("unknown", LIMIT + 1)
    await watched.clock.advance(1)
    with pytest.raises(TimeoutError):
        await unknown
    assert watched.model.alone == ["unknown"]


async def test_one_that_is_asked_for_in_vain_holds_up_no_other(watched: Watched) -> None:
    watched.model.draws_for = 0
    watched.model.make(a_job(), "fine")
    watched.model.alone_refusals.extend([ModelUnavailable("502")] * 100)
    watched.wait("missing", LIMIT + 1)
    fine = watched.wait("fine", 5)
    await watched.clock.advance(1)
    assert (await fine).task.state is TaskState.SUCCEEDED
    assert not watched.waits[0].done()
