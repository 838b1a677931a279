"""Puts the room together: one client for one account, with its connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
from yarl import URL

from bot.domain.ports import Clock
from bot.runtime.network import DIRECT, Network

from .addresses import PictureHosts
from .api import API_TIMEOUT, Api, Observe, nobody_watches
from .circuit import Circuit
from .client import SeedreamClient
from .downloads import Downloads
from .limiter import Limiter
from .token import AccountToken, FixedToken, SharedTokenStore, TokenSource

# Seconds. Shorter than any server keeps an idle connection: a submit sent into one that just closed is a lost submit.
KEEP_ALIVE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The credentials: a fixed access token, or an app id with its secret key. Their values are in no repr."""

    app_id: str = ""
    secret_key: str = ""
    access_token: str = ""

    def __post_init__(self) -> None:
        if not self.access_token and not (self.app_id and self.secret_key):
            raise ValueError("an account is an access token, or an app id and a secret key")

    def __repr__(self) -> str:
        return "Account(fixed token)" if self.access_token else "Account(app id and secret key)"


@asynccontextmanager
async def open_seedream(
    *,
    base_url: str,
    account: Account,
    qps: float,
    clock: Clock,
    observe: Observe = nobody_watches,
    shared_store: SharedTokenStore | None = None,
    network: Network = DIRECT,
    picture_hosts: Iterable[str] = (),
    sandbox: bool | None = None,
) -> AsyncIterator[SeedreamClient]:
    """The client of this account at `base_url`, at most `qps` calls a second, until the block ends.

    `observe` is told of every call to the API: its name, code and seconds. `shared_store`: where processes that share
    the account keep its token. `network`: the way out. `picture_hosts`: private hosts that pictures may come
    from; public hosts and the API's own need no entry. `sandbox`: what is known of the provider before it answers.

    ValueError for a base URL, account, rate or host that can't be meant.
    """
    circuit = Circuit(clock=clock, limiter=Limiter(clock=clock, qps=qps))
    hosts = PictureHosts.of(URL(base_url), picture_hosts)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(
                connector=network.connector(keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=API_TIMEOUT,
                headers={"User-Agent": "Easel"},
            )
        )
        api = Api(session, base_url, clock=clock, circuit=circuit, observe=observe)
        api.sandbox = sandbox
        downloads = await stack.enter_async_context(Downloads(hosts=hosts, network=network))
        tokens: TokenSource
        if account.access_token:
            tokens = FixedToken(account.access_token)
        else:
            tokens = AccountToken(
                api=api,
                circuit=circuit,
                clock=clock,
                app_id=account.app_id,
                secret_key=account.secret_key,
                shared_store=shared_store,
            )
        stack.push_async_callback(tokens.aclose)
        stack.push_async_callback(circuit.aclose)
        yield SeedreamClient(api=api, tokens=tokens, circuit=circuit, clock=clock, downloads=downloads)
