"""Where pictures may be fetched from: public addresses over https, and the hosts that the operator trusts.

The links come from the provider, but whoever can put one there must not make Easel read the machine's own network
(OWASP, Server Side Request Forgery Prevention). Names are checked while connecting, in the resolver of the very
connection, so that a name can't answer differently for the check and for the use.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.domain.errors import PictureBroken, PictureUnusable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SHOWN = 40  # characters of what is no host
LONGEST_URL = 8192  # characters; signed links have about 1,000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits
_LOCALHOST = "localhost"
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[\w.-]+)(:\d+)?", re.IGNORECASE)
# Names that mean something within one network alone, reserved (RFC 2606, 6762, 8375, 9476) or in use for it.
_LOCAL_DOMAINS = (
    *(".localhost", ".localdomain", ".local", ".internal", ".intranet", ".private", ".corp", ".home", ".lan", ".arpa"),
    *(".docker", ".cluster", ".test", ".invalid", ".example", ".alt", ".onion"),
)


def is_loopback_host(host: str | None) -> bool:
    """Whether this host of a URL is the machine itself, by what is written there."""
    address = _literal(host or "")
    return host == _LOCALHOST or (address is not None and address.is_loopback)


def is_public(address: Address) -> bool:
    """Whether the address is somebody's on the internet, also within those that wrap an IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        # Tunnels are out of use: 6to4 and Teredo addresses can only be meant to hide another one.
        if address.sixtofour is not None or address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


@dataclass(frozen=True, slots=True)
class PictureHosts:
    """Hosts whose pictures are taken in addition to public ones: also over http, and at any address.

    `loopback`: the provider is on this machine, and so may its pictures be. `named`: hosts, with a port or without.
    """

    loopback: bool = False
    named: frozenset[tuple[str, int | None]] = frozenset()

    @classmethod
    def of(cls, api: URL, named: Iterable[str] = ()) -> Self:
        """The host of the API itself, and those that the operator names: `pictures.corp`, `10.0.0.7:9000`.

        ValueError for what is no host.
        """
        hosts: set[tuple[str, int | None]] = {(api.host, None)} if api.host else set()
        for text in named:
            url, port = URL(), None
            with suppress(ValueError):
                url = URL(f"http://{text}")
                port = url.explicit_port
            if not url.host or not _HOST.fullmatch(text):
                given = text.rpartition("@")[2][:_SHOWN]  # what is before it may be a password
                raise ValueError(
                    f"PICTURE_HOSTS: “{given}” is no host; name hosts such as pictures.corp or 10.0.0.7:9000"
                )
            hosts.add((url.host, port))
        return cls(loopback=is_loopback_host(api.host), named=frozenset(hosts))

    def trust(self, url: URL) -> bool:
        host = url.host or ""
        return (self.loopback and is_loopback_host(host)) or bool({(host, None), (host, url.port)} & self.named)

    def trust_name(self, host: str, port: int) -> bool:
        """Whether a name may lead to an address that is not public."""
        return bool({(host, None), (host, port)} & self.named)


PUBLIC_ONLY = PictureHosts()


def checked_url(text: str, *, hosts: PictureHosts, base: URL | None = None) -> URL:
    """The URL if it may be fetched, as far as it can be told before its name is resolved.

    `base`: where a relative one starts. PictureUnusable: the link is none. AddressNotPublic: it leads elsewhere.
    """
    try:
        url = URL(text) if base is None else base.join(URL(text))
    except ValueError:
        raise PictureUnusable("the picture's link is no URL") from None
    host = url.host
    if not host or len(text) > LONGEST_URL:
        raise PictureUnusable("the picture's link is no URL")
    if url.user is not None or url.password is not None:
        raise PictureUnusable("the picture's link carries credentials")
    if hosts.trust(url) and url.scheme in {"http", "https"}:
        return url
    address = _literal(host)
    if address is not None and not is_public(address):
        raise AddressNotPublic("the picture's link leads to an address that is not public", host)
    if url.scheme != "https":
        raise AddressNotPublic("the picture's link is not https", host)
    return url


def check_name(url: URL, hosts: PictureHosts) -> None:
    """For the way through a proxy, which resolves the name where nobody checks it: AddressNotPublic if it may be local.

    What is an address or looks like a name of somebody's own network is refused.
    """
    host = (url.host or "").rstrip(".").lower()
    if not hosts.trust(url) and (_literal(host) is not None or "." not in host or host.endswith(_LOCAL_DOMAINS)):
        raise AddressNotPublic("the picture's link may lead into the proxy's own network", host)


class AddressNotPublic(PictureBroken):
    """The link leads where only an operator can allow it: PICTURE_HOSTS.

    Not PictureUnusable: names and redirects change, and the pictures are paid for, so fresh links are tried as long as
    a broken picture is.
    """

    def __init__(self, detail: str, host: str) -> None:
        super().__init__(detail)
        self.host = host


class AddressRefused(OSError):
    """A name leads to an address that is not public."""


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, but for trusted ones; `localhost` may be what it is."""

    def __init__(self, hosts: PictureHosts, *, inner: AbstractResolver | None = None) -> None:
        self._hosts = hosts
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for result in found:
            address = _literal(result["host"])
            own = self._hosts.loopback and host == _LOCALHOST and address is not None and address.is_loopback
            own = own or self._hosts.trust_name(host, port)
            if address is None or not (own or is_public(address)):
                raise AddressRefused("the picture's host leads to an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])  # without the zone of fe80::1%eth0
    except ValueError:
        return None
