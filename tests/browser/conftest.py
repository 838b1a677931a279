"""The real program as a process, with its sandbox, and a headless Chromium that looks at its page."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import warnings
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from tests.browser.forked import fork_program
from tests.db.template import migrated

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0  # on a busy machine
# As long as Playwright waits for a press: on a busy machine an answer may stand behind pictures that are being made.
expect.set_options(timeout=30_000)
STOP_SECONDS = 15.0
# What the program must not inherit: a developer's account or tokens.
_OURS = ("CHANJING_", "SEEDREAM_", "DISCORD_", "SLACK_", "WEB_", "PUBLIC_URL", "DATABASE_", "PICTURES_", "LIMIT_")
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing of elsewhere is found, without asking us about each request.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# The first is the same engine without the browser's own windows, which cost more than our page.
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Where a Chromium is: CHROMIUM, or whatever the system has."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    found = chromium()
    for item in here:
        item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("core") is None:
            item.add_marker(pytest.mark.slow)
        # One event loop for all of them, since one Chromium serves them all: its start costs more than most tests.
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        if found is None:
            item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: apt-get install chromium, or set CHROMIUM"))
    if here and found is None:
        warnings.warn(pytest.PytestWarning("the browser tests are skipped: no Chromium was found"), stacklevel=1)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass
class Program:
    """`python -m bot run` over a directory of its own; it can be stopped and started again."""

    data: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    process: ForkServerProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def operator(self) -> dict[str, str]:
        """The headers of whoever runs it."""
        return {"Authorization": f"Bearer {(self.data / 'local-secret').read_text().strip()}"}

    async def start(self) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        ours = {
            "DATA_DIR": str(self.data),
            "WEB_PORT": str(self.port),
            "LOG_FORMAT": "console",
            "SANDBOX_PAINTING": "plain",
            "PYTHONPATH": str(ROOT),
        }
        log = self.data / "program.log"
        log.touch()
        # In a folder of its own: a developer's .env is not ours.
        self.process = fork_program("run", settings=clean | ours | self.settings, folder=self.data, log=log)
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._ready()
        except TimeoutError:
            raise AssertionError(f"the program did not start:\n{self.said()}") from None

    async def _ready(self) -> None:
        async with aiohttp.ClientSession() as client:
            while True:
                assert self.process is not None
                assert self.process.exitcode is None, self.said()
                with contextlib.suppress(aiohttp.ClientError):
                    async with client.get(f"{self.url}/readyz") as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        await asyncio.to_thread(self.process.join, STOP_SECONDS)
        if self.process.exitcode is None:
            self.process.kill()
            await asyncio.to_thread(self.process.join)
            raise AssertionError(f"the program did not stop:\n{self.said()}")
        self.process = None

    def said(self) -> str:
        return (self.data / "program.log").read_text("utf-8", errors="replace")[-4000:]

    async def drawn(self, text: str, **more: str) -> str:
        """The id of an order from beside the page, once its pictures are there."""
        return await self.finished(await self.ask(text, **more))

    async def finished(self, job: dict[str, Any]) -> str:
        async with aiohttp.ClientSession() as client, asyncio.timeout(START_SECONDS):
            while job["state"] != "done":
                assert job["state"] not in {"failed", "cancelled"}, job
                await asyncio.sleep(0.05)
                async with client.get(f"{self.url}/api/jobs/{job['id']}") as response:
                    job = (await response.json())["job"]
        return str(job["id"])

    async def ask(self, text: str, **more: str) -> dict[str, Any]:
        """An order from beside the page, perhaps with a `parent`; the job."""
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"{self.url}/api/commands", json={"text": text} | more) as response,
        ):
            assert response.status == 202, await response.text()
            job: dict[str, Any] = (await response.json())["job"]
            return job


@dataclass
class Viewer:
    """One browser window on the page, and everything it complained about."""

    page: Page
    complaints: list[str]
    foreign: list[str]


@pytest.fixture(scope="session")
def _tables() -> bytes:
    """A database that needs no migration. Not asynchronous: it is made in an event loop of its own."""
    return migrated()


@pytest_asyncio.fixture(loop_scope="session")
async def programs(tmp_path: Path, _tables: bytes) -> AsyncIterator[Callable[..., Program]]:
    """Makes programs, and ends those that still run."""
    made: list[Program] = []

    def make(**settings: str) -> Program:
        data = tmp_path / f"data{len(made)}"
        data.mkdir()
        (data / "easel.db").write_bytes(_tables)
        made.append(Program(data, settings))
        return made[-1]

    yield make
    for program in made:
        await program.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def easel(programs: Callable[..., Program]) -> Program:
    """Runs, and draws ten times as fast as life."""
    program = programs(SANDBOX_SPEED="10")
    await program.start()
    return program


@pytest_asyncio.fixture(loop_scope="session")
async def slow_easel(programs: Callable[..., Program]) -> Program:
    """Runs, and takes its time: a test that waits for its pictures waits for long."""
    program = programs(SANDBOX_SPEED="0.1")
    await program.start()
    return program


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, _tables: bytes) -> AsyncIterator[Program]:
    """One that runs for all stories of a module, which must not disturb one another."""
    program = Program(tmp_path_factory.mktemp("shared"), {"SANDBOX_SPEED": "40"})
    (program.data / "easel.db").write_bytes(_tables)
    await program.start()
    yield program
    await program.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=list(_ARGUMENTS))
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def look(browser: Browser) -> AsyncIterator[Callable[..., Any]]:
    """Opens windows: `await look(url, viewport=…)`. No window may complain, nor ask for anything from elsewhere."""
    viewers: list[Viewer] = []

    async def open_window(url: str, **how: Any) -> Page:
        how = {"viewport": {"width": 1200, "height": 800}, "locale": "en-US", "reduced_motion": "reduce"} | how
        context = await browser.new_context(**how)
        page = await context.new_page()
        viewer = Viewer(page, [], [])
        viewers.append(viewer)
        origin = "/".join(url.split("/")[:3])

        def said(message: ConsoleMessage) -> None:
            # The browser itself reports each refusal and each break of the line so; those are the stories' subject.
            if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
                viewer.complaints.append(message.text)

        def asked(request: Request) -> None:
            if not request.url.startswith((origin, "data:", "blob:")):
                viewer.foreign.append(request.url)

        page.on("console", said)
        page.on("pageerror", lambda error: viewer.complaints.append(str(error)))
        context.on("request", asked)
        await page.goto(url)
        await page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield open_window
    for viewer in viewers:
        assert viewer.complaints == []
        assert viewer.foreign == []
        await viewer.page.context.close()
