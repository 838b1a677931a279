"""The real programs as processes, and waiting for what they do."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import aiohttp

ROOT = Path(__file__).parents[2]
APP_ID, SECRET_KEY = "the-account", "its-secret"

T = TypeVar("T")
# Seconds, for whatever ought to come at once: machines that run tests are busy, and nothing here is timed.
TIMEOUT = 60.0
# Seconds between two looks, at first and after a while.
_SOON, _LATER = 0.02, 0.2
_LISTENS = re.compile(r"listens at (http://\S+?);")
# What the machine that runs the tests may have set must not reach the programs.
_OURS = re.compile(
    r"(CHANJING|SEEDREAM|DISCORD|SLACK|SANDBOX|LIMIT|WEB|LOG|LABEL|RETENTION)_.*|DATA_DIR|DATABASE_URL|PICTURES_URL|PUBLIC_URL"
)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without settings of Easel, but with these."""
    kept = {name: value for name, value in os.environ.items() if not _OURS.fullmatch(name)}
    return {**kept, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **settings}


async def until(look: Callable[[], T], *, within: float = TIMEOUT, what: str = "it") -> T:
    """The first true answer of `look`; an AssertionError once `within` seconds have passed."""

    async def told() -> T:
        return look()

    return await until_told(told, within=within, what=what)


async def until_told(look: Callable[[], Awaitable[T]], *, within: float = TIMEOUT, what: str = "it") -> T:
    """The same for a look that has to be awaited."""
    began = time.monotonic()
    while not (value := await look()):
        waited = time.monotonic() - began
        if waited > within:
            raise AssertionError(f"{what} did not happen within {within} s")
        await asyncio.sleep(min(_LATER, _SOON + waited / 50))
    return value


class Process(Protocol):
    """What is used of subprocess.Popen."""

    @property
    def pid(self) -> int: ...
    @property
    def args(self) -> object: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self) -> int: ...
    def send_signal(self, number: int, /) -> None: ...
    def kill(self) -> None: ...


class Starts(Protocol):
    """QuickProgram."""

    def start(
        self, *arguments: str, directory: Path, settings: Mapping[str, str], out: int, err: int, seconds: int
    ) -> Process: ...


class Program:
    """One `python -m …`; what it prints goes to the file `log`, stdout apart if it is to be read."""

    process: Process

    def __init__(
        self,
        *arguments: str,
        settings: Mapping[str, str],
        directory: Path,
        log: Path,
        stdout: bool = False,
        quick: Starts | None = None,
    ) -> None:
        """`quick`: forks of what is loaded already, instead of an interpreter of its own."""
        directory.mkdir(parents=True, exist_ok=True)
        self.log = log
        self.out = log.with_suffix(".out") if stdout else log
        with log.open("ab") as everything, self.out.open("ab") as results:
            settings = {"TMPDIR": str(directory), **settings}  # so that nothing killed leaves litter
            if quick is not None:
                streams = {"out": results.fileno(), "err": everything.fileno()}
                self.process = quick.start(*arguments[1:], directory=directory, settings=settings, seconds=0, **streams)
                return
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

    async def exit_code(self, *, within: float = TIMEOUT) -> int:
        """Wait for its end."""
        try:
            await until(
                lambda: self.process.poll() is not None, within=within, what=f"the end of {self.process.args!r}"
            )
        except AssertionError:
            raise AssertionError(f"still running after {within} s:\n{self.said[-4000:]}") from None
        code = self.process.poll()
        assert code is not None
        return code

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

    def __init__(
        self, directory: Path, quick: Starts | None = None, /, *, host: str = "127.0.0.1", **settings: str
    ) -> None:
        """`settings`: SANDBOX_* without the prefix, in lower case. `host`: where it listens."""
        self._host = host
        self._quick = quick
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
        arguments = ("bot", "sandbox", "--host", self._host, "--port", "0")
        self._program = Program(
            *arguments, settings=self._settings, directory=self._directory, log=log, quick=self._quick
        )
        found = await until(lambda: _LISTENS.search(self._program.said), what="the sandbox")
        assert found is not None
        self.url = found.group(1)
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        self._program.send(signal.SIGINT)
        try:
            await self._program.exit_code()
        finally:
            self._program.close()

    @property
    def pid(self) -> int:
        return self._program.pid

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
