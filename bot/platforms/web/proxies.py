"""Which client a request comes from, and what it asked for, where a reverse proxy stands between.

Anybody can send X-Forwarded-* headers, so they are believed only from TRUSTED_PROXIES, and without that setting from
nobody. A client may add entries of its own in front of the proxies', so the list is read from its end.
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For#security_and_privacy_concerns
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import structlog
from aiohttp import web

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_log = structlog.get_logger(__name__)

# An IPv6 customer has at least so much: counting single addresses of it would count nothing.
_CLIENT_BITS = 64
_MOST_HOPS = 20


class TrustedProxies:
    def __init__(self, networks: Sequence[Network] = ()) -> None:
        self._networks = tuple(networks)
        self._warned = False

    def client(self, request: web.Request) -> str:
        """The client's address, of IPv6 its /64; what is counted where something is bounded per client."""
        address = _address(request.remote or "")
        if address is None:
            return request.remote or ""
        if self._trusts(address):
            address = self._forwarded_for(request) or address
        elif not self._warned and "X-Forwarded-For" in request.headers:
            self._warned = True
            _log.warning("proxy_not_trusted", action="web", peer=str(address), setting="TRUSTED_PROXIES")
        return client_key(address)

    def is_trusted(self, peer: str) -> bool:
        """Whether this end of a connection is a proxy of the operator's."""
        address = _address(peer)
        return address is not None and self._trusts(address)

    def scheme(self, request: web.Request) -> str:
        """Http or https, as the browser sees it."""
        said = self._said(request, "X-Forwarded-Proto").lower()
        return said if said in {"http", "https"} else request.scheme

    def host(self, request: web.Request) -> str:
        """The Host that the browser asked for."""
        return self._said(request, "X-Forwarded-Host") or request.host

    def _said(self, request: web.Request, header: str) -> str:
        """The nearest proxy's word."""
        if not self.is_trusted(request.remote or ""):
            return ""
        return ",".join(request.headers.getall(header, ())).rpartition(",")[2].strip()

    def _forwarded_for(self, request: web.Request) -> Address | None:
        """The last address of the list that is not a trusted proxy's."""
        hops = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
        found: Address | None = None
        for hop in reversed(hops[-_MOST_HOPS:]):
            address = _address(hop.strip())
            if address is None:
                break
            found = address
            if not self._trusts(address):
                break
        return found

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def client_key(address: Address) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _CLIENT_BITS), strict=False))
    return str(address)


def _address(text: str) -> Address | None:
    """`192.0.2.1`, `2001:db8::1`, each also with a port; an IPv4 address mapped into IPv6 is itself."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
