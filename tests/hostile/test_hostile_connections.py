"""Slow, silent, greedy and broken clients of the page: each loses its place, and nobody else's."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import json
import logging
import os
import resource
import socket

import aiohttp
import pytest
from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock
from tests.journeys.programs import until
from tests.web.conftest import LOCAL_SECRET, Site

TIMEOUT = 30.0  # seconds, for a busy machine


async def opened(page: Site, sent: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", page.server.port)
    writer.write(sent)
    await writer.drain()
    return reader, writer


def get(page: Site, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost:{page.server.port}\r\n\r\n".encode()


def post(page: Site, path: str, rest: bytes) -> bytes:
    """`rest`: the last headers and the body."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost:{page.server.port}\r\nContent-Type: application/json\r\n"
    return head.encode() + rest


@pytest.mark.parametrize("head", [b"", b"G", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: 1\r\n"])
async def test_a_head_that_does_not_end_is_not_awaited_for_ever(
    page: Site, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr("bot.platforms.web.entrance.HEAD_SECONDS", 0.05)
    reader, writer = await opened(page, head)
    async with asyncio.timeout(TIMEOUT):
        assert await reader.read() == b""
    writer.close()
    assert (await page.get("/healthz"))[0] == 200


async def test_a_head_in_pieces_is_still_a_head(page: Site) -> None:
    reader, writer = await opened(page)
    for byte in get(page, "/healthz"):
        writer.write(bytes([byte]))
        await writer.drain()
    async with asyncio.timeout(TIMEOUT):
        assert b" 200 " in await reader.readline()
    writer.close()


async def test_an_answer_that_nobody_reads_is_dropped(page: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.web.entrance.LOOK_SECONDS", 0.05)
    job = await page.ask("a fox")
    await page.finished(job["id"])
    found = await page.store.get(job["id"])
    assert found is not None
    large = b"x" * 20_000_000

    async def labelled(*_: object, **__: object) -> bytes:
        return large

    files = next(one for one in page.server._routes if one.path.startswith("/pictures")).handler.__self__  # type: ignore[union-attr]
    monkeypatch.setattr(files._pictures, "labelled", labelled)
    runner = page.server._runner
    assert runner is not None
    server = runner.server
    assert server is not None

    def unread() -> bool:
        return any(one.transport is not None and one.transport.get_write_buffer_size() for one in server.connections)

    sleeper = socket.create_connection(("127.0.0.1", page.server.port))
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await asyncio.to_thread(sleeper.sendall, get(page, f"/pictures/{job['id']}/1"))
    await until(unread, within=TIMEOUT, what="an answer that is not read")
    await until(lambda: not unread(), within=TIMEOUT, what="its end")
    sleeper.close()
    async with page.client.get(f"{page.server.url}/pictures/{job['id']}/1") as response:
        assert len(await response.read()) == len(large)  # who reads gets all of it


@pytest.mark.parametrize(
    "nonsense",
    [
        b"NONSENSE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /?key=hunter2&" + b"x" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nAuthorization: Bearer hunter2" + b"x" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(500)) + b"\r\n",
        b"POST /api/commands HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"POST /api/commands HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ],
)
async def test_what_is_no_http_is_refused_in_a_sentence_and_stays_out_of_the_log(
    page: Site, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], nonsense: bytes
) -> None:
    caplog.set_level(logging.INFO)
    reader, writer = await opened(page, nonsense)
    async with asyncio.timeout(TIMEOUT):
        answer = await reader.read()
    writer.close()
    status = int(answer.split(b" ", 2)[1])
    assert 400 <= status < 500
    assert b"aiohttp" not in answer
    assert b"hunter2" not in answer
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"nosniff" in head
    assert json.loads(body)["error"]["message"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "hunter2" not in capsys.readouterr().out + caplog.text
    assert (await page.get("/healthz"))[0] == 200


async def test_one_reader_has_so_many_streams_and_others_have_theirs(site: Site) -> None:
    token = "a long random text of the operator"
    async with site.open(token=token, most_streams_each=2) as page:
        await page.sign_in(token)
        async with page.watching() as first, page.watching():
            await first.next("reset")
            status, answer = await page.get("/api/events")
            assert (status, answer["error"]["code"]) == (503, "too-many-pages")
            bearer = {"Authorization": f"Bearer {token}"}
            async with page.watching(headers=bearer) as other:
                await other.next("reset")
        await until(lambda: not page.hub.watchers, within=TIMEOUT, what="the end of the streams")
        async with page.watching() as again:
            await again.next("reset")


async def test_terminals_of_this_machine_are_not_counted_as_one(site: Site) -> None:
    terminal = {"Authorization": f"Bearer {LOCAL_SECRET}", "X-Easel-Platform": "terminal"}
    async with (
        site.open(most_streams_each=1) as page,
        page.watching(headers=terminal) as first,
        page.watching(headers=terminal) as second,
    ):
        await first.next("reset")
        await second.next("reset")


async def test_thousands_of_open_streams_are_refused_politely(page: Site) -> None:
    """Both ends are here, so two files for each. `make chaos` opens 10,000."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = int(os.environ.get("EASEL_STREAMS", "1000"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 2 * count + 500)), hard))
    streaming: list[asyncio.StreamWriter] = []
    refused = 0
    asked = get(page, "/api/events")

    async def connect() -> None:
        nonlocal refused
        reader, writer = await opened(page, asked)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " in head.split(b"\r\n")[0]:
            streaming.append(writer)
            return
        assert b" 503 " in head.split(b"\r\n")[0]
        assert b"Retry-After: 30" in head
        body = await reader.read()  # to the end: we are let go at once
        assert json.loads(body)["error"]["message"] == "Too many pages are open at once."
        refused += 1
        writer.close()

    async with asyncio.timeout(120):
        for _ in range(0, count, 100):
            await asyncio.gather(*(connect() for _ in range(100)))
    assert (len(streaming), refused) == (20, count - 20)
    async with page.client.get(f"{page.server.url}/readyz") as response:  # nobody else has lost anything
        assert response.status == 200
    for writer in streaming:
        writer.transport.abort()


@pytest.mark.parametrize(
    "body",
    [b"Content-Length: 50000\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"],
    ids=["counted", "chunked"],
)
async def test_who_leaves_in_the_middle_of_a_body_is_no_error_of_ours(page: Site, body: bytes) -> None:
    with capture_logs() as logs:
        for _ in range(5):
            _, writer = await opened(page, post(page, "/api/session", body))
            await asyncio.sleep(0.05)  # the handler waits for the rest
            writer.transport.abort()
        await until(lambda: not page.server._entrance._inside, within=TIMEOUT, what="an end")  # type: ignore[union-attr]
        assert await healthy(page) == 200
    assert [log for log in logs if log["log_level"] in {"error", "critical"}] == []


@pytest.mark.parametrize("kind", ["gzip", "deflate", "br", "zstd"])
async def test_a_compressed_body_is_not_unpacked(page: Site, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    for body in (b"garbage", gzip.compress(b'{"token": "%s"}' % (b"a" * 10_000_000))):
        headers = {"Content-Encoding": kind, "Content-Type": "application/json"}
        with capture_logs() as logs:
            async with page.client.post(f"{page.server.url}/api/session", data=body, headers=headers) as answer:
                assert (answer.status, (await answer.json())["error"]["code"]) in {
                    (400, "bad-json"),
                    (400, "bad-request"),
                }
        assert [log for log in logs if log["log_level"] in {"error", "critical"}] == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def streaming(page: Site, *, headers: str = "") -> asyncio.StreamWriter:
    """A connection with a whole request, whose answer goes on."""
    asked = get(page, "/api/events").removesuffix(b"\r\n") + headers.encode() + b"\r\n"
    reader, writer = await opened(page, asked)
    async with asyncio.timeout(TIMEOUT):
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"\n\n")
    assert b" 200 " in head.split(b"\r\n")[0], head
    return writer


async def healthy(page: Site) -> int:
    async with aiohttp.ClientSession() as client, client.get(f"{page.server.url}/healthz") as response:
        return response.status


async def test_more_connections_than_there_is_room_for_hear_so(site: Site) -> None:
    async with site.open(most_connections=5) as page:
        held = [await streaming(page) for _ in range(5)]
        reader, writer = await opened(page, get(page, "/healthz"))
        async with asyncio.timeout(TIMEOUT):
            answer = await reader.read()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert json.loads(body)["error"]["message"] == "Too many pages are open at once."
        writer.close()
        for one in held:
            one.transport.abort()
        await until(lambda: not page.server._entrance._inside, within=TIMEOUT, what="room")  # type: ignore[union-attr]
        assert await healthy(page) == 200


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", b"POST /api/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"]
)
async def test_idle_connections_keep_nobody_out(site: Site, sent: bytes) -> None:
    """Whatever an orchestrator asks is answered, though there are more silent connections than there is room for."""
    async with site.open(most_connections=10, most_connections_each=10) as page:
        held = [await opened(page, sent) for _ in range(30)]
        stream = await streaming(page)
        held += [await opened(page, sent) for _ in range(30)]
        assert await healthy(page) == 200
        assert not stream.is_closing()
        assert len(page.server._entrance._inside) <= 10  # type: ignore[union-attr]
        for _, one in held:
            one.close()
        stream.transport.abort()


async def test_a_connection_between_two_requests_yields_after_those_without_any(site: Site) -> None:
    async with site.open(most_connections=3) as page:
        reader, writer = await opened(page, get(page, "/healthz"))
        async with asyncio.timeout(TIMEOUT):
            await reader.readuntil(b"\r\n\r\n")
        silent = [await opened(page) for _ in range(5)]
        writer.write(get(page, "/healthz"))
        async with asyncio.timeout(TIMEOUT):
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
        for _, one in (*silent, (reader, writer)):
            one.close()


async def test_one_address_does_not_take_all_connections(site: Site) -> None:
    async with site.open(most_connections=10, most_connections_each=4) as page:
        held = [await streaming(page) for _ in range(4)]
        _, refused = await opened(page)
        assert await healthy(page) == 503
        for one in (*held, refused):
            one.transport.abort()


async def test_the_clients_behind_a_trusted_proxy_are_bounded_each(site: Site) -> None:
    """Their streams are; their connections are the proxy's."""
    proxies = (ipaddress.ip_network("127.0.0.1"),)
    token = "a long random text of the operator"
    bounds = {"most_connections_each": 1, "most_streams_client": 2, "trusted_proxies": proxies}
    async with site.open(token=token, **bounds) as page:  # type: ignore[arg-type]
        held = []
        for client in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
            await page.sign_in(token)
            cookie = next(one.value for one in page.client.cookie_jar)
            page.client.cookie_jar.clear()
            held.append(await streaming(page, headers=f"X-Forwarded-For: {client}\r\nCookie: easel={cookie}\r\n"))
        bearer = {"Authorization": f"Bearer {token}"}
        status, answer = await page.get("/api/events", headers=bearer | {"X-Forwarded-For": "192.0.2.1"})
        assert (status, answer["error"]["code"]) == (503, "too-many-pages")
        for one in held:
            one.transport.abort()


async def test_a_body_for_slack_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from aiohttp import web
    from aiohttp.test_utils import TestServer

    from bot.platforms.slack.http import HttpEvents

    monkeypatch.setattr("bot.platforms.slack.http.BODY_SECONDS", 0.05)
    app = web.Application()
    app.add_routes(HttpEvents(signing_secret="s", clock=FakeClock()).routes())
    async with TestServer(app) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        async with asyncio.timeout(TIMEOUT):
            assert b" 408 " in await reader.readline()
        writer.close()
