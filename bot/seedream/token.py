"""The account's access token: one holder for the whole process, renewed before it ends."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.errors import ModelAccountRefused, ModelError, ModelUnavailable, ModelUnclear
from bot.domain.ports import Clock

from .api import Api, Call
from .circuit import Circuit
from .errors import Code, callers_fault, failure, unavailable
from .limiter import Lane
from .payloads import Envelope, GivenToken, Unreadable, is_token, read_token, token_body
from .retry import repeated

log = structlog.get_logger()

TOKEN_PATH = "/open/v1/access_token"  # noqa: S105 - a path

# All in seconds.
# Renewed this much before the end, as the vendor advises (docs/seedream.md).
MARGIN = 300.0
# A token lives about a day; whatever is said beyond that is checked after a day.
LONGEST_LIFE = 86_400.0
# What is assumed where nothing readable is said: the vendor answers 10400 if it is less.
ASSUMED_LIFE = 3_600.0
# What is assumed where the end has passed already, as with a clock that is wrong: never a renewal for every call.
SHORTEST_LIFE = 60.0
# `expire_in` is a point in time; a number below this (September 2001) can only be a duration.
EARLIEST_TIME_STAMP = 1_000_000_000
# After wrong credentials nobody asks again for this long: a thousand jobs must not lock the account.
REFUSAL_RESTS = 30.0


class TokenSource(Protocol):
    """Where calls get their token. `get` and `replacement` raise ModelAccountRefused or ModelUnavailable."""

    async def get(self) -> str:
        """A token that is valid as far as anybody knows."""
        ...

    async def replacement(self, refused: str) -> str:
        """Another token than this one, which the provider refused."""
        ...

    @property
    def newest(self) -> str | None:
        """The token at hand, without waiting."""
        ...

    async def aclose(self) -> None: ...


class FixedToken:
    """The operator's own token: nobody here can renew it."""

    def __init__(self, token: str) -> None:
        self.newest = token.strip()
        if not is_token(self.newest):
            raise ValueError("an access token is one word of plain characters")

    async def get(self) -> str:
        return self.newest

    async def replacement(self, refused: str) -> str:  # noqa: ARG002 - the port's signature
        raise ModelAccountRefused("the provider refuses the fixed access token", code=Code.BAD_TOKEN)

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class KeptToken:
    token: str = field(repr=False)
    renew_at: datetime


class SharedTokenStore(Protocol):
    """Where processes that share an account keep its one token. ModelUnavailable: it can't be reached."""

    def turn(self) -> AbstractAsyncContextManager[KeptToken | None]:
        """One process at a time, with what is kept; it may `keep` another meanwhile."""
        ...

    async def keep(self, kept: KeptToken) -> None: ...


class NoSharedStore:
    """For a process that has the account to itself."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def keep(self, kept: KeptToken) -> None:
        """Nobody else wants it."""


class AccountToken:
    """Tokens by app id and secret key. A new token ends the one before it, so that one renewal serves all callers."""

    def __init__(
        self,
        *,
        api: Api,
        circuit: Circuit,
        clock: Clock,
        app_id: str,
        secret_key: str,
        shared_store: SharedTokenStore | None = None,
    ) -> None:
        self._shared_store = shared_store or NoSharedStore()
        self._refused: str | None = None
        self._api = api
        self._circuit = circuit
        self._clock = clock
        self._call = Call("POST", TOKEN_PATH, token_body(app_id, secret_key))
        self._token: str | None = None
        self._renew_at = 0.0
        self._renewal: asyncio.Task[str] | None = None
        self._refusal: tuple[float, ModelAccountRefused] | None = None

    @property
    def newest(self) -> str | None:
        return self._token

    async def get(self) -> str:
        if self._token is not None and self._clock.monotonic() < self._renew_at:
            return self._token
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew(), name="seedream-token")
            self._renewal.add_done_callback(self._renewed)
        # Shielded: a caller that is cancelled takes nothing away from the others.
        return await asyncio.shield(self._renewal)

    async def replacement(self, refused: str) -> str:
        if refused == self._token:  # else somebody renewed it already
            self._token, self._refused = None, refused
        return await self.get()

    async def aclose(self) -> None:
        """End a renewal that is under way."""
        if self._renewal is not None:
            self._renewal.cancel()
            with suppress(asyncio.CancelledError, ModelError):
                await self._renewal

    def _renewed(self, renewal: asyncio.Task[str]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # seen here too, in case every caller has left

    async def _renew(self) -> str:
        if self._refusal is not None:
            refused_at, refusal = self._refusal
            if self._clock.monotonic() < refused_at + REFUSAL_RESTS:
                raise ModelAccountRefused(refusal.detail, trace_id=refusal.trace_id, code=refusal.code)
        async with self._shared_store.turn() as kept:
            left = 0.0 if kept is None else (kept.renew_at - self._clock.now()).total_seconds()
            if kept is not None and kept.token != self._refused and 0 < left <= LONGEST_LIFE:
                self._token, self._refusal = kept.token, None  # another process has renewed it
                self._renew_at = self._clock.monotonic() + left
                return kept.token
            try:
                given = await repeated(self._clock, self._ask)
            except ModelAccountRefused as error:
                self._refusal = (self._clock.monotonic(), error)
                raise
            life = self._life(given.expires)
            self._token, self._refusal = given.token, None
            # Half the life where it is short: renewing at once would end the token before it was used.
            good_for = life - min(MARGIN, life / 2)
            self._renew_at = self._clock.monotonic() + good_for
            log.info("token_renewed", seconds=round(life))
            await self._shared_store.keep(KeptToken(given.token, self._clock.now() + timedelta(seconds=good_for)))
            return given.token

    async def _ask(self) -> GivenToken:
        # Whoever wants the token waits for the provider; a renewal that everybody shares doesn't.
        async with self._circuit.turn(Lane.FIRST, wait=False) as turn:
            turn.sent()
            try:
                answer = await self._api.call(self._call)
            except ModelUnclear as error:
                raise unavailable(error) from None
            if answer.code == Code.OVER_QPS:
                turn.refused()
        if answer.code != Code.SUCCESS:
            raise _refusal(answer)
        try:
            return read_token(answer.data)
        except Unreadable as error:
            raise ModelUnavailable(str(error), trace_id=answer.trace_id) from None

    def _life(self, expires: float | None) -> float:
        """Seconds that the token will live, from `expire_in`."""
        if expires is None or expires <= 0:
            life = ASSUMED_LIFE
        elif expires < EARLIEST_TIME_STAMP:
            life = expires
        else:
            life = expires - self._clock.now().timestamp()
        if not life >= SHORTEST_LIFE:
            log.warning("token_ended")
        return min(max(life, SHORTEST_LIFE), LONGEST_LIFE)


def _refusal(answer: Envelope) -> ModelError:
    """The document names no code for wrong credentials, so that every one which blames the caller means them."""
    if answer.code == Code.BAD_TOKEN or (callers_fault(answer.code) and answer.code != Code.OVER_QPS):
        return ModelAccountRefused(answer.msg or f"code {answer.code}", trace_id=answer.trace_id, code=answer.code)
    error = failure(answer)
    return unavailable(error) if isinstance(error, ModelUnclear) else error
