"""Trouble on demand: what the next calls of a route meet instead of a plain answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch

from .messages import Json


class AnswerLost(Exception):  # it is an event on the wire, not an error of ours
    """The connection is to be closed without an answer."""


@dataclass(eq=False)
class Fault:
    """One arranged trouble; `hits` counts the calls that met it."""

    method: str
    path: str
    times: int
    status: int | None = None  # None: the connection is closed instead
    body: Json | str = field(default_factory=dict)  # text is a page of HTML
    headers: dict[str, str] = field(default_factory=dict)
    after_effect: bool = False  # the call does its work first
    hits: int = 0

    def take(self, method: str, path: str, *, after_effect: bool) -> bool:
        """Whether it strikes this call; a strike uses up one of its times."""
        if after_effect != self.after_effect or self.hits >= self.times:
            return False
        if self.method not in {"*", method} or not fnmatch(path, self.path):
            return False
        self.hits += 1
        return True


@dataclass(eq=False)
class Gate:
    """Calls that match wait here until `open` is called; `arrived` tells that one is waiting."""

    method: str
    path: str
    after_effect: bool
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> None:
        """Let them pass, now and later."""
        self._opened.set()

    async def pass_through(self, method: str, path: str, *, after_effect: bool) -> None:
        if self._opened.is_set() or after_effect != self.after_effect:
            return
        if self.method in {"*", method} and fnmatch(path, self.path):
            self.arrived.set()
            await self._opened.wait()


@dataclass(eq=False)
class Bucket:
    """A rate limit that counts: so many calls of one path within so many seconds of Discord's clock."""

    method: str
    path: str
    calls: int
    per: float
    refused: int = 0
    _times: dict[str, list[float]] = field(default_factory=dict)

    def strike(self, method: str, path: str, now: float) -> Fault | None:
        """A 429 if this call is one too many."""
        if self.method not in {"*", method} or not fnmatch(path, self.path):
            return None
        recent = [at for at in self._times.get(path, []) if now - at < self.per]
        self._times[path] = recent
        if len(recent) < self.calls:
            recent.append(now)
            return None
        self.refused += 1
        return rate_limited(method, path, self.per - (now - recent[0]))


def rate_limited(
    method: str, path: str, retry_after: float, *, times: int = 1, everything: bool = False, via: bool = True
) -> Fault:
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everything}
    headers = {"Retry-After": str(retry_after), "X-RateLimit-Scope": "global" if everything else "user"}
    if via:
        headers["Via"] = "1.1 google"
    return Fault(method, path, times, 429, body, headers)


class Faults:
    """The arranged troubles. Paths are without `/api/v10` and may hold `*` (any characters, `/` too)."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._faults: list[Fault] = []
        self._buckets: list[Bucket] = []
        self._gates: list[Gate] = []

    def fail(
        self,
        method: str,
        path: str,
        *,
        status: int = 500,
        code: int = 0,
        times: int = 1,
        after_effect: bool = False,
    ) -> Fault:
        """Answer the next calls with this status; `after_effect`: only once the work was done."""
        body = {"message": f"{status}: arranged by the test", "code": code}
        return self._add(Fault(method, path, times, status, body, after_effect=after_effect))

    def page(self, method: str, path: str, *, times: int = 1) -> Fault:
        """Answer 200 with a page of HTML, as a captive portal or a proxy does."""
        return self._add(Fault(method, path, times, 200, "<html><body>Please sign in</body></html>"))

    def rate_limit(
        self,
        method: str,
        path: str,
        *,
        retry_after: float = 1.0,
        times: int = 1,
        everything: bool = False,
        via: bool = True,
    ) -> Fault:
        """Answer 429; without `via` as Cloudflare's ban does, `everything`: the global limit."""
        return self._add(rate_limited(method, path, retry_after, times=times, everything=everything, via=via))

    def bucket(self, method: str, path: str, *, calls: int, per: float) -> Bucket:
        """Limit each path that matches to so many calls in `per` seconds; `refused` counts the 429s."""
        bucket = Bucket(method, path, calls, per)
        self._buckets.append(bucket)
        return bucket

    def lose_answer(self, method: str, path: str, *, times: int = 1, before_effect: bool = False) -> Fault:
        """Close the connection: the work was done but its answer never arrives (or neither)."""
        return self._add(Fault(method, path, times, after_effect=not before_effect))

    def hold(self, method: str, path: str, *, after_effect: bool = False) -> Gate:
        """Make matching calls wait until the gate is opened."""
        gate = Gate(method, path, after_effect)
        self._gates.append(gate)
        return gate

    def clear(self) -> None:
        """Forget every fault and open every gate."""
        self._faults.clear()
        self._buckets.clear()
        for gate in self._gates:
            gate.open()
        self._gates.clear()

    async def meet(self, method: str, path: str, *, after_effect: bool) -> Fault | None:
        """Wait at the gates, then say which fault strikes; raises `AnswerLost` for a closed connection."""
        for gate in list(self._gates):
            await gate.pass_through(method, path, after_effect=after_effect)
        for fault in self._faults:
            if fault.take(method, path, after_effect=after_effect):
                if fault.status is None:
                    raise AnswerLost
                return fault
        for bucket in self._buckets:
            if not after_effect and (limited := bucket.strike(method, path, self._now())):
                return limited
        return None

    def _add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault
