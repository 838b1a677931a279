"""The real programs as processes: started, stopped, killed, and looked at from outside as people and operators do."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp

from db.lock import RunningBot, find_running

ROOT = Path(__file__).parents[2]
APP_ID, SECRET_KEY = "the-account", "its-secret"

T = TypeVar("T")
# Seconds, for whatever ought to come at once: machines that run tests are busy, and nothing here is timed.
PATIENCE = 60.0
_LOOK = 0.02  # seconds
_LISTENS = re.compile(r"listens at (http://\S+?);")
# What the machine that runs the tests may have set must not reach the programs.
_OURS = re.compile(
    r"(CHANJING|SEEDREAM|DISCORD|SLACK|SANDBOX|LIMIT|WEB|LOG)_.*|DATA_DIR|DATABASE_URL|PICTURES_URL|PUBLIC_URL"
)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without settings of Easel, but with these."""
    kept = {name: value for name, value in os.environ.items() if not _OURS.fullmatch(name)}
    return {**kept, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **settings}


async def until(look: Callable[[], T], *, within: float = PATIENCE, what: str = "it") -> T:
    """The first true answer of `look`; an AssertionError once `within` seconds have passed."""
    give_up = time.monotonic() + within
    while not (value := look()):
        if time.monotonic() > give_up:
            raise AssertionError(f"{what} did not happen within {within} s")
        await asyncio.sleep(_LOOK)
    return value


async def until_told(look: Callable[[], Awaitable[T]], *, within: float = PATIENCE, what: str = "it") -> T:
    """The same for a look that has to be awaited."""
    give_up = time.monotonic() + within
    while not (value := await look()):
        if time.monotonic() > give_up:
            raise AssertionError(f"{what} did not happen within {within} s")
        await asyncio.sleep(_LOOK)
    return value


