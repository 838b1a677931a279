"""What a finished task's links may be like, and what becomes of pictures that don't come."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from bot.domain.errors import ModelUnavailable, PictureBroken, PictureUnusable
from bot.domain.job import Job, StoredPicture
from bot.domain.media import SUFFIXES
from bot.domain.ports import Make, ModelPicture, ModelTask, TaskState
from bot.engine import fetch
from bot.engine.retry_policy import RetryPolicy
from bot.observability.outages import Outage
from bot.seedream.addresses import AddressNotPublic
from tests.engine.conftest import World
from tests.fakes.clock import FakeClock
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import PICTURE, FakeModel

GOOD = ModelPicture(data=PICTURE, width=64, height=36, media_type="image/png")


class Server(FakeModel):
    """`links`: what the next looks at the task show, the last one for ever; `faults`: for each link, what comes."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.links: deque[tuple[str, ...] | Exception] = deque()
        self.faults: dict[str, Exception] = {}
        self.asked: list[tuple[str, float]] = []
        self.looks = 0

    async def tasks(self, ids: Sequence[str]) -> Mapping[str, ModelTask]:
        self.looks += 1
        found = self.links.popleft() if len(self.links) > 1 else self.links[0]
        if isinstance(found, Exception):
            raise found
        return {ids[0]: task(*found)}

    async def download(self, url: str, make: Make | None = None) -> ModelPicture:
        self.asked.append((url, self.clock.monotonic()))
        if url in self.faults:
            raise self.faults[url]
        return GOOD


def task(*urls: str) -> ModelTask:
    return ModelTask(id="t", state=TaskState.SUCCEEDED, created_at=None, urls=urls)


@pytest.fixture
def server() -> Server:
    return Server(FakeClock())


async def fetched(server: Server, world: World, n: int, *urls: str) -> tuple[list[int], float]:
    """The indexes of what was kept, and how many seconds that took."""
    clock = server.clock
    assert isinstance(clock, FakeClock)
    job: Job = world.job(n=n)
    server.links.append(urls) if not server.links else None
    began = clock.monotonic()
    fetching = asyncio.create_task(
        fetch.fetch_all(
            job,
            task(*urls),
            model=server,
            store=MemoryPictureStore(),
            clock=clock,
            store_retries=RetryPolicy(Outage("pictures"), clock),
        )
    )
    while not fetching.done():
        assert clock.monotonic() - began < 4000
        await clock.advance(0.5)
    return [int(kept.key.rpartition("/")[2].removesuffix(".png")) for kept in await fetching], clock.monotonic() - began


async def test_links_that_are_all_there_are_fetched_without_another_look(server: Server, world: World) -> None:
    assert (await fetched(server, world, 2, "a", "b"))[0] == [0, 1]
    assert server.looks == 0


@pytest.mark.parametrize("first", [(), ("a",)])
async def test_links_that_come_some_seconds_after_the_success_are_waited_for(
    server: Server, world: World, first: tuple[str, ...]
) -> None:
    server.links.extend([first, ModelUnavailable("502"), first, ("a", "b")])
    kept, seconds = await fetched(server, world, 2, *first)
    assert kept == [0, 1]
    assert seconds < 15
    began = server.asked[0][1]
    assert (began < 1001) == bool(first), "what is there is fetched at once"


async def test_a_link_that_never_comes_is_waited_for_half_a_minute(server: Server, world: World) -> None:
    kept, seconds = await fetched(server, world, 3, "a", "b")
    assert kept == [0, 1]
    assert 20 < seconds < 40
    assert server.looks == fetch.MOST_LOOKS


async def test_links_of_which_none_comes_are_given_up_after_a_minute(server: Server, world: World) -> None:
    kept, seconds = await fetched(server, world, 2)
    assert kept == []
    assert 50 < seconds < 90


async def test_looks_that_fail_say_nothing(server: Server, world: World) -> None:
    server.links.extend([*[ModelUnavailable("502")] * 30, ("a", "b")])
    assert (await fetched(server, world, 2, "a"))[0] == [0, 1]


async def test_more_links_than_ordered_are_left(server: Server, world: World) -> None:
    assert (await fetched(server, world, 1, "a", "b"))[0] == [0]


