"""A fake in a process of its own, for tests that kill the bot's process while the other side lives on."""

import asyncio
import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60  # a machine with other work may need some


class FakeApart:
    """`async with` starts `package`, whose first line of output is JSON with what the bot needs, named in `about`.

    `post` acts, `get` looks (see its `control`). A person who cannot do what is asked, or a wait that was in vain, is
    an AssertionError with the reason.
    """

    package: ClassVar[str]
    about: ClassVar[tuple[str, ...]] = ("url", "origin", "token")

    url: str
    origin: str
    token: str

    def __init__(self, world: Path | None = None) -> None:
        """`world`: a JSON file that says who and what is there, in place of the few by themselves."""
        self._world = world
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        more = ["--world", str(self._world)] if self._world else []
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self.package,
            *more,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            env={"PYTHONWARNINGS": "default", **os.environ},
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            about = json.loads(await self._process.stdout.readline())
        for name in self.about:
            setattr(self, name, about[name])
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
        if self._process is not None:
            if self._process.returncode is None:
                self._process.terminate()
            await self._process.communicate()

    async def post(self, act: str, **body: Any) -> Any:
        """Do something, e.g. `post("press", user="ann", message=…, button="Again")`."""
        return await self._call("POST", act, json=body)

    async def get(self, view: str, **query: str | float) -> Any:
        """Look, e.g. `get("messages", channel="general", contains="done", timeout=5)`."""
        return await self._call("GET", view, params=query)

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        assert self._session is not None
        async with self._session.request(method, f"{self.origin}/control/{path}", **more) as answer:
            body = await answer.json()
            if not answer.ok:
                raise AssertionError(body["error"])
            return body
