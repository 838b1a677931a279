"""What every ImageModel must do, run on the Seedream client against the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import (
    ModelAccountRefused,
    ModelError,
    ModelRejected,
    ModelUnavailable,
    ModelUnclear,
    PictureBroken,
    StaleJob,
)
from bot.domain.job import Job
from bot.domain.people import Destination, Person
from bot.domain.ports import ImageModel, ModelTask, TaskState
from bot.domain.request import ImageRequest
from bot.sandbox import RunningSandbox, start
from bot.seedream.api import Api, Call
from bot.seedream.connect import Account, open_seedream
from bot.seedream.payloads import Envelope
from tests.fakes.clock import FakeClock

T = TypeVar("T")
ACCOUNT = Account(app_id="app", secret_key="sesame")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TASK_TIME = 60.0  # seconds: longer than the sandbox draws anything


def a_job(prompt: str = "a red fox", *, n: int = 1, ratio: str = "1:1") -> Job:
    request = ImageRequest(prompt=prompt, ratio=ratio, n=n, clarity=1024)
    return Job(
        id="0123456789ab",
        author=Person(platform="web", community_id="page", user_id="1", name="Ada"),
        destination=Destination(platform="web", community_id="page", channel_id="c"),
        request=request,
        prompt_sent=request.prompt_sent,
        created_at=LONG_AGO,
    )


@dataclass
class World:
    """A model, the provider behind it, and the time of both."""

    model: ImageModel
    sandbox: RunningSandbox
    clock: FakeClock
    saved: list[int] = field(default_factory=list)

    async def run(self, awaitable: Awaitable[T]) -> T:
        return await self.clock.until(awaitable, real_seconds=10)

    def made(self) -> int:
        """How many tasks the provider has, whatever we know of them."""
        tasks = self.sandbox.state()["tasks"]
        assert isinstance(tasks, list)
        return len(tasks)

    async def order(self, job: Job) -> str:
        async def before() -> None:
            self.saved.append(self.made())

        return await self.model.submit(job, before_call=before)

    async def submit(self, job: Job | None = None) -> str:
        return await self.run(self.order(job or a_job()))

    async def drawn(self, task_id: str) -> ModelTask:
        await self.clock.advance(TASK_TIME)
        return (await self.run(self.model.tasks([task_id])))[task_id]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = FakeClock()
    async with (
        await start(
            clock=lambda: clock.now().timestamp(), app_id="app", secret_key="sesame", qps=5, painting="plain"
        ) as sandbox,
        open_seedream(base_url=sandbox.url, account=ACCOUNT, qps=5, clock=clock) as model,
    ):
        yield World(model, sandbox, clock)


@pytest.fixture
def under_way(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many calls have been sent and not answered."""
    count = 0
    real = Api.call

    async def counted(api: Api, call: Call, *, token: str | None = None) -> Envelope:
        nonlocal count
        count += 1
        try:
            return await real(api, call, token=token)
        finally:
            count -= 1

    monkeypatch.setattr(Api, "call", counted)
    return lambda: count


async def test_a_job_becomes_a_task_that_becomes_pictures(world: World) -> None:
    task_id = await world.submit(a_job("赛博朋克 \U0001f98a", n=2, ratio="16:9"))
    waiting = (await world.run(world.model.tasks([task_id])))[task_id]
    assert waiting.state is TaskState.WAITING
    task = await world.drawn(task_id)
    assert task.state is TaskState.SUCCEEDED
    assert (task.id, task.prompt, task.ratio, task.clarity, task.n) == (task_id, "赛博朋克 \U0001f98a", "16:9", 1024, 2)
    assert len(task.urls) == 2
    picture = await world.run(world.model.download(task.urls[0]))
    assert picture.width > picture.height
    assert picture.media_type in {"image/png", "image/jpeg", "image/webp"}
    assert picture.data


