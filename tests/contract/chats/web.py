"""The page: the real server, and a browser's reading of its stream."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from bot.composition.acting import Stores
from bot.domain.job import Job
from bot.domain.ports import ChatPlatform
from bot.platforms.web import WebPlatform
from db.engine import open_database
from tests.fakes.clock import FakeClock
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel
from tests.web.conftest import Site

from .house import House, T


class WebHouse(House):
    """Each message stands under its job's id: what comes later takes its place, as on the page."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store
        self.picture_store = site.picture_store
        self.page: dict[str, dict[str, Any]] = {}
        self._platform: WebPlatform | None = None
        self._life = contextlib.AsyncExitStack()

    @property
    def platform(self) -> ChatPlatform:
        assert self._platform is not None
        return self._platform

    async def start(self) -> None:
        await self._life.enter_async_context(self.site.open())
        self._platform = WebPlatform(self.site.hub)
        watching = await self._life.enter_async_context(self.site.watching())
        reading = asyncio.create_task(self._read(watching))

        async def hang_up() -> None:
            reading.cancel()
            await asyncio.wait({reading})

        self._life.push_async_callback(hang_up)

    async def close(self) -> None:
        await self._life.aclose()

    async def asked(self, prompt: str) -> Job:
        accepted = await self.site.ask(prompt)
        await self.until(lambda: "Drawing" in self.words())
        job = await self.store.get(accepted["id"])
        assert job is not None
        return await self.drawn(job)

    async def crash(self) -> None:
        await self.close()
        self._life = contextlib.AsyncExitStack()
        await self.start()

    async def do(self, work: Awaitable[T]) -> T:
        return await self.site.clock.until(work, real_seconds=10)

    async def die_posting(self, post: Callable[[], Awaitable[str]]) -> None:
        await post()
        await self.crash()

    async def until(self, condition: Callable[[], Any]) -> Any:
        async def look() -> Any:
            while not (found := condition()):  # noqa: ASYNC110 - there is nothing to be told by
                await asyncio.sleep(0.01)
            return found

        return await self.site.clock.until(look(), real_seconds=8)

    def words(self) -> str:
        return "\n".join(_texts(message) for message in self.page.values())

    def results(self) -> Sequence[Sequence[str]]:
        alts = [[one["alt"] for one in message["job"]["pictures"]] for message in self.page.values()]
        return [one for one in alts if one]

    def cards(self) -> int:
        return len([one for one in self.page.values() if one["job"]["state"] not in {"done", "failed", "cancelled"}])

    async def _read(self, stream: Any) -> None:
        with contextlib.suppress(EOFError, aiohttp.ClientError):
            while True:
                event = await stream.next()
                if event.kind in {"card", "result"}:
                    message = event.data["message"]
                    self.page[message["job"]["id"]] = message
                elif event.kind == "gone":
                    self.page.pop(event.data["id"], None)


def _texts(node: Any) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, dict):
        return "\n".join(_texts(one) for one in node.values())
    return "\n".join(_texts(one) for one in node) if isinstance(node, list) else ""


@contextlib.asynccontextmanager
async def open_web(folder: Path) -> AsyncIterator[WebHouse]:
    clock = FakeClock()
    async with (
        open_database(f"sqlite+aiosqlite:///{folder}/easel.db") as engine,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client,
    ):
        picture_store, model = MemoryPictureStore(), FakeModel(clock)
        model.draws_for = 1e6
        house = WebHouse(
            Site(
                stores=Stores.over(engine, clock, picture_store),
                clock=clock,
                model=model,
                picture_store=picture_store,
                client=client,
            )
        )
        await house.start()
        try:
            yield house
        finally:
            await house.close()
