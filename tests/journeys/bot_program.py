"""`python -m bot run` through its lives: started, stopped, killed, and looked at as people and operators do."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from db.lock import RunningBot, find_running

from .programs import SECRET_KEY, TIMEOUT, Program, Starts, until, until_told


class BotProgram:
    """`python -m bot run` over one data directory, through as many lives as a test wants."""

    module = "bot"  # what `python -m` runs

    def __init__(self, directory: Path, settings: Mapping[str, str], quick: Starts | None = None) -> None:
        """`quick`: its lives are forks of what is loaded already."""
        self._quick = quick
        self.data = directory / "data"
        self.settings = {"DATA_DIR": str(self.data), "WEB_PORT": "0", "LOG_FORMAT": "json", **settings}
        self.directory = directory
        self.lives: list[Program] = []
        self._launched: list[Program] = []
        self.forgiven: list[str] = []  # parts of error lines that a test provoked
        self._address: RunningBot | None = None

    async def __aenter__(self) -> Self:
        token = self.settings.get("WEB_TOKEN")
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=30), headers={"Authorization": f"Bearer {token}"} if token else {}
        )
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
            self.module,
            *arguments,
            settings={**self.settings, **(settings or {})},
            directory=self.directory,
            log=self.directory / f"program-{len(self._launched)}.log",
            stdout=stdout,
            quick=self._quick,
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

    async def reaches(self, state: str, *prompts: str, within: float = TIMEOUT) -> None:
        """Wait until the jobs with these prompts are in that state."""

        def there() -> bool:
            states = self.states()
            return all(states.get(prompt) == state for prompt in prompts)

        try:
            await until(there, within=within)
        except AssertionError:
            raise AssertionError(f"not {state}: {self.states()}\n{self.life.said[-4000:]}") from None

    async def settled(self, within: float = TIMEOUT) -> None:
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
