"""A page over the real store, engine and actions, where nothing is left to chance: its clock is moved, its ids repeat.

The pictures are the sandbox's own. Everything is done by requests, as people do it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import random
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import aiohttp
from PIL import Image
from playwright.async_api import Browser, Locator, Page
from sqlalchemy import QueuePool

from bot.composition.acting import Stores
from bot.domain.limits import Limits
from bot.domain.ports import Make, ModelPicture
from bot.sandbox.painter import paint, picture_size
from db.engine import open_database
from db.migrate import migrate
from tests.fakes.clock import FakeClock
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel
from tests.web.conftest import LOCAL_SECRET, Site

START = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
TOKEN = "the token of this page"  # noqa: S105 - opens nothing else
OPERATOR = {"Authorization": f"Bearer {LOCAL_SECRET}"}
QUIET = 0.015  # seconds in which threads and sockets must have done nothing new
STEP = 1.0  # seconds of the moved clock
WIDTH = 760  # of a window: the column of the page and its margins
MARGIN = 14
QUALITY = 84
# Only the card is of interest, and the window is as high as all of them.
BARE = ".bar, .sandbox, #foot { display: none !important } .log { padding-block: 20px !important }"


class Threads(ThreadPoolExecutor):
    """Knows how much it has to do."""

    under_way = 0

    def submit(self, *args: Any, **named: Any) -> Future[Any]:
        future = super().submit(*args, **named)
        self.under_way += 1
        future.add_done_callback(self._done)
        return future

    def _done(self, _: Future[Any]) -> None:
        self.under_way -= 1


class PaintingModel(FakeModel):
    """Draws what the sandbox would draw."""

    async def download(self, url: str, make: Make | None = None) -> ModelPicture:  # noqa: ARG002 - the page makes it small
        task_id, _, index = url.partition("/")
        task = self.made[task_id].task
        return await asyncio.to_thread(_painted, task.prompt, int(index), task.ratio)


def _painted(prompt: str, index: int, ratio: str) -> ModelPicture:
    picture = paint(prompt, index, picture_size(ratio, 1024))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return ModelPicture(data=file.getvalue(), width=picture.width, height=picture.height, media_type="image/png")


class Stage:
    """One life of the page, people of it, and a camera."""

    def __init__(self, site: Site, browser: Browser, folder: Path, threads: Threads, pool: QueuePool) -> None:
        self.site = site
        self._threads = threads
        self._pool = pool
        self.browser = browser
        self.folder = folder
        self.taken: list[str] = []

    async def ask(self, text: str, *, locale: str = "en", guest: aiohttp.ClientSession | None = None) -> str:
        """The id of what was accepted."""
        return str((await self.post("/api/commands", {"text": text}, locale=locale, guest=guest))["job"]["id"])

    async def post(
        self, path: str, body: object = None, *, locale: str = "en", guest: aiohttp.ClientSession | None = None
    ) -> dict[str, Any]:
        """By the operator, or by a guest of the page; what isn't accepted isn't an error here."""
        who, headers = (guest, {}) if guest is not None else (self.site.client, OPERATOR)
        async with who.post(f"{self.site.server.url}{path}?lang={locale}", json=body or {}, headers=headers) as answer:
            said: dict[str, Any] = await answer.json()
        await self.quiet()
        return said

    async def get(self, path: str) -> dict[str, Any]:
        async with self.site.client.get(f"{self.site.server.url}{path}", headers=OPERATOR) as answer:
            said: dict[str, Any] = await answer.json()
            return said

    @contextlib.asynccontextmanager
    async def guest(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Somebody else, who has signed in."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
            async with client.post(f"{self.site.server.url}/api/session", json={"token": TOKEN}) as answer:
                assert answer.status == 204, await answer.text()
            yield client

    async def drawn(
        self, text: str, *, locale: str = "en", guest: aiohttp.ClientSession | None = None, step: float = STEP
    ) -> str:
        """The same once it is finished."""
        job_id = await self.ask(text, locale=locale, guest=guest)
        await self.finished(job_id, step)
        return job_id

    async def finished(self, job_id: str, step: float = STEP) -> None:
        for _ in range(1000):
            job = await self.site.store.get(job_id)
            if job is not None and job.state.finished and not job.card_open:
                return
            await self.passes(step, step)
        raise AssertionError(f"{job_id} does not end")

    async def passes(self, seconds: float, step: float = STEP) -> None:
        """So much time, and everybody gets their work done in each step of it."""
        while seconds > 0:
            await self.site.clock.advance(min(step, seconds))
            seconds -= step
            await self.quiet()

    async def quiet(self) -> None:
        """Until nobody does anything more without the clock, however slow this machine is."""
        before = None
        while self._busy() or before != self._seen():
            before = self._seen()
            await asyncio.sleep(QUIET)

    def _busy(self) -> bool:
        return bool(self._threads.under_way or self._pool.checkedout())

    def _seen(self) -> tuple[int, int, str]:
        clock = self.site.clock
        return len(clock.slept), clock.sleeping, self.site.hub.last_id

    @contextlib.asynccontextmanager
    async def window(
        self, address: str = "", *, locale: str = "en", height: int = 3000, **how: Any
    ) -> AsyncIterator[Page]:
        """The operator's browser; its clock stands at the page's."""
        context = await self.browser.new_context(
            **{
                "viewport": {"width": WIDTH, "height": height},
                "device_scale_factor": 2,
                "reduced_motion": "reduce",
                "color_scheme": "light",
                "locale": locale,
                "timezone_id": "UTC",
                "extra_http_headers": OPERATOR,
                "bypass_csp": True,  # for the style that leaves the card alone
                **how,
            }
        )
        try:
            page = await context.new_page()
            await page.clock.set_fixed_time(self.site.clock.now())
            await page.goto(f"{self.site.server.url}/?lang={locale}{address}")
            yield page
        finally:
            await context.close()

    async def take(self, name: str, element: Locator, *, margin: int = MARGIN, bare: bool = True) -> None:
        """Keep what this element looks like, and a little around it."""
        page = element.page
        await element.wait_for()
        await page.evaluate(_PICTURES_ARE_THERE)
        await page.mouse.move(0, 0)
        added = await page.add_style_tag(content=BARE if bare else _NOTHING)
        await element.scroll_into_view_if_needed()
        box = await element.bounding_box()
        assert box is not None, name
        clip = {
            "x": max(0, box["x"] - margin),
            "y": max(0, box["y"] - margin),
            "width": box["width"] + 2 * margin,
            "height": box["height"] + 2 * margin,
        }
        shot = await page.screenshot(clip=clip, animations="disabled", caret="hide")  # type: ignore[arg-type]
        await added.evaluate("style => style.remove()")
        await asyncio.to_thread(_save, shot, self.folder / f"{name}.webp")
        self.taken.append(name)


_NOTHING = "/* as it is */"
_PICTURES_ARE_THERE = """async () => {
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => {
    image.loading = 'eager';
    return image.decode().catch(() => {});
  }));
}"""


def _save(shot: bytes, path: Path) -> None:
    with Image.open(io.BytesIO(shot)) as picture:
        picture.convert("RGB").save(path, quality=QUALITY, method=6)


@contextlib.asynccontextmanager
async def open_stage(browser: Browser, folder: Path, database: Path) -> AsyncIterator[Stage]:
    clock = FakeClock(START)
    threads = Threads()
    asyncio.get_running_loop().set_default_executor(threads)
    random.seed(20261123)  # the pauses between two looks
    dice = random.Random(20261123)  # noqa: S311 - the same ids every time
    async with open_database(f"sqlite+aiosqlite:///{database}") as engine, aiohttp.ClientSession() as client:
        await migrate(engine)
        picture_store = MemoryPictureStore()
        site = Site(
            stores=Stores.over(engine, clock, picture_store),
            clock=clock,
            model=PaintingModel(clock, draws_for=26, sandbox=True),
            picture_store=picture_store,
            client=client,
            limits=Limits(user_daily=60, user_running=1),
        )
        ids = SimpleNamespace(choice=dice.choice)
        guests = SimpleNamespace(token_hex=lambda size: f"{dice.getrandbits(8 * size):0{2 * size}x}")
        with patch("bot.domain.job.secrets", ids), patch("bot.platforms.web.sessions.secrets", guests):
            async with site.open(token=TOKEN):
                assert isinstance(engine.pool, QueuePool)
                yield Stage(site, browser, folder, threads, engine.pool)