class Program:
    """One `python -m …`; what it prints goes to the file `log`, stdout apart if it is to be read."""

    def __init__(
        self, *arguments: str, settings: Mapping[str, str], directory: Path, log: Path, stdout: bool = False
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.log = log
        self.out = log.with_suffix(".out") if stdout else log
        with log.open("ab") as everything, self.out.open("ab") as results:
            # In a directory of its own, so that no .env is found.
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", *arguments],
                cwd=directory,
                env=environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=results,
                stderr=everything,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def said(self) -> str:
        return self.log.read_text()

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def exit_code(self, *, within: float = PATIENCE) -> int:
        """Wait for its end."""
        try:
            await until(
                lambda: self.process.poll() is not None, within=within, what=f"the end of {self.process.args!r}"
            )
        except AssertionError:
            raise AssertionError(f"still running after {within} s:\n{self.said[-4000:]}") from None
        return int(self.process.returncode)

    async def kill(self) -> None:
        """`kill -9`, as the power goes."""
        self.process.kill()
        await self.exit_code()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class SandboxProgram:
    """The provider: `python -m bot sandbox`. `async with` starts and ends it."""

    def __init__(self, directory: Path, **settings: str) -> None:
        """`settings`: SANDBOX_* without the prefix, in lower case."""
        named = {f"SANDBOX_{name.upper()}": value for name, value in settings.items()}
        self._settings = {
            "SANDBOX_APP_ID": APP_ID,
            "SANDBOX_SECRET_KEY": SECRET_KEY,
            "SANDBOX_QPS": "0",
            "SANDBOX_SPEED": "1000",
            "SANDBOX_PAINTING": "plain",
            **named,
        }
        self._directory = directory
        self.url = ""

    async def __aenter__(self) -> Self:
        log = self._directory / "sandbox.log"
        arguments = ("bot", "sandbox", "--port", "0")
        self._program = Program(*arguments, settings=self._settings, directory=self._directory, log=log)
        found = await until(lambda: _LISTENS.search(self._program.said), what="the sandbox")
        assert found is not None
        self.url = found.group(1)
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        self._program.close()

    @property
    def account(self) -> dict[str, str]:
        """The settings of a bot that uses it as its provider."""
        return {"SEEDREAM_API_URL": self.url, "CHANJING_APP_ID": APP_ID, "CHANJING_SECRET_KEY": SECRET_KEY}

    async def state(self) -> dict[str, Any]:
        """Tasks and calls: `GET /sandbox/state`."""
        return await self._call("GET", "state")

    async def tasks(self) -> list[dict[str, Any]]:
        """Every task that was ever ordered, oldest first."""
        tasks: list[dict[str, Any]] = (await self.state())["tasks"]
        return tasks

    async def calls(self) -> dict[str, dict[str, int]]:
        """How often each path answered with each code."""
        calls: dict[str, dict[str, int]] = (await self.state())["calls"]
        return calls

    async def change(self, **settings: float) -> None:
        """Settings of what comes from now on: qps, speed, slow_seconds …"""
        await self._call("POST", "settings", settings)

    async def strike_next(self, fault: str, count: int = 1) -> None:
        await self._call("POST", "faults", {"next": [{"fault": fault, "count": count}]})

    async def strike(self, **chances: float) -> None:
        """Probabilities of faults from now on; none for none."""
        await self._call("POST", "faults", {"faults": chances})

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        async with self._session.request(method, f"{self.url}/sandbox/{path}", json=body) as answer:
            assert answer.ok, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found


class BotProgram:
    """`python -m bot run` over one data directory, through as many lives as a test wants."""

    def __init__(self, directory: Path, settings: Mapping[str, str]) -> None:
        self.data = directory / "data"
        self.settings = {"DATA_DIR": str(self.data), "WEB_PORT": "0", "LOG_FORMAT": "json", **settings}
        self.directory = directory
        self.lives: list[Program] = []
        self._launched: list[Program] = []
        self.forgiven: list[str] = []  # parts of error lines that a test provoked
        self._address: RunningBot | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        for program in self._launched:
            program.close()
        if error is None:
            self.assert_untroubled()

    # Its lives

    @property
    def life(self) -> Program:
        return self.lives[-1]

    @property
    def url(self) -> str:
        assert self._address is not None
        return self._address.url

    @property
    def database_url(self) -> str:
        return f"sqlite+aiosqlite:///{self.data}/easel.db"

    def launch(self, *arguments: str, stdout: bool = False, settings: Mapping[str, str] | None = None) -> Program:
        """Any command on the same settings, e.g. `launch("imagine", "a fox")`."""
        program = Program(
            "bot",
            *arguments,
            settings={**self.settings, **(settings or {})},
            directory=self.directory,
            log=self.directory / f"program-{len(self._launched)}.log",
            stdout=stdout,
        )
        self._launched.append(program)
        return program

    async def start(self) -> None:
        """The next life, until it says that it is ready."""
        life = self.launch("run")
        self.lives.append(life)

        def published() -> RunningBot | None:
            if life.process.poll() is not None:
                raise AssertionError(f"it ended with {life.process.returncode}:\n{life.said}")
            found = find_running(self.database_url)
            return found if found is not None and found.pid == life.pid and found.url else None

        self._address = await until(published, what="the start")
        await until_told(self.is_ready, what="readiness")

    async def stop(self) -> float:
        """SIGTERM, as `docker stop` does; how many seconds it took. Its exit code is 0."""
        began = time.monotonic()
        self.life.send(signal.SIGTERM)
        assert await self.life.exit_code(within=10.0) == 0, self.life.said
        return time.monotonic() - began

    async def kill(self) -> None:
        await self.life.kill()

    async def is_ready(self) -> bool:
        async with self._session.get(f"{self.url}/readyz") as answer:
            return answer.status == 200

    def assert_untroubled(self) -> None:
        """No life wrote a traceback, an error or something that is not a line of the log, and none told a secret."""
        secrets = [*self.states(), SECRET_KEY, self.settings.get("DISCORD_TOKEN", SECRET_KEY)]
        for life in self.lives:
            assert not [secret for secret in secrets if secret in life.said]
            for line in life.said.splitlines():
                entry = json.loads(line)
                troubled = entry["level"] in {"error", "critical"} or "exception" in entry
                assert not troubled or any(part in line for part in self.forgiven), line

    # The page

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, terminal: bool = False
    ) -> tuple[int, Any]:
        """Status and JSON. `terminal`: as a command in another terminal, which is another person."""
        assert self._address is not None
        headers = {}
        if terminal:
            headers = {"Authorization": f"Bearer {self._address.secret}", "X-Easel-Platform": "terminal"}
        async with self._session.request(method, self.url + path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def imagine(self, text: str, *, terminal: bool = False) -> str:
        """Ask on the page; the job's id."""
        status, body = await self.call("POST", "/api/commands", {"text": f"/imagine {text}"}, terminal=terminal)
        assert status == 202, body
        return str(body["job"]["id"])

    async def job(self, job_id: str, *, terminal: bool = False) -> dict[str, Any]:
        status, body = await self.call("GET", f"/api/jobs/{job_id}", terminal=terminal)
        assert status == 200, body
        job: dict[str, Any] = body["job"]
        return job

    async def picture(self, url: str) -> bytes:
        async with self._session.get(self.url + url) as answer:
            assert answer.status == 200
            return await answer.read()

    async def text(self, path: str) -> str:
        async with self._session.get(self.url + path) as answer:
            assert answer.status == 200
            return await answer.text()

    # The database, beside the program

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(f"file:{self.data}/easel.db?mode=ro", uri=True, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def states(self) -> dict[str, str]:
        """Every job's state, by its prompt; none before the first start has made the tables."""
        with suppress(sqlite3.OperationalError):
            return {row["prompt"]: row["state"] for row in self.rows("SELECT prompt, state FROM jobs")}
        return {}

    async def reaches(self, state: str, *prompts: str, within: float = PATIENCE) -> None:
        """Wait until the jobs with these prompts are in that state."""

        def there() -> bool:
            states = self.states()
            return all(states.get(prompt) == state for prompt in prompts)

        try:
            await until(there, within=within)
        except AssertionError:
            raise AssertionError(f"not {state}: {self.states()}\n{self.life.said[-4000:]}") from None

    async def settled(self, within: float = PATIENCE) -> None:
        """Wait until nothing is left to do: every job is finished, its card closed, its submit cleared up."""
        unfinished = "state NOT IN ('done', 'failed', 'cancelled') OR card_open OR submit_open"

        def quiet() -> bool:
            return not self.rows(f"SELECT id FROM jobs WHERE {unfinished}")  # noqa: S608 - our own words

        try:
            await until(quiet, within=within)
        except AssertionError:
            raise AssertionError(f"not all at rest: {self.states()}\n{self.life.said[-4000:]}") from None

    def let_time_pass(self, seconds: float) -> None:
        """While it is down: as if it had been down for longer. Recovery looks at when a submit began."""
        with closing(sqlite3.connect(self.data / "easel.db")) as connection, connection:
            open_submits = connection.execute("SELECT id, submitted_at FROM jobs WHERE state = 'submitting'").fetchall()
            for job_id, submitted_at in open_submits:
                earlier = datetime.fromisoformat(submitted_at) - timedelta(seconds=seconds)
                values = (earlier.isoformat(sep=" "), job_id)
                connection.execute("UPDATE jobs SET submitted_at = ? WHERE id = ?", values)
