from __future__ import annotations

import asyncio
import json

import pytest

from tests.web.conftest import CALLBACK_SECRET, LOCAL_SECRET, Site

CALLBACK = f"/seedream/callback/{CALLBACK_SECRET}"


async def test_alive_and_ready(page: Site) -> None:
    assert (await page.get("/healthz"))[0] == 200
    status, answer = await page.get("/readyz")
    assert (status, answer["ready"]) == (200, True)


async def test_the_page_says_that_a_sandbox_draws(page: Site) -> None:
    assert (await page.get("/api/session"))[1]["sandbox"] is False
    page.model.sandbox = True
    assert (await page.get("/api/session"))[1]["sandbox"] is True


async def test_not_ready_says_what_is_missing(page: Site) -> None:
    page.ready = False
    status, answer = await page.get("/readyz")
    assert (status, answer["ready"], answer["checks"]) == (503, False, {"database": False})
    assert (await page.get("/healthz"))[0] == 200


async def test_draining_is_not_ready(page: Site) -> None:
    await page.dispatcher.stop()
    status, answer = await page.get("/readyz")
    assert (status, answer["draining"]) == (503, True)


async def test_metrics_are_prometheus_text(page: Site) -> None:
    async with page.client.get(f"{page.server.url}/metrics") as response:
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert await response.text() == "easel_jobs 1\n"


async def test_with_a_token_metrics_need_it(site: Site) -> None:
    async with site.open(token="a token") as page:
        assert (await page.get("/metrics"))[0] == 401
        for bearer in ("a token", LOCAL_SECRET):
            headers = {"Authorization": f"Bearer {bearer}", "Host": "easel:8080"}
            async with page.client.get(f"{page.server.url}/metrics", headers=headers) as response:
                assert response.status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"unique_id": "task-7"},
        {"code": 0, "data": {"unique_id": "task-7", "progress_desc": "Success"}},
        {"data": {"task": {"unique_id": "task-7"}}},
    ],
)
async def test_the_provider_s_hint_is_passed_on(page: Site, body: object) -> None:
    headers = {"Host": "whatever.example", "Content-Type": "application/octet-stream"}
    async with page.client.post(f"{page.server.url}{CALLBACK}", data=json.dumps(body), headers=headers) as response:
        assert response.status == 200
    assert page.nudges == ["task-7"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"null",
        b'{"unique_id": 7}',
        b'{"unique_id": "../x"}',
        b'{"unique_id": ""}',
        b'{"unique_id": "' + b"x" * 101 + b'"}',
        b"[" * 60_000,
        b"x" * 200_000,
    ],
)
async def test_nonsense_from_the_provider_is_taken_and_forgotten(page: Site, body: bytes) -> None:
    async with page.client.post(f"{page.server.url}{CALLBACK}", data=body) as response:
        assert response.status == 200
    assert page.nudges == []


@pytest.mark.parametrize("secret", ["x", CALLBACK_SECRET[:-1], f"{CALLBACK_SECRET}x", "%C3%A9", "%ff"])
async def test_a_wrong_secret_is_an_address_that_is_not_there(page: Site, secret: str) -> None:
    status, answer = await page.post(f"/seedream/callback/{secret}", {"unique_id": "task-7"})
    assert (status, answer["error"]["code"]) == (404, "not-found")
    assert page.nudges == []


async def test_without_a_public_address_there_is_no_callback(site: Site) -> None:
    async with site.open(callback_secret=None) as page:
        for secret in ("None", ""):
            assert (await page.post(f"/seedream/callback/{secret}"))[0] == 404


async def test_a_callback_that_does_not_end_is_answered_all_the_same(
    page: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.web.probes.CALLBACK_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", page.server.port)
    writer.write(f"POST {CALLBACK} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
    async with asyncio.timeout(5):
        assert b" 200 " in await reader.readline()
    writer.close()
    await writer.wait_closed()
