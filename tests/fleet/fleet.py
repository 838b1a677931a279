"""Gateways and workers as real processes over one PostgreSQL, one provider and one place for pictures."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url

from tests.journeys.programs import TIMEOUT, Program, until, until_told

# A role of PostgreSQL that only the processes use, and that rules over its own database alone, as it should be.
APART = "easel"
# Seconds: several start at once, on machines that have other things to do.
START = 240.0
TOKEN = "a long word that opens the page"
_READY = re.compile(
    r'"page": ?"(http://[^"]+)"[^\n]*"event": ?"ready"|"event": ?"ready"[^\n]*"page": ?"(http://[^"]+)"'
)
# Whatever still needs something.
LEFT = (
    "SELECT id, state, card_open, submit_open, owner FROM jobs"
    " WHERE state NOT IN ('done', 'failed', 'cancelled') OR card_open OR submit_open OR task_open"
)


@dataclass(slots=True)
class Member:
    """One process of the fleet."""

    name: str
    role: str
    program: Program
    url: str = ""

    @property
    def alive(self) -> bool:
        return self.program.process.poll() is None


class Events:
    """What a page is sent."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def until(self, kind: str) -> Any:
        """The next event of that kind."""
        found = ""
        async with asyncio.timeout(TIMEOUT):
            while line := (await self._answer.content.readline()).decode():
                name, _, value = line.rstrip("\n").partition(": ")
                found = value if name == "event" else found
                if name == "data" and found == kind:
                    return json.loads(value)
        raise EOFError(kind)


