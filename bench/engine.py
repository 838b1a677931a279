"""What a job costs in the engine, and where the event loop's time goes: `python -m bench.engine`.

A burst of jobs of one picture each, drawn at once, over SQLite: of 16 pixels, so that the engine alone is measured, and
then of 1024, which is verified and made small as it arrives. Milliseconds of a processor a job, jobs a second
and how soon a request is accepted come from a run that nothing looks at. In a second run a thread looks at what the
event loop's thread is doing 250 times a second; where it waits for something to do isn't counted. Each look counts for
the innermost part of the program, or library, that it finds in the table below.

Beside it the same burst at `NaiveServer`, which saves each step in a transaction of its own where it stands, keeps the
file as it came, and asks for each task once a second. A restart loses what it had under way.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import Any

import aiohttp
from aiohttp import web

from bench.figures import cpu, percentile
from bench.scale import AT_ONCE, SETTINGS
from bench.tables import Size, Table, ratio, show
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import Program, SandboxProgram, until

_TASK = "/open/v1/ai_creation/task"
_EVERY = 0.004  # seconds
_WAITING = ("selectors.py", "select")
# The first that a file's path contains is what a look counts for, from the innermost call outwards.
PARTS = (
    ("/db/", "the database: statements, transactions, rows"),
    ("/sqlalchemy/", "the database: statements, transactions, rows"),
    ("/aiosqlite/", "the database: statements, transactions, rows"),
    ("/bot/platforms/web/", "the page: requests, answers, cards"),
    ("/bot/cards/", "the page: requests, answers, cards"),
    ("/bot/interactions/", "the page: requests, answers, cards"),
    ("/aiohttp/web", "the page: requests, answers, cards"),
    ("/bot/seedream/", "the provider: calls and downloads"),
    ("/aiohttp/client", "the provider: calls and downloads"),
    ("/aiohttp/connector", "the provider: calls and downloads"),
    ("/bot/pictures/", "keeping pictures"),
    ("/bot/engine/", "the engine's steps"),
    ("/bot/actions/", "accepting: limits, words, what was asked"),
    ("/bot/grammar/", "accepting: limits, words, what was asked"),
    ("/bot/observability/", "log and metrics"),
    ("/structlog/", "log and metrics"),
    ("/prometheus_client/", "log and metrics"),
    ("/asyncio/", "asyncio itself"),
)
REST = "the rest"


def part_of(frame: FrameType | None) -> str | None:
    """None where the loop waits for something to do."""
    if frame is not None and frame.f_code.co_filename.endswith(_WAITING[0]) and frame.f_code.co_name == _WAITING[1]:
        return None
    while frame is not None:
        file = frame.f_code.co_filename.replace(os.sep, "/")
        for place, name in PARTS:
            if place in file:
                return name
        frame = frame.f_back
    return REST


def watch(thread: int, counts: Counter[str], done: threading.Event) -> None:
    while not done.wait(_EVERY):
        part = part_of(sys._current_frames().get(thread))  # noqa: SLF001 - there is no other way to look at a thread
        if part is not None:
            counts[part] += 1


def run_watched() -> None:
    """The program, looked at; at its end the counts go to the file that LOOKS names."""
    from bot.__main__ import main as program  # noqa: PLC0415 - which only this way of running needs

    counts: Counter[str] = Counter()
    done = threading.Event()
    thread = threading.Thread(target=watch, args=(threading.get_ident(), counts, done), daemon=True)
    thread.start()
    try:
        program()
    finally:
        done.set()
        thread.join()
        Path(os.environ["LOOKS"]).write_text(json.dumps(counts))


class WatchedProgram(BotProgram):
    module = "bench.engine"


class NaiveServer:
    """Accepts a request over HTTP once the provider has taken it; a table has each job's state."""

    def __init__(self, provider: str, app_id: str, secret: str) -> None:
        self._provider = provider
        self._account = {"app_id": app_id, "secret_key": secret}
        self._jobs: set[asyncio.Task[None]] = set()
        self._database = sqlite3.connect("naive.db")
        self._database.execute("CREATE TABLE jobs (id TEXT PRIMARY KEY, prompt TEXT, state TEXT)")
        self.done = 0

    async def serve(self, address: Path) -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as self._session:
            given = await self._call("POST", "/open/v1/access_token", json=self._account)
            self._token = {"access_token": given["access_token"]}
            app = web.Application()
            app.add_routes([web.post("/imagine", self._imagine), web.get("/done", self._count)])
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            found = address.with_suffix(".new")
            found.write_text(str(runner.addresses[0][1]))
            found.replace(address)
            await asyncio.Event().wait()

    async def _imagine(self, request: web.Request) -> web.Response:
        order = {
            "model_code": "doubao-seedream-3.0-t2i",
            "creation_type": 3,
            "ref_prompt": (await request.json())["text"],
            "aspect_ratio": "1:1",
            "clarity": 1024,
            "number_of_images": 1,
        }
        task = await self._call("POST", f"{_TASK}/submit", json=order, headers=self._token)
        self._save("INSERT INTO jobs VALUES (?, ?, 'generating')", task, order["ref_prompt"])
        job = asyncio.create_task(self._follow(str(task)))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return web.json_response({"task": task}, status=202)

    async def _count(self, _: web.Request) -> web.Response:
        return web.json_response(self.done)

    async def _follow(self, task: str) -> None:
        while True:
            await asyncio.sleep(1)
            found = await self._call("GET", _TASK, params={"unique_id": task}, headers=self._token)
            if found["progress_desc"] == "Success":
                break
        self._save("UPDATE jobs SET state = 'delivering' WHERE id = ?", task)
        for url in found["output_url"]:
            async with self._session.get(url) as answer:
                Path(f"{task}.png").write_bytes(await answer.read())  # noqa: ASYNC240 - as one writes it in an evening
        self._save("UPDATE jobs SET state = 'done' WHERE id = ?", task)
        self.done += 1

    def _save(self, statement: str, *values: object) -> None:
        with self._database:
            self._database.execute(statement, values)

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        async with self._session.request(method, self._provider + path, **more) as answer:
            return (await answer.json())["data"]


