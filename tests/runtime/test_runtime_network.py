"""One object decides how every connection goes out."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.pictures.store import open_pictures
from bot.runtime.network import DIRECT, Network
from tests.fakes.certificates import Authority
from tests.fakes.proxy import Proxy
from tests.fakes.s3 import FakeS3

WAY = Network(
    http_proxy="http://plain:3128",
    https_proxy="secure:3128",
    no_proxy="internal.net, .dotted.net *.starred.net,10.0.0.0/8,192.0.2.7,ported.net:8443,[fd00::1]",
)


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://vendor.net/", "http://plain:3128"),
        ("ws://vendor.net/", "http://plain:3128"),
        ("https://vendor.net/", "http://secure:3128"),
        ("wss://VENDOR.net/", "http://secure:3128"),
        ("https://internal.net/", None),
        ("https://a.INTERNAL.net/", None),
        ("https://notinternal.net/", "http://secure:3128"),
        ("https://a.dotted.net/", None),
        ("https://a.starred.net/", None),
        ("https://10.1.2.3/", None),
        ("https://11.1.2.3/", "http://secure:3128"),
        ("https://192.0.2.7/", None),
        ("https://[fd00::1]/", None),
        ("https://ported.net:8443/", None),
        ("https://ported.net/", "http://secure:3128"),
        ("https://localhost/", None),
        ("https://a.localhost/", None),
        ("http://127.9.9.9/", None),
        ("http://[::1]/", None),
    ],
)
def test_the_way_to_an_address(url: str, proxy: str | None) -> None:
    assert WAY.proxy(URL(url)) == (None if proxy is None else URL(proxy))
    assert DIRECT.proxy(URL(url)) is None


def test_a_star_is_everything() -> None:
    assert Network(https_proxy="http://p:1", no_proxy="*").proxy(URL("https://a.net/")) is None


@pytest.mark.parametrize("text", ["socks5://p:1", "http://", "://", "http://[::1", "ftp://p"])
def test_a_proxy_that_is_none_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="HTTPS_PROXY"):
        Network(https_proxy=text)


def test_certificates_that_are_none_are_told(tmp_path: Path) -> None:
    for file in (tmp_path / "missing.pem", tmp_path / "wrong.pem"):
        (tmp_path / "wrong.pem").write_text("no certificate")
        with pytest.raises(ValueError, match="SSL_CERT_FILE"):
            Network(cert_file=file)


def test_what_is_told_of_the_way_has_no_password() -> None:
    way = Network(https_proxy="http://ann:very-secret@proxy.net:3128")
    assert way.told(URL("https://a.net/")) == "through the proxy http://proxy.net:3128"
    assert way.told(URL("http://a.net/")) == "directly"
    assert "very-secret" not in repr(way)


def test_libraries_that_read_the_environment_find_what_was_set() -> None:
    with patch.dict(os.environ):
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE"):
            os.environ.pop(name, None)
        os.environ["https_proxy"] = "http://its.own:1"
        WAY.export()
        assert os.environ["HTTP_PROXY"] == "http://plain:3128"
        assert os.environ["NO_PROXY"]
        assert "HTTPS_PROXY" not in os.environ


async def hello(request: web.Request) -> web.StreamResponse:
    if request.path == "/socket":
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(f"heard {message.data}")
        return socket
    return web.Response(text=request.host)


@dataclass
class Net:
    """A plain and a secure server behind a proxy that knows their names."""

    proxy: Proxy
    authority: Authority

    def way(self, **more: str) -> Network:
        return Network(
            **{"http_proxy": self.proxy.url, "https_proxy": self.proxy.url, **more}, cert_file=self.authority.file
        )


@pytest.fixture
async def net(tmp_path: Path) -> AsyncIterator[Net]:
    authority = Authority(tmp_path)
    app = web.Application()
    app.router.add_get("/{path:.*}", hello)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.server("safe.vendor.net")).start()
    plain, secure = (address[1] for address in runner.addresses)
    names = {"open.vendor.net:80": plain, "safe.vendor.net:443": secure}
    async with Proxy(names, credentials="ann:pass") as proxy:
        yield Net(proxy, authority)
    await runner.cleanup()


async def test_requests_and_sockets_go_through_the_proxy_with_the_companys_certificates(net: Net) -> None:
    async with aiohttp.ClientSession(connector=net.way().connector()) as session:
        for scheme, host in {"http": "open.vendor.net", "https": "safe.vendor.net"}.items():
            async with session.get(f"{scheme}://{host}/") as answer:
                assert await answer.text() == host
            async with session.ws_connect(f"{scheme.replace('http', 'ws')}://{host}/socket") as socket:
                await socket.send_str("me")
                assert (await socket.receive_str()) == "heard me"
    assert set(net.proxy.asked) == {"GET open.vendor.net:80", "CONNECT safe.vendor.net:443"}


async def test_without_the_companys_certificate_nothing_secure_is_believed(net: Net) -> None:
    way = Network(https_proxy=net.proxy.url)
    async with aiohttp.ClientSession(connector=way.connector()) as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get("https://safe.vendor.net/")


async def test_this_machine_is_never_asked_for_through_the_proxy(net: Net) -> None:
    port = net.proxy.names["open.vendor.net:80"]
    async with (
        aiohttp.ClientSession(connector=net.way().connector()) as session,
        session.get(f"http://127.0.0.1:{port}/") as answer,
    ):
        assert answer.ok
    assert net.proxy.asked == []


async def test_the_object_store_goes_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeS3() as s3, Proxy({"s3.vendor.net:80": URL(s3.url).port or 0}) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        for name, value in {"ENDPOINT": "http://s3.vendor.net", "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        store = open_pictures("s3://easel/pictures")
        await store.put("job/1.png", b"x")
        assert await store.get("job/1.png") == b"x"
    assert set(proxy.asked) == {"PUT s3.vendor.net:80", "GET s3.vendor.net:80"}


def test_what_is_reached_without_a_proxy_may_be_written_as_an_address() -> None:
    way = Network(https_proxy="http://proxy.example:3128", no_proxy="https://api.example/v1, http://10.0.0.0/8")
    assert way.proxy(URL("https://api.example/x")) is None
    assert way.proxy(URL("https://10.1.2.3/x")) is None
    assert way.proxy(URL("https://other.example/x")) is not None