class Fleet:
    def __init__(self, directory: Path, database_url: str, settings: Mapping[str, str]) -> None:
        self.database_url = database_url
        self._directory = directory
        self.settings = {
            "DATABASE_URL": database_url,
            "PICTURES_URL": f"file:{directory}/pictures",
            "WEB_PORT": "0",
            "WEB_TOKEN": TOKEN,
            "LOG_FORMAT": "json",
            **settings,
        }
        self.members: list[Member] = []

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=60), headers={"Authorization": f"Bearer {TOKEN}"}
        )
        self._connection = self._connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        self._connection.close()
        for member in self.members:
            member.program.close()

    # Its processes

    def launch(self, role: str, settings: Mapping[str, str] | None = None, *, module: str = "bot") -> Member:
        name = f"{role}-{len(self.members)}"
        directory = self._directory / name
        directory.mkdir(parents=True, exist_ok=True)
        program = Program(
            module,
            "run",
            "--role",
            role,
            settings={**self.settings, "DATA_DIR": str(directory / "data"), **(settings or {})},
            directory=directory,
            log=self._directory / f"{name}.log",
        )
        member = Member(name, role, program)
        self.members.append(member)
        return member

    async def start(self, *roles: str) -> list[Member]:
        """All of them at once, until each is ready."""
        started = [self.launch(role) for role in roles]
        await asyncio.gather(*(self.ready(member) for member in started))
        return started

    async def ready(self, member: Member) -> None:
        def published() -> str:
            if not member.alive:
                raise AssertionError(
                    f"{member.name} ended with {member.program.process.returncode}:\n{member.program.said}"
                )
            found = _READY.search(member.program.said)
            return "" if found is None else found.group(1) or found.group(2)

        member.url = await until(published, within=START, what=f"the start of {member.name}")

        async def told() -> bool:
            async with self._session.get(f"{member.url}/readyz") as answer:
                return answer.status == 200

        await until_told(told, within=START, what=f"readiness of {member.name}")

    def of_role(self, role: str) -> list[Member]:
        return [member for member in self.members if member.role == role and member.alive]

    async def stop(self) -> None:
        """SIGTERM to all; each ends by itself and well."""
        alive = [member for member in self.members if member.alive]
        for member in alive:
            member.program.send(signal.SIGTERM)
        for member in alive:
            assert await member.program.exit_code(within=20) == 0, member.program.said[-4000:]

    # The page of a gateway

    async def imagine(self, gateway: Member, text: str) -> str:
        status, body = await self.call(gateway, "POST", "/api/commands", {"text": f"/imagine {text}"})
        assert status == 202, body
        return str(body["job"]["id"])

    async def call(
        self, member: Member, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, Any]:
        async with self._session.request(method, member.url + path, json=body) as answer:
            return answer.status, await answer.json()

    async def picture(self, member: Member, path: str) -> bytes:
        async with self._session.get(member.url + path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.read()

    @contextlib.asynccontextmanager
    async def watching(self, gateway: Member) -> AsyncIterator[Events]:
        """As a browser that has the page open there."""
        async with self._session.get(f"{gateway.url}/api/events") as answer:
            assert answer.status == 200
            yield Events(answer)

    # The database beside them

    def _connect(self) -> psycopg.Connection[dict[str, Any]]:
        url = make_url(self.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True, row_factory=dict_row)

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """`?` stands for a value, as where the journeys ask SQLite."""
        for last in (False, True):
            try:
                if self._connection.closed:
                    self._connection = self._connect()
                found = self._connection.execute(query.replace("?", "%s").encode(), values or None)
                return [] if found.description is None else found.fetchall()
            except psycopg.OperationalError:
                if last:
                    raise
                self._connection.close()
        raise AssertionError

    @contextlib.contextmanager
    def too_few_connections(self, count: int) -> Iterator[None]:
        """All processes together have so many, and lose those that they have; they must use the role APART."""
        self.rows(f"ALTER ROLE {APART} CONNECTION LIMIT {count}")
        self.end_connections()
        try:
            yield
        finally:
            self.rows(f"ALTER ROLE {APART} CONNECTION LIMIT -1")

    @contextlib.contextmanager
    def held(self, statement: str) -> Iterator[None]:
        """Its locks are ours meanwhile."""
        with contextlib.closing(self._connect()) as connection, connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
            yield

    def end_connections(self) -> int:
        """The server ends those of all processes (57P01); how many. They must use the role APART."""
        return len(self.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ?", APART))

    def told(self, member: Member) -> list[str]:
        """What its log says of the database's outages."""
        found = re.findall(r'"event": ?"(store_unavailable|store_recovered)"', member.program.said)
        return [str(event) for event in found]

    def states(self) -> dict[str, str]:
        return {row["prompt"]: row["state"] for row in self.rows("SELECT prompt, state FROM jobs")}

    async def reaches(self, state: str, *prompts: str, within: float = TIMEOUT) -> None:
        def there() -> bool:
            states = self.states()
            return all(states.get(prompt) == state for prompt in prompts)

        try:
            await until(there, within=within)
        except AssertionError:
            raise AssertionError(f"not {state}: {self.states()}") from None

    async def settled(self, within: float = TIMEOUT) -> None:
        """Nothing is left to do."""
        try:
            await until(lambda: not self.rows(LEFT), within=within)
        except AssertionError:
            logs = "\n".join(f"== {m.name} alive={m.alive}\n{m.program.said[-1500:]}" for m in self.members)
            left = self.rows(LEFT)
            queue = self.rows("SELECT id, args, status, worker_id, lock FROM procrastinate_jobs LIMIT 20")
            raise AssertionError(f"not at rest: {left[:20]}\n{queue}\n{logs}") from None

    def assert_untroubled(self, *forgiven: str) -> None:
        """No process wrote an error, but for those that a test provoked."""
        for member in self.members:
            for line in member.program.said.splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:  # half a line of one that was killed, a sentence of one that was refused
                    assert "Traceback" not in line, f"{member.name}: {member.program.said[-3000:]}"
                    continue
                troubled = entry["level"] in {"error", "critical"} or "exception" in entry
                assert not troubled or any(part in line for part in forgiven), f"{member.name}: {line}"
