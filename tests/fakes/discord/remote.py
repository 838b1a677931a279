"""The fake in a process of its own, for tests that kill the bot's process while Discord lives on."""

import asyncio
import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from .openapi import ROOT


class RemoteFakeDiscord:
    """`async with RemoteFakeDiscord() as fake:` starts it with ann, bob and #general in "atelier".

    `url` and `token` are what the bot needs; `post` acts, `get` looks (see `control`). A person who cannot do
    what is asked, or a wait that was in vain, is an AssertionError with the reason.
    """

    def __init__(self, world: Path | None = None) -> None:
        self._world = world
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self.url = ""
        self.origin = ""
        self.token = ""

    async def __aenter__(self) -> Self:
        more = ["--world", str(self._world)] if self._world else []
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.fakes.discord",
            *more,
            cwd=ROOT,
            env={"PYTHONWARNINGS": "default", **os.environ},
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            about = json.loads(await self._process.stdout.readline())
        self.url, self.origin, self.token = about["url"], about["origin"], about["token"]
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
        """Do something, e.g. `post("slash", user="ann", channel="general", name="imagine", options={…})`."""
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
