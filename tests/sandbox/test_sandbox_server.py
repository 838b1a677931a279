import asyncio
import io
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

from bot.sandbox import RunningSandbox, SandboxConfig, serve, start

from .conftest import Caller, MovedClock, until


@asynccontextmanager
async def listener(status: int = 200, delay: float = 0) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(await request.json())
        await asyncio.sleep(delay)
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/hear", hear)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hear", heard
    finally:
        await runner.cleanup()


async def test_every_answer_says_that_it_comes_from_a_sandbox(caller: Caller, clock: MovedClock) -> None:
    task_id = (await caller.submit())["data"]
    assert task_id.startswith("sandbox-")
    clock.move(10)
    picture = (await caller.task(task_id))["data"]["output_url"][0]
    for address in (picture, f"{caller.url}/open/v1/ai_creation/task", f"{caller.url}/nothing-here"):
        async with caller.session.get(address) as answer:
            assert answer.headers["Seedream-Sandbox"] == "yes"


async def test_a_callback_is_called_once_when_its_task_ends(caller: Caller, clock: MovedClock) -> None:
    async with listener() as (url, heard):
        unique_id = (await caller.submit(callback=url))["data"]
        await asyncio.sleep(0.12)
        assert heard == []
        clock.move(10)
        await until(lambda: heard)
        await asyncio.sleep(0.12)
    assert [body["unique_id"] for body in heard] == [unique_id]
    assert heard[0]["progress_desc"] == "Success"


async def test_a_callback_of_a_failed_task(caller: Caller, clock: MovedClock) -> None:
    async with listener(status=500) as (url, heard):
        await caller.submit("a cat [[fail]]", callback=url)
        clock.move(10)
        await until(lambda: heard)
    assert heard[0]["progress_desc"] == "Fail"


async def test_callbacks_that_fail_are_logged_without_their_address(
    clock: MovedClock, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        await start(clock=clock, qps=0, callback_timeout=0.05) as sandbox,
        listener(delay=5) as (slow, heard),
    ):
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        await caller.submit(callback=slow)
        await caller.submit(callback="http://127.0.0.1:9/secret")
        clock.move(10)
        await until(lambda: len(caplog.records) == 2 and heard)
        assert (await caller.page())["data"]["total"] == 2
    assert all("callback_failed" in record.message for record in caplog.records)
    assert "secret" not in caplog.text


async def test_closing_does_not_wait_for_callbacks(clock: MovedClock, session: aiohttp.ClientSession) -> None:
    async with listener(delay=5) as (url, heard):
        async with await start(clock=clock, qps=0) as sandbox:
            caller = Caller(session, sandbox.url)
            await caller.log_in()
            await caller.submit(callback=url)
            clock.move(10)
            await until(lambda: heard)
            began = time.monotonic()
        assert time.monotonic() - began < 2


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def picture_urls(caller: Caller, clock: MovedClock, **changes: Any) -> list[str]:
    unique_id = (await caller.submit(changes.pop("prompt", "a lighthouse in a storm"), **changes))["data"]
    clock.move(20)
    urls: list[str] = (await caller.task(unique_id))["data"]["output_url"]
    return urls


