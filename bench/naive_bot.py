"""A bot as one writes it in an evening: it answers when the provider has, and each job asks by itself once a second."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import discord
from discord import app_commands

from bench.on_discord import Scene
from tests.journeys.programs import Program

_TASK = "/open/v1/ai_creation/task"


class NaiveBot:
    """The program below, on the Discord and the provider of `there`."""

    def __init__(self, directory: Path, there: Scene) -> None:
        self._directory = directory
        self._there = there

    async def __aenter__(self) -> Self:
        settings = {
            "NAIVE_TOKEN": self._there.discord.token,
            "NAIVE_DISCORD": self._there.discord.url,
            "NAIVE_PROVIDER": self._there.sandbox.url,
            "NAIVE_APP_ID": self._there.sandbox.account["CHANJING_APP_ID"],
            "NAIVE_SECRET": self._there.sandbox.account["CHANJING_SECRET_KEY"],
        }
        log = self._directory / "naive.log"
        self._program = Program(__name__, settings=settings, directory=self._directory, log=log)
        await self._there.until_connected()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._program.kill()

    @property
    def pid(self) -> int:
        return self._program.pid

    def in_flight(self) -> int:
        with closing(sqlite3.connect(self._directory / "naive.db", timeout=10)) as connection:
            return int(connection.execute("SELECT count(*) FROM jobs WHERE state = 'generating'").fetchone()[0])


class _Client(discord.AutoShardedClient):  # which asks for the gateway's address
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)
        self._database = sqlite3.connect("naive.db")
        self._database.execute("CREATE TABLE jobs (id TEXT PRIMARY KEY, prompt TEXT, state TEXT)")
        self._jobs: set[asyncio.Task[None]] = set()

    async def setup_hook(self) -> None:
        self._session = aiohttp.ClientSession(os.environ["NAIVE_PROVIDER"], connector=aiohttp.TCPConnector(limit=0))
        account = {"app_id": os.environ["NAIVE_APP_ID"], "secret_key": os.environ["NAIVE_SECRET"]}
        given = await self._call("POST", "/open/v1/access_token", json=account)
        self._token = {"access_token": given["access_token"]}
        self.tree.command(name="imagine", description="Draw what the prompt describes")(self._imagine)
        await self.tree.sync()

    async def _imagine(self, interaction: discord.Interaction[Any], prompt: str) -> None:
        order = {
            "model_code": "doubao-seedream-3.0-t2i",
            "creation_type": 3,
            "ref_prompt": prompt,
            "aspect_ratio": "1:1",
            "clarity": 1024,
            "number_of_images": 1,
        }
        task = await self._call("POST", f"{_TASK}/submit", json=order, headers=self._token)
        with self._database:
            self._database.execute("INSERT INTO jobs VALUES (?, ?, 'generating')", (task, prompt))
        await interaction.response.send_message(f"Drawing {prompt} …")
        job = asyncio.create_task(self._follow(str(task)))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _follow(self, task: str) -> None:
        state = ""
        while state != "Success":
            await asyncio.sleep(1)
            found = await self._call("GET", _TASK, params={"unique_id": task}, headers=self._token)
            state = found["progress_desc"]

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        async with self._session.request(method, path, **more) as answer:
            return (await answer.json())["data"]


if __name__ == "__main__":
    discord.http.Route.BASE = os.environ["NAIVE_DISCORD"]
    _Client().run(os.environ["NAIVE_TOKEN"], log_handler=None)
