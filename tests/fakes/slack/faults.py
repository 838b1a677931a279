"""Trouble on demand: what the next calls of a method meet instead of a plain answer."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any


class AnswerLost(Exception):  # it is an event on the wire, not an error of ours
    """The connection is to be closed without an answer."""


@dataclass(eq=False)
class Fault:
    """One arranged trouble; `hits` counts the calls that met it."""

    method: str
    times: int
    status: int | None = None  # None: the connection is closed instead
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after_effect: bool = False  # the call does its work first
    hits: int = 0

    def take(self, method: str, *, after_effect: bool) -> bool:
        """Whether it strikes this call; a strike uses up one of its times."""
        if after_effect != self.after_effect or self.hits >= self.times or not fnmatch(method, self.method):
            return False
        self.hits += 1
        return True


@dataclass(eq=False)
class Gate:
    """Calls that match wait here until `open` is called; `arrived` tells that one is waiting."""

    method: str
    after_effect: bool
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> None:
        """Let them pass, now and later."""
        self._opened.set()

    async def pass_through(self, method: str, *, after_effect: bool) -> None:
        if self._opened.is_set() or after_effect != self.after_effect:
            return
        if fnmatch(method, self.method):
            self.arrived.set()
            await self._opened.wait()


@dataclass(eq=False)
class Bucket:
    """A rate limit that counts: so many calls with one value of an argument within so many seconds."""

    method: str
    calls: int
    per: float
    by: str | None
    refused: int = 0
    _times: dict[str, list[float]] = field(default_factory=dict)

    def strike(self, method: str, args: Mapping[str, Any], now: float) -> Fault | None:
        """A 429 if this call is one too many."""
        if not fnmatch(method, self.method):
            return None
        key = f"{method} {args.get(self.by) if self.by else ''}"
        recent = [at for at in self._times.get(key, []) if now - at < self.per]
        self._times[key] = recent
        if len(recent) < self.calls:
            recent.append(now)
            return None
        self.refused += 1
        return rate_limited(method, self.per - (now - recent[0]))


def rate_limited(method: str, retry_after: float, times: int = 1) -> Fault:
    whole = max(1, -int(-retry_after // 1))  # Slack counts whole seconds
    body = b'{"ok":false,"error":"ratelimited"}'
    headers = {"Retry-After": str(whole), "Content-Type": "application/json; charset=utf-8"}
    return Fault(method, times, 429, body, headers)


class Faults:
    """The arranged troubles.

    A `method` is a Web API method (`chat.postMessage`) or `upload`, `response_url`, `download`, and may hold `*`.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._faults: list[Fault] = []
        self._buckets: list[Bucket] = []
        self._gates: list[Gate] = []

    def fail(
        self,
        method: str,
        *,
        error: str = "internal_error",
        status: int = 200,
        times: int = 1,
        after_effect: bool = False,
    ) -> Fault:
        """Answer the next calls with this error; `after_effect`: only once the work was done.

        A status above 500 comes as the HTML of a proxy, as it does from Slack's edge; 200 and 500 as JSON.
        """
        if status > 500:  # the plain 500 is Slack's own
            body, kind = f"<html><body>{status} {error}</body></html>".encode(), "text/html"
        else:
            body, kind = json.dumps({"ok": False, "error": error}).encode(), "application/json; charset=utf-8"
        return self._add(Fault(method, times, status, body, {"Content-Type": kind}, after_effect))

    def page(self, method: str, *, times: int = 1) -> Fault:
        """Answer 200 with a page of HTML, as a captive portal or a proxy does."""
        page = b"<html><body>Please sign in</body></html>"
        return self._add(Fault(method, times, 200, page, {"Content-Type": "text/html"}))

    def rate_limit(self, method: str, *, retry_after: float = 1, times: int = 1) -> Fault:
        """Answer 429 `ratelimited` with Retry-After in whole seconds."""
        return self._add(rate_limited(method, retry_after, times))

    def bucket(self, method: str, *, calls: int, per: float, by: str | None = None) -> Bucket:
        """Allow so many calls in `per` seconds, counted for each value of argument `by`; `refused` counts the 429s.

        `bucket("chat.postMessage", calls=1, per=1, by="channel")` is Slack's own rule for posting.
        """
        bucket = Bucket(method, calls, per, by)
        self._buckets.append(bucket)
        return bucket

    def lose_answer(self, method: str, *, times: int = 1, before_effect: bool = False) -> Fault:
        """Close the connection: the work was done but its answer never arrives (or neither)."""
        return self._add(Fault(method, times, after_effect=not before_effect))

    def hold(self, method: str, *, after_effect: bool = False) -> Gate:
        """Make matching calls wait until the gate is opened."""
        gate = Gate(method, after_effect)
        self._gates.append(gate)
        return gate

    def clear(self) -> None:
        """Forget every fault and open every gate."""
        self._faults.clear()
        self._buckets.clear()
        for gate in self._gates:
            gate.open()
        self._gates.clear()

    async def meet(self, method: str, args: Mapping[str, Any], *, after_effect: bool) -> Fault | None:
        """Wait at the gates, then say which fault strikes; raises `AnswerLost` for a closed connection."""
        for gate in list(self._gates):
            await gate.pass_through(method, after_effect=after_effect)
        for fault in self._faults:
            if fault.take(method, after_effect=after_effect):
                if fault.status is None:
                    raise AnswerLost
                return fault
        for bucket in self._buckets:
            if not after_effect and (limited := bucket.strike(method, args, self._now())):
                return limited
        return None

    def _add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault
