"""What the page needs to know before it can listen, and why it may refuse to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from bot.domain.errors import PlatformError

from .proxies import Network


class CannotServe(PlatformError):
    """The page can't be served as it is set up; the message names the setting and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """Where the page listens and who may come in.

    `port` 0 takes a free one. `token` lets guests in, also from beyond this machine. `public_url` is where a reverse
    proxy shows the page to others. `local_secret` lets in whoever runs this Easel; `callback_secret` is the last part
    of the address that the provider may call; `metrics_token` opens the metrics alone. `signing_key` signs cookies and
    picture links, and until `legacy_until` cookies that `token` signed are read.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    token: str | None = field(default=None, repr=False)
    public_url: str | None = None
    local_secret: str = field(repr=False)
    signing_key: str = field(repr=False)
    legacy_until: datetime | None = None
    metrics_token: str | None = field(default=None, repr=False)
    trusted_proxies: tuple[Network, ...] = ()
    callback_secret: str | None = field(default=None, repr=False)
    page: bool = True  # without it there are only the probes, for a process that serves nobody
    most_streams: int = 200  # open pages; each costs a socket and a queue
    most_streams_each: int = 20  # of one person
    most_streams_client: int = 100  # of one address, behind which may be many people
    most_connections: int = 500  # of all kinds; a process often has 1,024 files in all
    most_connections_each: int = 250  # of one address that is no trusted proxy

    @property
    def public(self) -> SplitResult | None:
        return urlsplit(self.public_url) if self.public_url else None

    def check(self) -> None:
        """Raise CannotServe where listening would open the page, and the account behind it, to strangers."""
        if self.token:
            return
        if not is_loopback(self.host):
            raise CannotServe(
                f"WEB_HOST {self.host} lets other machines reach the page: set WEB_TOKEN to a long random text first,"
                " or WEB_HOST to 127.0.0.1."
            )
        if self.public is not None and not is_loopback(self.public.hostname or ""):
            raise CannotServe(
                f"PUBLIC_URL {self.public_url} shows the page to everybody: set WEB_TOKEN to a long random text first."
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can mean itself by this name."""
    return host == "localhost" or is_address(host, loopback=True)


def is_address(host: str, *, loopback: bool = False) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or not loopback
