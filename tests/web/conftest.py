from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.actions import Actions
from bot.cards import sheet_foot
from bot.composition.acting import Stores
from bot.domain.limits import Limits
from bot.drawing.raster import Raster
from bot.engine.in_process import InProcessDispatcher
from bot.pictures.fit import PictureFitter
from bot.pictures.series import SeriesSheets
from bot.pictures.sheet import ContactSheets
from bot.platforms.web import EventHub, WebConfig, WebServer
from bot.platforms.web.probes import ProbeSources
from db.engine import open_database
from db.jobs import SqlJobStore
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.connected import connected
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel

LOCAL_SECRET = "only processes of this machine know"
CALLBACK_SECRET = "only-the-provider-knows"
SIGNING_KEY = "a random key that lives in the database"
OPERATOR = {"Authorization": f"Bearer {LOCAL_SECRET}"}


@dataclass
class Event:
    id: str
    kind: str
    data: dict[str, Any]


class Stream:
    """The events of one open stream, read as a browser would."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.last_id = ""

    async def next(self, kind: str = "") -> Event:
        """The next event, of that kind if one is named; EOFError at the end."""
        while True:
            event = await self._one()
            if kind in {"", event.kind}:
                return event

    async def line(self) -> str:
        async with asyncio.timeout(5):
            line = await self.response.content.readline()
        if not line:
            raise EOFError
        return line.decode().rstrip("\n")

    async def _one(self) -> Event:
        fields: dict[str, str] = {}
        while True:
            line = await self.line()
            if not line and "data" in fields:
                self.last_id = fields.get("id", self.last_id)
                return Event(fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"]))
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value


@dataclass
class Site:
    """A page over the real engine, store and grammar, with a provider that a test directs and a clock it moves."""

    stores: Stores
    clock: FakeClock
    model: FakeModel
    picture_store: MemoryPictureStore
    client: aiohttp.ClientSession
    limits: Limits = field(default_factory=Limits)
    ready: bool = True
    hub: EventHub = field(init=False, repr=False)
    dispatcher: InProcessDispatcher = field(init=False, repr=False)
    actions: Actions = field(init=False, repr=False)
    server: WebServer = field(init=False, repr=False)
    nudges: list[str] = field(default_factory=list)
    starts: int = 0
    faults: Any = None  # the sandbox's, where that draws
    share_link_days: int | None = None
    more_routes: Callable[[Actions], Sequence[web.RouteDef]] = lambda _: ()

    @property
    def store(self) -> SqlJobStore:
        return self.stores.jobs

    @contextlib.asynccontextmanager
    async def open(self, *, keep: int = 1000, room: int = 100, **config: Any) -> AsyncIterator[Site]:
        """One life of the program."""
        self.starts += 1
        self.hub = EventHub(run=f"run{self.starts}", keep=keep, room=room)
        shown_as_sandbox = self.model.sandbox is True
        built = connected(
            self.stores,
            clock=self.clock,
            model=self.model,
            limits=self.limits,
            sheets=SeriesSheets(
                pictures=PictureFitter(self.picture_store),
                sheets=ContactSheets(Raster()),
                foot=partial(sheet_foot, sandbox=shown_as_sandbox),
            ),
            share_link_days=self.share_link_days,
        )
        self.dispatcher, actions = built.dispatcher, built.actions
        self.actions = actions
        self.dispatcher.nudge = self.nudges.append  # type: ignore[method-assign, assignment]

        async def readiness() -> tuple[bool, dict[str, Any]]:
            return self.ready, {"database": self.ready}

        async def metrics() -> bytes:
            return b"easel_jobs 1\n"

        secrets = {"local_secret": LOCAL_SECRET, "callback_secret": CALLBACK_SECRET, "signing_key": SIGNING_KEY}
        settings: dict[str, Any] = {"port": 0, **secrets, **config}
        self.server = WebServer(
            WebConfig(**settings),
            hub=self.hub,
            actions=actions,
            pictures=PictureFitter(self.picture_store),
            clock=self.clock,
            sign_ins=self.stores.sign_ins,
            probes=ProbeSources(readiness=readiness, metrics=metrics, dispatcher=self.dispatcher),
            faults=self.faults,
        )
        built.registry.platforms.update({**self.server.platforms, "fake": FakeChat()})
        built.registry.moderator_channels["web"] = self.server.platforms["web"]
        await self.server.start(self.more_routes(actions))
        life = asyncio.create_task(self.dispatcher.run())
        try:
            yield self
        finally:
            await self.server.stop()
            await self.dispatcher.stop()
            await self.clock.until(life, real_seconds=10)
            await actions.budget.close()

    async def post(
        self, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        async with self.client.post(f"{self.server.url}{path}", json=body or {}, headers=headers) as response:
            return response.status, await response.json()

    async def get(self, path: str, *, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        async with self.client.get(f"{self.server.url}{path}", headers=headers) as response:
            return response.status, await response.json()

    async def sign_in(self, token: str) -> None:
        """From here on the client has the cookie of a guest."""
        async with self.client.post(f"{self.server.url}/api/session", json={"token": token}) as response:
            assert response.status == 204, await response.text()

    async def manage(self) -> None:
        """From here on the client is who runs this Easel, as by the link that it prints."""
        async with self.client.post(f"{self.server.url}/api/session", json={"secret": LOCAL_SECRET}) as response:
            assert response.status == 204, await response.text()

    async def ask(self, text: str, **more: Any) -> dict[str, Any]:
        """The accepted job."""
        status, answer = await self.post("/api/commands", {"text": text, **more})
        assert status == 202, answer
        job: dict[str, Any] = answer["job"]
        return job

    async def finished(self, job_id: str) -> dict[str, Any]:
        """The job once it is done, failed or cancelled, time moving as it must."""
        return await self.clock.until(self._watch(job_id), real_seconds=10)

    async def _watch(self, job_id: str) -> dict[str, Any]:
        while True:
            job = await self.store.get(job_id)
            if job is not None and job.state.finished and not job.card_open:
                return {"state": job.state.value}
            await self.clock.sleep(0.5)

    @contextlib.asynccontextmanager
    async def watching(
        self, query: str = "", *, last_id: str = "", headers: dict[str, str] | None = None
    ) -> AsyncIterator[Stream]:
        sent = {**(headers or {}), **({"Last-Event-ID": last_id} if last_id else {})}
        async with self.client.get(f"{self.server.url}/api/events{query}", headers=sent) as response:
            assert response.status == 200, await response.text()
            assert response.headers["Content-Type"].startswith("text/event-stream")
            yield Stream(response)


@pytest.fixture
async def site(database_file: Path) -> AsyncIterator[Site]:
    """Not open yet: `async with site.open(token=…)`."""
    clock = FakeClock()
    async with (
        open_database(f"sqlite+aiosqlite:///{database_file}") as engine,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client,
    ):
        picture_store = MemoryPictureStore()
        yield Site(
            stores=Stores.over(engine, clock, picture_store),
            clock=clock,
            model=FakeModel(clock),
            picture_store=picture_store,
            client=client,
        )


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Site]:
    """Open on loopback, without a token."""
    async with site.open() as opened:
        yield opened