async def test_painting_4096_leaves_the_loop_alone(clock: MovedClock, session: aiohttp.ClientSession) -> None:
    async with await start(clock=clock, qps=0) as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        (url,) = await picture_urls(caller, clock, clarity=4096)
        lags: list[float] = []

        async def heartbeat() -> None:
            while True:
                began = time.perf_counter()
                await asyncio.sleep(0.01)
                lags.append(time.perf_counter() - began - 0.01)

        beating = asyncio.create_task(heartbeat())
        async with session.get(url) as response:
            body = await response.read()
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        assert Image.open(io.BytesIO(body)).size == (5120, 2880)
        assert len(lags) > 20, "the loop ran on while the picture was painted"
        assert sorted(lags)[len(lags) // 2] < 0.05


async def test_one_painting_serves_everybody_who_waits(
    clock: MovedClock, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.sandbox import studio

    painted: list[int] = []

    def slowly(prompt: str, index: int, size: tuple[int, int]) -> Image.Image:
        painted.append(index)
        time.sleep(0.05)  # in a painter's thread
        return Image.new("RGB", size)

    monkeypatch.setattr(studio, "paint_plain", slowly)
    async with await start(clock=clock, qps=0, painting="plain") as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        urls = await picture_urls(caller, clock, number_of_images=2)

        async def fetch(url: str) -> bytes:
            async with session.get(url) as response:
                return await response.read()

        impatient = asyncio.create_task(fetch(urls[0]))
        await asyncio.sleep(0.02)
        impatient.cancel()
        bodies = await asyncio.gather(*(fetch(url) for url in urls * 4))
    assert sorted(painted) == [0, 1]
    assert all(body.startswith(b"\x89PNG") for body in bodies)


async def test_a_tiny_picture_has_16_pixels_whatever_was_ordered(
    clock: MovedClock, session: aiohttp.ClientSession
) -> None:
    async with await start(clock=clock, qps=0, painting="tiny") as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        one, other = await picture_urls(caller, clock, number_of_images=2)
        async with session.get(one) as first, session.get(other) as second:
            bodies = await first.read(), await second.read()
    assert bodies[0] != bodies[1]
    for body in bodies:
        with Image.open(io.BytesIO(body)) as picture:
            assert picture.size == (16, 16)


async def test_files_are_bounded_painted_again_and_removed(
    clock: MovedClock, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with await start(clock=clock, qps=0, painting="plain", kept_pictures=3) as sandbox:
        caller = Caller(session, sandbox.url)
        await caller.log_in()
        bodies: dict[str, bytes] = {}
        for number in range(2):
            for url in await picture_urls(caller, clock, prompt=f"cat {number}", number_of_images=4):
                async with session.get(url) as response:
                    bodies[url] = await response.read()
        assert len(files(tmp_path)) == 3
        oldest = next(iter(bodies))
        async with session.get(oldest) as response:
            assert await response.read() == bodies[oldest]
        assert len(set(bodies.values())) == 8
    assert files(tmp_path) == []


async def test_serve_says_where_it_listens_and_runs_until_cancelled(capsys: pytest.CaptureFixture[str]) -> None:
    task = asyncio.create_task(serve("127.0.0.1", 0, SandboxConfig()))
    out = ""
    async with asyncio.timeout(5):
        while "http://127.0.0.1:" not in out:
            await asyncio.sleep(0.01)
            out += capsys.readouterr().out
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_taken_port_is_an_os_error(
    sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(OSError, match="address already in use"):
        await start(port=int(sandbox.url.rsplit(":", 1)[1]))
    assert files(tmp_path) == []


def test_configuration_from_the_environment() -> None:
    config = SandboxConfig.from_environment(
        {
            "SANDBOX_SPEED": "40",
            "SANDBOX_QPS": "0",
            "SANDBOX_FAULTS": "40001:0.2, lost_submit:0.1",
            "SANDBOX_REPLACE_TOKENS": "no",
            "SANDBOX_PAINTING": "plain",
            "SANDBOX_PUBLIC_URL": "http://sandbox:8090/",
            "SANDBOX_SEED": "",
            "PATH": "/bin",
        }
    )
    assert (config.speed, config.qps, config.replace_tokens, config.painting) == (40, 0, False, "plain")
    assert SandboxConfig.from_environment({"SANDBOX_DRAWING": "25-33"}).drawing == (25, 33)
    assert config.faults == {"40001": 0.2, "lost_submit": 0.1}
    assert config.public_url == "http://sandbox:8090"
    assert config.seed == SandboxConfig().seed


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SANDBOX_SPEED", "fast"),
        ("SANDBOX_SPEED", "nan"),
        ("SANDBOX_SPEED", "0"),
        ("SANDBOX_DRAWING", "33-25"),
        ("SANDBOX_DRAWING", "0"),
        ("SANDBOX_DRAWING", "25-"),
        ("SANDBOX_QPS", "-1"),
        ("SANDBOX_QPS", "1.5"),
        ("SANDBOX_FAULTS", "nonsense:0.5"),
        ("SANDBOX_FAULTS", "slow:7"),
        ("SANDBOX_FAULTS", "slow"),
        ("SANDBOX_REPLACE_TOKENS", "maybe"),
        ("SANDBOX_PAINTING", "oil"),
        ("SANDBOX_PUBLIC_URL", "sandbox:8090"),
        ("SANDBOX_KEPT_PICTURES", "0"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str) -> None:
    with pytest.raises(ValueError, match=rf"^{variable} is '{value}'; it must be .+\.$"):
        SandboxConfig.from_environment({variable: value})
