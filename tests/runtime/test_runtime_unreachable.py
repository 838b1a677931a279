"""Whoever is in the way is named: the proxy with what it says, the name, the certificate, the system's own word."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.runtime.network import Network
from bot.runtime.unreachable import why
from tests.fakes.certificates import Authority
from tests.fakes.proxy import Proxy


async def reason(network: Network, url: str) -> str:
    async with aiohttp.ClientSession(connector=network.connector()) as session:
        with pytest.raises((aiohttp.ClientError, OSError)) as raised:
            await session.get(url)
    return why(raised.value)


@pytest.mark.parametrize("login", ["", "user:wrong@"])
async def test_a_proxy_that_wants_other_credentials_says_so(login: str) -> None:
    async with Proxy({}, credentials="user:secret-word") as proxy:
        said = await reason(Network(https_proxy=f"http://{login}127.0.0.1:{proxy.port}"), "https://api.example/")
    assert said == "the proxy wants a user and a password, or other ones than HTTPS_PROXY has (407)"


async def test_a_proxy_that_reaches_nobody_and_one_that_is_away() -> None:
    async with Proxy({}) as proxy:
        assert await reason(Network(https_proxy=proxy.url), "https://api.example/") == "the proxy answers 502"
        port = proxy.port
    said = await reason(Network(https_proxy=f"http://user:secret@127.0.0.1:{port}"), "https://api.example/")
    assert said == "the proxy can't be reached: connection refused"
    assert await reason(Network(https_proxy="http://proxy.invalid:1"), "https://api.example/") == (
        "the name proxy.invalid is not known"
    )


async def test_without_a_proxy_the_name_or_the_system_is_named(unused_tcp_port: int) -> None:
    assert await reason(Network(), "https://nobody.invalid/") == "the name nobody.invalid is not known"
    assert await reason(Network(), f"https://127.0.0.1:{unused_tcp_port}/") == "connection refused"


async def test_a_certificate_that_nobody_trusts_is_named(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    runner = web.AppRunner(web.Application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.server("127.0.0.1"))
    await site.start()
    try:
        url = str(URL.build(scheme="https", host="127.0.0.1", port=runner.addresses[0][1]))
        assert "SSL_CERT_FILE can name" in await reason(Network(), url)
    finally:
        await runner.cleanup()


def test_anything_else_is_named_by_its_kind() -> None:
    assert why(TimeoutError()) == "no answer in time"
    assert why(aiohttp.ServerDisconnectedError()) == "ServerDisconnectedError"
    assert why(ssl.SSLError(1, "x")) == "no secure connection comes about"
    assert why(ConnectionResetError(104, "x")) == "connection reset by peer"
    assert why(asyncio.IncompleteReadError(b"", 1)) == "IncompleteReadError"