async def test_who_draws_says_whether_it_is_a_sandbox(world: World) -> None:
    said = [world.model.sandbox]
    with capture_logs() as logs:
        for _ in range(2):
            await world.run(world.model.check_account())
            said.append(world.model.sandbox)
    assert said == [None, True, True]
    assert [entry["event"] for entry in logs if entry["event"].startswith("sandbox")] == ["sandbox_draws"]
    task_id = await world.submit()
    assert replace(a_job(), task_id=task_id).drawn_by_sandbox
    assert not replace(a_job(), task_id="0ad1").drawn_by_sandbox


async def test_the_intent_is_saved_once_and_before_the_task_is_made(world: World) -> None:
    await world.submit()
    assert world.saved == [0]
    assert world.made() == 1


async def test_a_submit_that_is_called_off_makes_no_task(world: World) -> None:
    async def before() -> None:
        raise StaleJob

    with pytest.raises(StaleJob):
        await world.run(world.model.submit(a_job(), before_call=before))
    assert world.made() == 0


@pytest.mark.parametrize("fault", ["lost_submit", "not_json", "bad_gateway", "50000", "dropped"])
async def test_a_submit_without_an_answer_is_unclear_and_made_at_most_once(world: World, fault: str) -> None:
    await world.submit(a_job("first"))
    world.sandbox.faults.strike_next(fault)
    with pytest.raises(ModelUnclear):
        await world.submit(a_job("second"))
    assert world.made() <= 2


async def test_a_lost_submit_is_found_in_the_list(world: World) -> None:
    began = world.clock.now()
    world.sandbox.faults.strike_next("lost_submit")
    with pytest.raises(ModelUnclear):
        await world.submit(a_job("the lost one", n=3, ratio="9:16"))
    listing = await world.run(world.model.tasks_since(began))
    assert listing.complete
    (task,) = listing.tasks
    assert (task.prompt, task.n, task.ratio, task.clarity) == ("the lost one", 3, "9:16", 1024)
    assert task.created_at is not None
    assert task.created_at >= began.replace(microsecond=0)


async def test_over_the_limit_means_that_no_task_was_made(world: World) -> None:
    await world.submit()
    world.sandbox.faults.strike_next("40001")
    with pytest.raises(ModelUnavailable):
        await world.submit()
    assert world.made() == 1


async def test_a_token_that_ended_is_no_trouble(world: World) -> None:
    await world.submit()
    world.sandbox.faults.strike_next("10400")
    await world.submit()
    assert world.made() == 2
    assert len(world.saved) == 2


async def test_a_prompt_that_is_not_taken_is_rejected(world: World) -> None:
    job = a_job()
    object.__setattr__(job.request, "clarity", 3000)  # no request of ours can be wrong by itself
    with pytest.raises(ModelRejected) as caught:
        await world.submit(job)
    assert caught.value.detail
    assert caught.value.trace_id
    assert world.made() == 0


async def test_wrong_credentials_are_the_operators(world: World) -> None:
    account = Account(app_id="app", secret_key="wrong")
    async with open_seedream(base_url=world.sandbox.url, account=account, qps=5, clock=world.clock) as model:
        with pytest.raises(ModelAccountRefused):
            await world.run(model.tasks(["t1"]))


async def test_a_provider_that_is_gone_is_unavailable(world: World) -> None:
    await world.submit()
    await world.sandbox.close()
    for call in (world.model.tasks(["t1"]), world.model.tasks_since(LONG_AGO), world.submit()):
        with pytest.raises(ModelUnavailable):
            await world.run(call)


@pytest.mark.parametrize("fault", ["not_json", "bad_gateway", "50000", "40001", "dropped", "10400"])
async def test_a_status_call_survives_one_fault(world: World, fault: str) -> None:
    task_id = await world.submit()
    world.sandbox.faults.strike_next(fault)
    assert set(await world.run(world.model.tasks([task_id]))) == {task_id}


async def test_fifty_tasks_are_one_call_and_unknown_ids_are_missing(world: World) -> None:
    known = [await world.submit(a_job(f"number {index}")) for index in range(3)]
    unknown = [f"unknown-{index}" for index in range(47)]
    tasks = await world.run(world.model.tasks([*unknown, *known]))
    assert set(tasks) == set(known)
    with pytest.raises(ValueError, match="51"):
        await world.model.tasks([str(index) for index in range(51)])
    assert await world.model.tasks([]) == {}


