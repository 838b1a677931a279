"""The real program between a provider and a Discord that outlive it, people who keep asking, and the audit."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from db.engine import open_database
from db.lock import find_running
from tests.db.audit import assert_books_agree
from tests.fakes.discord import RemoteFakeDiscord
from tests.journeys.bot_program import BotProgram
from tests.journeys.once import entries_once
from tests.journeys.programs import SECRET_KEY, Program, SandboxProgram, until, until_told

from .frame import Row, Trial
from .nursery import Nursery

CHANNELS = ("general", "sketches")
PEOPLE = ("ann", "bob")
# Seconds: the machine may be busy with other scenarios.
STARTS, SETTLES = 120.0, 200.0
# At this speed a picture takes a third of a second: some are under way whenever something happens.
SPEED = "6"


class Bot(BotProgram):
    """The same program, started so that it can be made to die, see another time, or find its database closed."""

    module = "tests.chaos.program"
    nursery: Nursery | None = None
    logs: Path  # not with the data: a disk that is full takes no line either

    def begin(self, fuse: str = "") -> Program:
        """The next life, not waited for. `fuse`: point:when:passes, where it ends itself."""
        more = {"CHAOS_DIE": fuse} if fuse else {}
        if self.nursery is None:
            life = self.launch("run", settings=more)
        else:
            log = self.logs / f"program-{len(self._launched)}.log"
            settings = {**self.settings, **more}
            life = self.nursery.launch(("run",), settings=settings, directory=self.directory, log=log)
            self._launched.append(life)
        self.lives.append(life)
        return life

    async def ready(self) -> None:
        """Wait until the last life answers."""

        def published() -> bool:
            found = find_running(self.database_url)
            self._address = found
            return found is not None and found.pid == self.life.pid and bool(found.url)

        await until(published, within=STARTS, what="the start")
        await until_told(self.is_ready, within=STARTS, what="readiness")

    def assert_untroubled(self) -> None:
        """As for every program, but a killed one may leave half a line, and a refused start says a sentence."""
        secrets = [SECRET_KEY, self.settings.get("DISCORD_TOKEN", SECRET_KEY), *self.states()]
        for life in self.lives:
            assert not [secret for secret in secrets if secret in life.said]
            for line in life.said.splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:
                    assert "Traceback" not in line, life.said[-3000:]
                    continue
                troubled = entry["level"] in {"error", "critical"} or "exception" in entry
                assert not troubled or any(part in line for part in self.forgiven), line[:1000]


class Stage:
    """`async with Stage(trial) as stage:`; at the end every log is searched for what went wrong."""

    def __init__(
        self,
        trial: Trial,
        settings: Mapping[str, str] | None = None,
        *,
        data: Path | None = None,
        forked: bool = False,
        **sandbox: str,
    ) -> None:
        """`data`: where the data directory is made. `forked`: see nursery.py. `sandbox`: SANDBOX_* of the provider."""
        self._trial = trial
        self._settings = settings or {}
        self._data = data or trial.directory
        self._forked = forked
        self.sandbox = SandboxProgram(trial.directory / "provider", **{"speed": SPEED, **sandbox})
        self.discord = RemoteFakeDiscord()
        self.promised: set[str] = set()  # ids that people were told
        self.takes_back = False  # whether people cancel what they asked for on the page
        self._taken_back: set[str] = set()
        self.faults = 0
        self._start_takes = 2.0  # seconds, as far as we know
        self.findings: list[str] = []
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        self._stack = contextlib.AsyncExitStack()
        try:
            await self._stack.enter_async_context(self.sandbox)
            await self._stack.enter_async_context(self.discord)
            settings = {
                **self.sandbox.account,
                "SEEDREAM_QPS": "50",
                "DISCORD_TOKEN": self.discord.token,
                "DISCORD_API_URL": self.discord.url,
                "LIMIT_USER_DAILY": "100000",
                "LIMIT_USER_RUNNING": "40",
                "LIMIT_USER_WAITING": "1000",
                **({"CHAOS_SETTLE": "3"} if self._trial.short else {}),
                **self._settings,
            }
            nursery = self._stack.enter_context(Nursery()) if self._forked else None
            self.bot = await self._stack.enter_async_context(Bot(self._data, settings))
            self.bot.nursery, self.bot.logs = nursery, self._trial.directory
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    # People

    async def ask(self, count: int, *, options: str = "1k") -> int:
        """So many requests, on Discord and on the page; how many were said to be accepted."""
        asked = [self._ask(next(self._numbers), options) for _ in range(count)]
        return sum(await asyncio.gather(*asked))

    async def _ask(self, number: int, options: str) -> bool:
        prompt = f"fox {number} of {self._trial.name} n:{1 + number % 7 // 6}"
        if number % 4:
            command = {"name": "imagine", "options": {"prompt": f"{prompt} {options}"}}
            where = {"user": PEOPLE[number % 2], "channel": CHANNELS[number // 2 % 2]}
            try:
                await self.discord.post("slash", **where, **command)
            except (AssertionError, aiohttp.ClientError):  # Discord has no connection to it just now
                return False
            return True
        try:
            status, body = await self.bot.call("POST", "/api/commands", {"text": f"/imagine {prompt} {options}"})
        except (AssertionError, aiohttp.ClientError, TimeoutError, ValueError):
            return False
        if status == 202:
            self.promised.add(str(body["job"]["id"]))
            if self.takes_back:
                await self._take_back(str(body["job"]["id"]))
        return status == 202

    async def _take_back(self, job_id: str) -> None:
        self._taken_back.add(job_id)
        with contextlib.suppress(AssertionError, aiohttp.ClientError, TimeoutError, ValueError):
            await self.bot.call("POST", f"/api/jobs/{job_id}/cancel", {})

    async def connected(self) -> None:
        """Wait until people can type commands."""

        async def look() -> bool:
            return bool((await self.discord.get("world"))["connected"])

        await self.bot.ready()
        await until_told(look, within=STARTS, what="the connection to Discord")

    async def start(self) -> None:
        self.bot.begin()
        await self.connected()

    @contextlib.asynccontextmanager
    async def busy(self, each: int = 4, pause: float = 0.5) -> AsyncIterator[None]:
        """People ask for so many pictures, again and again, as soon as they can."""

        async def people() -> None:
            await self.connected()
            while True:
                await self.ask(each)
                await asyncio.sleep(pause)

        asking = asyncio.create_task(people())
        try:
            yield
        finally:
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError, AssertionError, aiohttp.ClientError):
                await asking

    # The power

    async def kill_after(self, seconds: float) -> None:
        """A life that is ended so long after people could ask; less than nothing: so long before, as far as we know."""
        began = time.monotonic()
        if seconds < 0:
            life = self.bot.begin()
            await asyncio.sleep(max(0.0, self._start_takes + seconds))
        else:
            await self.start()
            life = self.bot.life
            self._start_takes = time.monotonic() - began
            async with self.busy():
                await self.ask(4)
                await asyncio.sleep(seconds)
        await life.kill()
        self.faults += 1

    async def kill_at(self, fuse: str, *, within: float = 30.0) -> bool:
        """A life that ends itself at the point, or is ended after so many seconds; whether it got to the point."""
        life = self.bot.begin(fuse)
        async with self.busy():
            ended = await _ends(life, within)
            if not ended:
                await life.kill()
        if life.process.returncode != -9:
            raise AssertionError(f"it ended with {life.process.returncode}:\n{life.said[-2000:]}")
        self.faults += 1
        return ended

    # The audit

    async def settle(self, *, fresh: bool = True) -> None:
        """A last life that nothing is done to, until nothing is left to do."""
        if fresh:
            await self.discord.post("clear_faults")
            await self.start()
        await self.bot.settled(within=SETTLES)

    async def audit(self, *, note: str = "") -> Row:
        """Every request that was accepted: ordered, answered and charged once? The program must be at rest."""
        jobs = self.bot.rows("SELECT id, prompt_sent, platform, n, state, failure_code FROM jobs")
        lost: Counter[str] = Counter()
        doubled: Counter[str] = Counter()
        for missing in self.promised - {job["id"] for job in jobs}:
            lost[missing] += 1
        made = await self.sandbox.tasks()
        tasks = Counter(task["ref_prompt"] for task in made)
        drawn = {task["ref_prompt"] for task in made if task["progress_desc"] == "Success"}
        posted = await self._posted({job["id"] for job in jobs})
        for job in jobs:
            ledger = Counter(
                (row["kind"], row["pictures"])
                for row in self.bot.rows("SELECT kind, pictures FROM usage WHERE job_id = ?", job["id"])
            )
            cancelled = job["state"] == "cancelled" and job["id"] in self._taken_back
            messages = posted[job["id"]] if job["platform"] == "discord" else 1
            ordered = tasks.pop(job["prompt_sent"], 0)
            end = "done" if not cancelled else "drawn" if job["prompt_sent"] in drawn else "given back"
            once = entries_once(job["n"], ordered=ordered > 0, end=end)
            ended = cancelled or (job["state"] == "done" and ordered and messages)
            if not ended or once - ledger:
                lost[job["id"]] += 1
            if ordered > 1 or messages > 1 or ledger - once:
                doubled[job["id"]] += 1
            if job["id"] in lost or job["id"] in doubled:
                self.findings.append(f"{job} ordered {ordered}, posted {messages}, ledger {dict(ledger)}")
        for prompt, count in tasks.items():
            doubled[prompt] += count  # paid, and nobody's
            self.findings.append(f"a task of nobody: {prompt}")
        async with open_database(self.bot.database_url) as engine:
            await assert_books_agree(engine)
        violations = await self.discord.get("violations")
        assert not violations, violations
        (self._trial.directory / "findings.txt").write_text("\n".join(self.findings))
        return self._trial.row(faults=self.faults, requests=len(jobs), lost=len(lost), doubled=len(doubled), note=note)

    async def _posted(self, job_ids: set[str]) -> Counter[str]:
        """How many messages with pictures each job has on Discord."""
        posted: Counter[str] = Counter()
        for channel in CHANNELS:
            for message in await self.discord.get("messages", channel=channel):
                if message["files"]:
                    words = set(json.dumps(message["components"]).replace('"', ":").split(":"))
                    posted.update(dict.fromkeys(job_ids & words, 1))
        return posted

    async def finish(self, *, note: str = "") -> Row:
        """Settle in a fresh life, audit, and stop it as one should."""
        await self.settle()
        row = await self.audit(note=note)
        await self.bot.stop()
        return row


async def _ends(life: Program, within: float) -> bool:
    try:
        await life.exit_code(within=within)
    except AssertionError:
        return False
    return True
