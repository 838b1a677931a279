import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from bot.sandbox import RunningSandbox, start

PROMPT = "赛博朋克城市夜景,霓虹灯,雨夜,电影镜头"


@dataclass
class MovedClock:
    now: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Caller:
    """Speaks to a sandbox as the vendor's document says, with nothing of the bot."""

    session: aiohttp.ClientSession
    url: str
    headers: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, body: object, **extra: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.url}{path}", json=body, headers=self.headers, **extra) as response:
            assert response.status == 200
            envelope: dict[str, Any] = await response.json()
        assert set(envelope) == {"trace_id", "code", "msg", "data"}
        return envelope

    async def log_in(self, app_id: str = "app", secret_key: str = "secret") -> dict[str, Any]:  # noqa: S107  # invented
        answer = await self.post("/open/v1/access_token", {"app_id": app_id, "secret_key": secret_key})
        if answer["code"] == 0:
            self.headers = {"access_token": answer["data"]["access_token"]}
        return answer

    async def submit(self, prompt: str = PROMPT, **changes: object) -> dict[str, Any]:
        return await self.post("/open/v1/ai_creation/task/submit", submission(prompt, **changes))

    async def task(self, unique_id: str) -> dict[str, Any]:
        address = f"{self.url}/open/v1/ai_creation/task"
        async with self.session.get(address, params={"unique_id": unique_id}, headers=self.headers) as response:
            assert response.status == 200
            envelope: dict[str, Any] = await response.json()
        return envelope

    async def balance(self) -> dict[str, Any]:
        async with self.session.get(f"{self.url}/open/v1/user_duration", headers=self.headers) as response:
            return dict(await response.json())

    async def page(self, **changes: object) -> dict[str, Any]:
        body = {"unique_ids": [], "type": 3, "page": 1, "page_size": 50} | changes
        return await self.post("/open/v1/ai_creation/task/page", body)

    async def control(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        async with self.session.request(method, f"{self.url}/sandbox/{path}", json=body) as response:
            return response.status, await response.json(content_type=None) if response.status == 200 else None


async def until(condition: Callable[[], object], seconds: float = 3) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is waited for happens in another program, so to speak
            await asyncio.sleep(0.005)


def submission(prompt: str = PROMPT, **changes: object) -> dict[str, object]:
    body: dict[str, object] = {
        "ref_prompt": prompt,
        "creation_type": 3,
        "aspect_ratio": "16:9",
        "clarity": 1024,
        "number_of_images": 1,
        "model_code": "doubao-seedream-3.0-t2i",
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def sandbox(clock: MovedClock) -> AsyncIterator[RunningSandbox]:
    async with await start(clock=clock, qps=0, painting="plain", slow_seconds=0.05) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def caller(sandbox: RunningSandbox, session: aiohttp.ClientSession) -> Caller:
    caller = Caller(session, sandbox.url)
    await caller.log_in()
    return caller
