"""Where pictures may be fetched from: public addresses over https, and nothing else.

The links come from the provider, but whoever can put one there must not make Easel read the machine's own network
(OWASP, Server Side Request Forgery Prevention). Names are checked while connecting, in the resolver of the very
connection, so that a name can't answer differently for the check and for the use.
"""

from __future__ import annotations

import ipaddress
import socket

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.domain.errors import PictureBroken, PictureUnusable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL = 8192  # characters; signed links have about 1,000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits
_LOCALHOST = "localhost"


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


def checked_url(text: str, *, loopback: bool, base: URL | None = None) -> URL:
    """The URL if it may be fetched, as far as it can be told before its name is resolved; else PictureBroken.

    `base`: where a relative one starts. `loopback`: the provider is on this machine, and so may its pictures be.
    """
    try:
        url = URL(text) if base is None else base.join(URL(text))
    except ValueError:
        raise PictureBroken("the picture's link is no URL") from None
    host = url.host
    if not host or len(text) > LONGEST_URL:
        raise PictureBroken("the picture's link is no URL")
    if url.user is not None or url.password is not None:
        raise PictureUnusable("the picture's link carries credentials")
    if loopback and url.scheme in {"http", "https"} and is_loopback_host(host):
        return url
    address = _literal(host)
    if address is not None and not is_public(address):
        raise PictureUnusable("the picture's link leads to an address that is not public")
    if url.scheme != "https":
        raise PictureUnusable("the picture's link is not https")
    return url


class AddressRefused(OSError):
    """A name leads to an address that is not public."""


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only. With `loopback`, `localhost` keeps its meaning."""

    def __init__(self, *, loopback: bool, inner: AbstractResolver | None = None) -> None:
        self._loopback = loopback
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for result in found:
            address = _literal(result["host"])
            own = self._loopback and host == _LOCALHOST and address is not None and address.is_loopback
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