async def test_a_list_can_miss_a_task_for_a_moment(world: World) -> None:
    task_id = await world.submit()
    world.sandbox.faults.strike_next("missing")
    assert await world.run(world.model.tasks([task_id])) == {}
    assert set(await world.run(world.model.tasks([task_id]))) == {task_id}


@pytest.mark.parametrize("fault", ["error", "fail"])
async def test_a_task_that_fails_says_why(world: World, fault: str) -> None:
    world.sandbox.faults.strike_next(fault)
    task = await world.drawn(await world.submit())
    assert task.state is TaskState.FAILED
    assert task.error
    assert task.urls == ()


async def test_a_state_that_nobody_knows_waits(world: World) -> None:
    world.sandbox.faults.strike_next("odd_progress")
    task_id = await world.submit()
    assert (await world.run(world.model.tasks([task_id])))[task_id].state is TaskState.WAITING
    assert (await world.drawn(task_id)).state is TaskState.SUCCEEDED


async def test_a_task_may_have_another_number_of_pictures(world: World) -> None:
    world.sandbox.faults.strike_next("wrong_count")
    task = await world.drawn(await world.submit(a_job(n=2)))
    assert (task.n, len(task.urls)) == (2, 1)


@pytest.mark.parametrize(
    ("fault", "family"),
    [
        ("truncated", PictureBroken),
        ("not_a_picture", PictureBroken),
        ("private_redirect", PictureBroken),
        ("cut_download", ModelUnavailable),
    ],
)
async def test_a_download_that_goes_wrong_says_whether_it_may_get_better(
    world: World, fault: str, family: type[Exception]
) -> None:
    task = await world.drawn(await world.submit())
    world.sandbox.faults.strike_next(fault)
    with pytest.raises(family):
        await world.run(world.model.download(task.urls[0]))
    assert (await world.run(world.model.download(task.urls[0]))).data


@pytest.mark.parametrize("url", ["", "nonsense", "file:///etc/passwd", "http://169.254.169.254/", "https://10.0.0.1/"])
async def test_a_link_to_somewhere_else_is_broken(world: World, url: str) -> None:
    with pytest.raises(PictureBroken):
        await world.run(world.model.download(url))


async def test_the_list_is_complete_over_many_pages_and_only_since_the_moment(world: World) -> None:
    early = {await world.submit(a_job(f"early {index}")) for index in range(3)}
    await world.clock.advance(100)
    moment = world.clock.now()
    world.sandbox.control.change({"qps": 0})
    late = set(await world.run(asyncio.gather(*(world.order(a_job(f"late {index}")) for index in range(55)))))
    listing = await world.run(world.model.tasks_since(moment))
    assert listing.complete
    assert {task.id for task in listing.tasks} == late
    everything = await world.run(world.model.tasks_since(moment - timedelta(days=1)))
    assert everything.complete
    assert {task.id for task in everything.tasks} == early | late


async def test_a_strict_limit_of_calls_is_kept(world: World, under_way: Callable[[], int]) -> None:
    submits = (world.order(a_job()) for _ in range(20))
    statuses = (world.model.tasks(["t1"]) for _ in range(10))
    everything = asyncio.gather(*submits, *statuses)
    while not everything.done():
        await asyncio.sleep(0.001)
        if not under_way():  # a call that is on its way must not arrive later than it was sent
            await world.clock.advance(0.01)
    await everything
    assert "40001" not in {code for codes in world.sandbox.state()["calls"].values() for code in codes}
    assert world.made() == 20


async def test_whatever_happens_nothing_but_the_family_comes_out(world: World) -> None:
    world.sandbox.faults.set_chances(
        dict.fromkeys(("40001", "50000", "10400", "not_json", "bad_gateway", "dropped", "lost_submit"), 0.15)
    )
    submitted, failed = 0, 0
    for index in range(40):
        try:
            await world.submit(a_job(f"number {index}"))
            submitted += 1
        except ModelError:
            failed += 1
    assert submitted
    assert failed
    assert world.made() >= submitted