async def burst(ask: Callable[[str], Awaitable[object]], jobs: int) -> list[float]:
    """Seconds of each acceptance."""
    turns, accepted = asyncio.Semaphore(AT_ONCE), []

    async def one(number: int) -> None:
        async with turns:
            began = time.monotonic()
            await ask(f"hare of number {number} clarity:1024")
            accepted.append(time.monotonic() - began)

    await asyncio.gather(*(one(number) for number in range(jobs)))
    return accepted


async def of_easel(bot: BotProgram, jobs: int) -> tuple[float, float, list[float]]:
    """Milliseconds of a processor a job, jobs a second, seconds of each acceptance."""
    async with bot:
        await bot.start()
        await burst(bot.imagine, AT_ONCE)
        await bot.settled()
        used, began = cpu(bot.life.pid), time.monotonic()
        accepted = await burst(bot.imagine, jobs)
        await bot.settled(within=300)
        took, used = time.monotonic() - began, cpu(bot.life.pid) - used
        await bot.stop()
    return 1000 * used / jobs, jobs / took, accepted


async def of_naive(directory: Path, sandbox: SandboxProgram, jobs: int) -> tuple[float, float, list[float]]:
    address = directory / "address"
    settings = {"NAIVE_PROVIDER": sandbox.url, "NAIVE_ADDRESS": str(address), **sandbox.account}
    program = Program("bench.engine", "naive", settings=settings, directory=directory, log=directory / "log")
    try:
        await until(address.exists)
        url = f"http://127.0.0.1:{address.read_text()}"
        async with aiohttp.ClientSession() as session:

            async def ask(text: str) -> None:
                async with session.post(f"{url}/imagine", json={"text": text}) as answer:
                    assert answer.status == 202

            async def finished(count: int) -> None:
                while True:
                    async with session.get(f"{url}/done") as answer:
                        if await answer.json() >= count:
                            return
                    await asyncio.sleep(0.2)

            await burst(ask, AT_ONCE)
            await finished(AT_ONCE)
            used, began = cpu(program.pid), time.monotonic()
            accepted = await burst(ask, jobs)
            await finished(AT_ONCE + jobs)
            took, used = time.monotonic() - began, cpu(program.pid) - used
    finally:
        await program.kill()
    return 1000 * used / jobs, jobs / took, accepted


async def measure(directory: Path, jobs: int) -> list[Table]:
    looks = directory / "looks"
    async with SandboxProgram(directory / "tiny", painting="tiny") as sandbox:
        tiny = await compared(directory / "tiny", sandbox, jobs, "16")
        settings = {**sandbox.account, **SETTINGS, "LOOKS": str(looks)}
        await of_easel(WatchedProgram(directory / "watched", settings), jobs)
    async with SandboxProgram(directory / "small") as sandbox:
        small = await compared(directory / "small", sandbox, jobs // 3, "1024")
    counts: Counter[str] = Counter(json.loads(looks.read_text()))
    shares = [(name, f"{100 * count / counts.total():.0f} %") for name, count in counts.most_common()]
    return [tiny, Table("Where the event loop's thread is, of the time that it works", shares), small]


async def compared(directory: Path, sandbox: SandboxProgram, jobs: int, side: str) -> Table:
    ours = await of_easel(BotProgram(directory / "easel", {**sandbox.account, **SETTINGS}), jobs)
    theirs = await of_naive(directory / "naive", sandbox, jobs)
    rows: list[tuple[str, ...]] = [
        ("of a processor a job", f"{ours[0]:.1f} ms", f"{theirs[0]:.1f} ms", ratio(theirs[0], ours[0])),
        ("jobs a second", f"{ours[1]:.0f}", f"{theirs[1]:.0f}", ratio(ours[1], theirs[1])),
    ]
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        mine, other = (1000 * percentile(one[2], share) for one in (ours, theirs))
        rows.append((f"accepted within, {name}", f"{mine:.0f} ms", f"{other:.0f} ms", ratio(other, mine)))
    title = f"{jobs} jobs of one picture of {side} pixels, {AT_ONCE} at a time, drawn at once, over SQLite"
    return Table(title, rows, ("Easel", "naive", "ratio"))


def figures(size: Size) -> list[Table]:
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(measure(Path(directory), size.pick(whole=1000, quick=400, tiny=20)))


if __name__ == "__main__":
    if "LOOKS" in os.environ:
        run_watched()
    elif sys.argv[1:] == ["naive"]:
        account = os.environ["CHANJING_APP_ID"], os.environ["CHANJING_SECRET_KEY"]
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(NaiveServer(os.environ["NAIVE_PROVIDER"], *account).serve(Path(os.environ["NAIVE_ADDRESS"])))
    else:
        show(figures, __doc__)
