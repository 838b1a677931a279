"""The proxy is one: a client of another kind, urllib's, finds its way through it, and only where it may."""

from __future__ import annotations

import asyncio
import ssl
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from tests.fakes.certificates import Authority
from tests.fakes.proxy import Proxy


async def hello(request: web.Request) -> web.Response:
    return web.Response(text=f"{request.method} {request.path_qs} of {request.host}")


@pytest.fixture
async def ports(tmp_path: Path) -> AsyncIterator[tuple[int, int, Authority]]:
    """A plain and a secure server."""
    authority = Authority(tmp_path)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.server("safe.vendor.net")).start()
    plain, secure = (address[1] for address in runner.addresses)
    yield plain, secure, authority
    await runner.cleanup()


def get(proxy: Proxy, url: str, authority: Authority) -> str:
    handler = urllib.request.ProxyHandler({"http": proxy.url, "https": proxy.url})
    context = ssl.create_default_context(cafile=authority.file)
    opener = urllib.request.build_opener(handler, urllib.request.HTTPSHandler(context=context))
    with opener.open(url, timeout=10) as answer:
        return str(answer.read().decode())


async def test_it_passes_on_what_is_plain_and_what_is_secure(ports: tuple[int, int, Authority]) -> None:
    plain, secure, authority = ports
    async with Proxy({"open.vendor.net:80": plain, "safe.vendor.net:443": secure}) as proxy:
        came = await asyncio.to_thread(get, proxy, "http://open.vendor.net/a?b=c", authority)
        assert came == "GET /a?b=c of open.vendor.net"
        came = await asyncio.to_thread(get, proxy, "https://safe.vendor.net/", authority)
        assert came == "GET / of safe.vendor.net"
        assert proxy.asked == ["GET open.vendor.net:80", "CONNECT safe.vendor.net:443"]


async def test_it_refuses_who_has_no_password_what_is_forbidden_and_what_it_does_not_know(
    ports: tuple[int, int, Authority],
) -> None:
    plain, _, authority = ports
    names = {"open.vendor.net:80": plain, "evil.vendor.net:80": plain}
    async with Proxy(names, credentials="ann:secret", refused=frozenset({"evil.vendor.net"})) as proxy:
        assert "of open" in await asyncio.to_thread(get, proxy, "http://open.vendor.net/", authority)
        for url, status in {"http://evil.vendor.net/": 403, "http://unknown.vendor.net/": 502}.items():
            with pytest.raises(urllib.error.HTTPError) as refused:
                await asyncio.to_thread(get, proxy, url, authority)
            assert refused.value.code == status
            refused.value.close()
        nobody = Proxy(names)
        nobody.port = proxy.port
        with pytest.raises(urllib.error.HTTPError) as refused:
            await asyncio.to_thread(get, nobody, "http://open.vendor.net/", authority)
        assert refused.value.code == 407
        refused.value.close()
