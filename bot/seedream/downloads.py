"""Fetching the pictures behind the provider's links, from addresses and in sizes that are safe."""

from __future__ import annotations

import asyncio
import errno
import io
from functools import partial
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.domain.errors import ModelUnavailable, PictureBroken, PictureUnusable
from bot.domain.ports import Make, ModelPicture
from bot.runtime.network import DIRECT, Network
from bot.runtime.quiet_threads import QuietThreads

from .addresses import (
    PUBLIC_ONLY,
    AddressNotPublic,
    AddressRefused,
    PictureHosts,
    PublicResolver,
    check_name,
    checked_url,
)
from .decode import decoded

# All in seconds.
CONNECT = 5.0
# Between two pieces: a file host that sends nothing for so long has lost us.
READ = 20.0
# One picture with all its redirects: 40 MiB over 5 Mbit/s take 67 s.
TOTAL = 90.0
TIMEOUT = aiohttp.ClientTimeout(total=TOTAL, connect=CONNECT, sock_connect=CONNECT, sock_read=READ)

# Bytes. Four times a PNG of 4096 x 4096 as such models make them; what is announced is not believed, what comes counts.
LARGEST_FILE = 40 * 1024 * 1024
MOST_REDIRECTS = 3
# Pictures under way at once, each of which is held whole in memory.
DOWNLOADS_AT_ONCE = 4
# A picture of 50 megapixels takes 200 MB while it is decoded.
DECODES_AT_ONCE = 2

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# 408, 425, 429: "not now"; the rest of 4xx is about the link.
_PASSING = frozenset({408, 425, 429})
_OK, _SERVER_ERRORS = 200, 500


class Downloads:
    """Fetches pictures over connections of its own, whose resolver refuses addresses that are not public.

    Through a proxy, which resolves by itself, names that may be local are refused. `hosts`: the exceptions.
    """

    def __init__(
        self,
        *,
        hosts: PictureHosts = PUBLIC_ONLY,
        network: Network = DIRECT,
        resolver: AbstractResolver | None = None,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        largest: int = LARGEST_FILE,
    ) -> None:
        self._hosts = hosts
        self._network = network
        self._largest = largest
        self._slots = asyncio.Semaphore(DOWNLOADS_AT_ONCE)
        self._decoders = QuietThreads(DECODES_AT_ONCE, name="downloads")
        self._timeout = timeout
        how: dict[str, Any] = {
            "cookie_jar": aiohttp.DummyCookieJar(),
            "timeout": timeout,
            # Plain bytes: pictures are packed already, and a packed answer could unfold without end.
            "headers": {"Accept": "image/png, image/jpeg, image/webp, image/*;q=0.5", "Accept-Encoding": "identity"},
        }
        checked = PublicResolver(hosts, inner=resolver)
        self._direct = aiohttp.ClientSession(connector=network.connector(resolver=checked), **how)
        self._proxied = aiohttp.ClientSession(connector=network.connector(), **how)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._direct.close()
        await self._proxied.close()

    async def fetch(self, url: str, make: Make | None = None) -> ModelPicture:
        """One picture, checked to the last pixel; `make` is given those pixels.

        PictureBroken: these bytes or this link will not get better. That includes 403, 404 and 410: links are
        short-lived, so ask the task for fresh ones and fetch those. PictureUnusable: fresh links will not help either.
        ModelUnavailable: the same link may work later.
        """
        async with self._slots:
            data = await self._fetch(checked_url(url, hosts=self._hosts))
            return await self._decoders.run(partial(decoded, data, make))

    async def _fetch(self, url: URL) -> bytes:
        if self._direct.closed:
            raise ModelUnavailable("the connections for pictures are closed")
        # `from None`: the errors hold the link, and a signed link is a secret.
        try:
            async with asyncio.timeout(self._timeout.total):
                return await self._follow(url)
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressRefused):
                raise AddressNotPublic(str(error.os_error), url.host or "") from None
            reason = errno.errorcode.get(error.os_error.errno or 0, type(error).__name__)
            raise ModelUnavailable(f"no connection to the picture's host ({reason})") from None
        except aiohttp.InvalidURL:
            raise PictureBroken("the picture's link is no URL") from None
        except (aiohttp.ClientError, OSError, TimeoutError, EOFError) as error:
            raise ModelUnavailable(f"the picture did not arrive ({type(error).__name__})") from None

    async def _follow(self, url: URL) -> bytes:
        seen: set[URL] = set()
        for _ in range(MOST_REDIRECTS + 1):
            if url in seen:
                raise PictureUnusable("the picture's link is redirected to itself")
            seen.add(url)
            proxied = self._network.proxy(url) is not None
            if proxied:
                check_name(url, self._hosts)
            async with (self._proxied if proxied else self._direct).get(url, allow_redirects=False) as response:
                target = response.headers.get("Location")
                if response.status not in _REDIRECTS or target is None:
                    return await self._body(response)
            url = checked_url(target, hosts=self._hosts, base=url)
        raise PictureUnusable(f"the picture's link was redirected more than {MOST_REDIRECTS} times")

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        status = response.status
        if status >= _SERVER_ERRORS or status in _PASSING:
            raise ModelUnavailable(f"the picture's host answered HTTP {status}")
        if status != _OK:
            raise PictureBroken(f"the picture's host answered HTTP {status}")
        received = io.BytesIO()  # which hands out its bytes without a copy
        async for chunk in response.content.iter_any():
            received.write(chunk)
            if received.tell() > self._largest:
                raise PictureUnusable(f"the picture has more than {self._largest} bytes")
        return received.getvalue()
