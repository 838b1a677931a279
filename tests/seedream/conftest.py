from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import aiohttp
import pytest

from bot.seedream.addresses import PictureHosts
from bot.seedream.api import API_TIMEOUT, Api
from bot.seedream.circuit import Circuit
from bot.seedream.client import SeedreamClient
from bot.seedream.downloads import Downloads
from bot.seedream.limiter import Limiter
from bot.seedream.token import AccountToken, FixedToken, TokenSource
from tests.fakes.clock import FakeClock
from tests.seedream.scripted_provider import Provider

T = TypeVar("T")
APP_ID, SECRET = "app-1", "sesame-open"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Provider() as provider:
        yield provider
        assert provider.unexpected == []


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Bench:
    """A client on the scripted provider, and its parts."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        clock: FakeClock,
        downloads: Downloads,
        *,
        timeout: aiohttp.ClientTimeout = API_TIMEOUT,
        fixed_token: str = "",
        qps: float = 5,
    ) -> None:
        self.clock = clock
        self.limiter = Limiter(clock=clock, qps=qps)
        self.circuit = Circuit(clock=clock, limiter=self.limiter)
        self.api = Api(session, base_url, clock=clock, circuit=self.circuit, timeout=timeout)
        self.tokens: TokenSource = (
            FixedToken(fixed_token)
            if fixed_token
            else AccountToken(api=self.api, circuit=self.circuit, clock=clock, app_id=APP_ID, secret_key=SECRET)
        )
        self.client = SeedreamClient(
            api=self.api, tokens=self.tokens, circuit=self.circuit, clock=clock, downloads=downloads
        )
        self.saved = 0

    async def run(self, awaitable: Awaitable[T]) -> T:
        return await self.clock.until(awaitable)

    async def before(self) -> None:
        self.saved += 1


MakeBench = Callable[..., Bench]


@pytest.fixture
async def make_bench(provider: Provider, session: aiohttp.ClientSession, clock: FakeClock) -> AsyncIterator[MakeBench]:
    benches: list[Bench] = []
    async with Downloads(hosts=PictureHosts(loopback=True)) as downloads:

        def make(base_url: str = "", **parts: object) -> Bench:
            bench = Bench(session, base_url or provider.url, clock, downloads, **parts)  # type: ignore[arg-type]  # by name
            benches.append(bench)
            return bench

        yield make
        for bench in benches:
            await bench.tokens.aclose()
            await bench.circuit.aclose()


@pytest.fixture
async def bench(make_bench: MakeBench) -> Bench:
    return make_bench()
