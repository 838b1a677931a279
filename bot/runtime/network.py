"""How every network connection is made: straight, or through the proxy that HTTP_PROXY and its like name.

One object decides for the provider, its pictures, Discord, Slack and the object store. Its connector takes each request
the right way, WebSockets too, so that no library has to know of proxies.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import aiohttp
from aiohttp import ClientTimeout, hdrs
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

_SECURE = frozenset({"https", "wss"})
_EVERYTHING = "*"


@dataclass(frozen=True)
class Network:
    """The proxies for plain and for secure addresses, what is reached without them, and a file of further CAs.

    ValueError, naming the setting, for a proxy that is no http(s) address or a file without certificates.
    """

    http_proxy: str = field(default="", repr=False)  # they may carry a password
    https_proxy: str = field(default="", repr=False)
    no_proxy: str = ""
    cert_file: Path | None = None

    def __post_init__(self) -> None:
        self._proxies  # noqa: B018 - read now, so that a wrong one is told at the start
        self.tls  # noqa: B018

    def proxy(self, url: URL) -> URL | None:
        """The proxy on the way to this address; None: there is none. This machine is never behind one."""
        host = (url.host or "").lower()
        if not host or _is_this_machine(host) or any(_covers(entry, host, url.port) for entry in self._exceptions):
            return None
        return self._proxies[url.scheme in _SECURE]

    def told(self, url: URL) -> str:
        """The way in words, without the proxy's password."""
        proxy = self.proxy(url)
        return "directly" if proxy is None else f"through the proxy {proxy.origin()}"

    @cached_property
    def tls(self) -> ssl.SSLContext | Literal[True]:
        """Trusts what the system trusts, and the certificates in the file. True: aiohttp's own does, made already."""
        return True if self.cert_file is None else _trusting(self.cert_file)

    def connector(self, **how: Any) -> aiohttp.TCPConnector:
        """For an aiohttp session, made within the running loop; `how` is aiohttp's."""
        return _Connector(self, **how)

    def export(self) -> None:
        """Let libraries that read the environment, the object store's, find what was set in `.env`."""
        values = {"HTTP_PROXY": self.http_proxy, "HTTPS_PROXY": self.https_proxy, "NO_PROXY": self.no_proxy}
        values["SSL_CERT_FILE"] = str(self.cert_file or "")
        for name, value in values.items():
            if value and not os.environ.get(name) and not os.environ.get(name.lower()):
                os.environ[name] = value

    @cached_property
    def _proxies(self) -> dict[bool, URL | None]:
        return {False: _proxy("HTTP_PROXY", self.http_proxy), True: _proxy("HTTPS_PROXY", self.https_proxy)}

    @cached_property
    def _exceptions(self) -> list[str]:
        parts = (
            part.rpartition("://")[2].partition("/") for part in self.no_proxy.lower().replace(" ", ",").split(",")
        )
        return [host + (slash + bits if bits.isdecimal() else "") for host, slash, bits in parts if host]


@cache
def _trusting(cert_file: Path) -> ssl.SSLContext:
    """Made once: reading the certificates takes as long as some libraries."""
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cert_file)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"SSL_CERT_FILE: {cert_file} can't be read as certificates in PEM ({error})") from None
    return context


class _Connector(aiohttp.TCPConnector):
    def __init__(self, network: Network, **how: Any) -> None:
        super().__init__(ssl=network.tls, **how)
        self._network = network

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109 - aiohttp's own
    ) -> Connection:
        if req.proxy is None and (proxy := self._network.proxy(req.url)) is not None:
            # The password stays out of the address, which errors quote. aiohttp makes `Proxy-Authorization` of it.
            login = aiohttp.encode_basic_auth(proxy.user, proxy.password or "") if proxy.user else ""
            req.update_proxy(proxy.with_user(None), None, {hdrs.AUTHORIZATION: login} if login else None)
        return await super().connect(req, traces, timeout)


def _proxy(name: str, text: str) -> URL | None:
    if not text:
        return None
    try:
        url = URL(text if "://" in text else f"http://{text}")
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host:
        kind, separator, _ = text.partition("://")
        given = f", not of one by {kind}" if separator and kind.isalnum() and kind not in {"http", "https"} else ""
        raise ValueError(f"{name}: must be the address of an HTTP proxy, such as http://proxy.example.com:3128{given}")
    return url


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of NO_PROXY names the host: `*`, a name with all below it, an address or a network."""
    if entry == _EVERYTHING:
        return True
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal() and name.count(":") == 0:
        if port != int(number):
            return False
        entry = name
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        name = entry.removeprefix("*").removeprefix(".")
        return host == name or host.endswith(f".{name}")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


DIRECT = Network()