@pytest.mark.parametrize("error", [PictureUnusable("a redirect loop"), PictureUnusable("no picture of a known kind")])
async def test_what_can_t_be_used_is_tried_twice_and_holds_nobody_back(
    server: Server, world: World, error: PictureBroken
) -> None:
    server.faults["a"] = error
    kept, seconds = await fetched(server, world, 2, "a", "b")
    assert kept == [1]
    assert [url for url, _ in server.asked].count("a") == 2
    assert seconds < 3


async def test_a_link_into_somebodys_network_is_asked_for_anew_as_long_as_a_broken_picture_is(
    server: Server, world: World
) -> None:
    server.faults["a"] = AddressNotPublic("the picture's link leads to an address that is not public", "10.0.0.1")
    server.links.extend([("a",)] * 4 + [("b",)])
    assert (await fetched(server, world, 1, "a"))[0] == [0]


async def test_one_broken_picture_does_not_hold_back_the_others_for_long(server: Server, world: World) -> None:
    server.faults["a"] = PictureBroken("half a picture")
    kept, seconds = await fetched(server, world, 2, "a", "b")
    assert kept == [1]
    assert seconds < 20


async def test_a_host_that_is_away_for_one_picture_does_not_hold_back_the_others_for_half_an_hour(
    server: Server, world: World
) -> None:
    server.faults["a"] = ModelUnavailable("503")
    kept, seconds = await fetched(server, world, 2, "a", "b")
    assert kept == [1]
    assert seconds < 240


async def test_the_only_picture_is_waited_for_as_long_as_ever(server: Server, world: World) -> None:
    server.faults["a"] = ModelUnavailable("503")
    kept, seconds = await fetched(server, world, 1, "a")
    assert kept == []
    assert seconds > 1200
    assert len(server.asked) == fetch.MOST_AWAY


async def test_a_fresh_link_is_taken(server: Server, world: World) -> None:
    server.faults["old"] = PictureBroken("403")
    server.links.append(("new",))
    assert (await fetched(server, world, 1, "old"))[0] == [0]


class Kinds(FakeModel):
    async def download(self, url: str, make: Make | None = None) -> ModelPicture:
        return replace(GOOD, media_type=url)


@pytest.mark.parametrize(("media_type", "suffix"), SUFFIXES.items())
async def test_each_kind_is_kept_by_its_own_name(world: World, media_type: str, suffix: str) -> None:
    clock, picture_store = FakeClock(), MemoryPictureStore()
    (kept,) = await fetch.fetch_all(
        world.job(n=1),
        task(media_type),
        model=Kinds(clock),
        store=picture_store,
        clock=clock,
        store_retries=RetryPolicy(Outage("them"), clock),
    )
    assert kept.key.endswith(f"/0.{suffix}")
    assert picture_store.kept == {kept.key: PICTURE}


class Small:
    """Arrivals of which something is made without a picture; `failures` are raised by the next `keep`."""

    def __init__(self, *failures: Exception) -> None:
        self.kept: dict[str, object] = {}
        self.failures = list(failures)

    def making(self, job: Job, index: int) -> Make:
        return lambda _, __: f"{index} of {job.request.n}"

    async def keep(self, picture: StoredPicture, made: object) -> None:
        if self.failures:
            raise self.failures.pop()
        self.kept[picture.key] = made


class Decoding(FakeModel):
    async def download(self, url: str, make: Make | None = None) -> ModelPicture:
        assert make is not None
        return replace(GOOD, made=make(PICTURE, None))


@pytest.mark.parametrize("failures", [(), (OSError("full"),)])
async def test_what_was_made_small_is_kept_beside_it_and_never_costs_a_picture(
    world: World, failures: tuple[Exception, ...]
) -> None:
    clock, picture_store, arrivals = FakeClock(), MemoryPictureStore(), Small(*failures)
    kept = await fetch.fetch_all(
        world.job(n=2),
        task("a", "b"),
        model=Decoding(clock),
        store=picture_store,
        clock=clock,
        store_retries=RetryPolicy(Outage("them"), clock),
        arrivals=arrivals,
    )
    assert [one.key for one in kept] == sorted(picture_store.kept)
    made = {one.key: f"{index} of 2" for index, one in enumerate(kept, 1)}
    assert arrivals.kept.items() <= made.items()
    assert len(arrivals.kept) == 2 - len(failures)
