"""Seedream 3.0 as `bot.domain.ports.ImageModel`. See docs/seedream.md for the vendor's calls and codes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog

from bot.domain.errors import ModelError, ModelRejected, ModelUnavailable, ModelUnclear
from bot.domain.job import Job
from bot.domain.ports import AccountState, Clock, Make, ModelPicture, ModelTask, TaskListing

from .account import AccountWatch
from .api import Api, Call
from .circuit import Circuit
from .downloads import Downloads
from .errors import Code, failure, unavailable
from .limiter import Lane, Turn
from .listing import list_since
from .payloads import (
    PAGE_SIZE,
    Envelope,
    Page,
    ReadTask,
    Unreadable,
    page_body,
    read_beans,
    read_page,
    read_task,
    read_task_id,
    submit_body,
)
from .retry import repeated
from .token import TokenSource

log = structlog.get_logger()
T = TypeVar("T")

SUBMIT_PATH = "/open/v1/ai_creation/task/submit"
TASK_PATH = "/open/v1/ai_creation/task"
PAGE_PATH = "/open/v1/ai_creation/task/page"
BALANCE_PATH = "/open/v1/user_duration"

# Values of `progress_desc` that are remembered as logged: a provider that invents one for each call fills no memory.
MOST_UNKNOWN = 100


# What a comparison of two clocks over a network says of neither.
_JITTER = timedelta(seconds=5)


async def _nothing() -> None:
    """What precedes a call without an effect."""


def _task_or_none(data: Any) -> ReadTask | None:
    if isinstance(data, dict) and data and "progress_desc" not in data:
        raise Unreadable("a task without a state")
    return read_task(data) if data else None


class SeedreamClient:
    """The account's calls: each takes a token and a turn in the limiter, and ends in the family of ModelError."""

    def __init__(self, *, api: Api, tokens: TokenSource, circuit: Circuit, clock: Clock, downloads: Downloads) -> None:
        self.limiter = circuit.limiter
        self._api = api
        self._circuit = circuit
        self._tokens = tokens
        self._clock = clock
        self._downloads = downloads
        self._account = AccountWatch(clock)
        self._unknown: set[str] = set()
        circuit.probe_with(self._probe)

    @property
    def rate(self) -> float:
        """See the port."""
        return self.limiter.rate

    @property
    def spare_rate(self) -> float:
        """See the port."""
        return self.limiter.spare_rate

    @property
    def away_since(self) -> datetime | None:
        """See the port."""
        return self._circuit.away_since

    async def away_changed(self) -> None:
        """See the port."""
        await self._circuit.changed()

    @property
    def sandbox(self) -> bool | None:
        """See the port."""
        return self._api.sandbox

    @property
    def account(self) -> AccountState:
        """See the port."""
        return self._account.state

    async def check_account(self) -> None:
        """A list of one task; see the port."""
        try:
            answer = await self._call(Call("POST", PAGE_PATH, page_body(size=1)), Lane.STATUS)
        except ModelUnclear as error:
            raise unavailable(error) from None
        if answer.code != Code.SUCCESS:
            raise failure(answer)

    async def submit(
        self,
        job: Job,
        *,
        before_call: Callable[[], Awaitable[None]],
        callback_url: str | None = None,
    ) -> str:
        """Order the pictures; see the port.

        A token that the provider refuses is renewed and the call made once more, ahead of the line: the provider
        said that it did not take it. `before_call` has saved the intent by then and is not awaited again. When the
        second call is refused too, it is ModelUnavailable.

        50000, and any answer that is lost, unreadable or of an unknown kind, is ModelUnclear. An undocumented code
        4… is ModelRejected (see errors.py).
        """
        answer = await self._call(Call("POST", SUBMIT_PATH, submit_body(job, callback_url)), Lane.SUBMIT, before_call)
        if answer.code != Code.SUCCESS:
            raise failure(answer)
        try:
            return read_task_id(answer.data)
        except Unreadable as error:
            raise ModelUnclear(str(error), trace_id=answer.trace_id, code=answer.code) from None

    async def tasks(self, ids: Sequence[str]) -> Mapping[str, ModelTask]:
        """The present state of up to 50 tasks in one call. Those missing may be asked for by `task`."""
        wanted = dict.fromkeys(ids)
        if len(wanted) > PAGE_SIZE:
            raise ValueError(f"{len(wanted)} ids; one call takes {PAGE_SIZE}")
        if not wanted:  # the API would take no ids for no filter
            return {}
        page = await self._read(Call("POST", PAGE_PATH, page_body(list(wanted))), read_page)
        if page.unreadable:
            log.warning("tasks_unreadable", count=page.unreadable)
        return {read.task.id: self._known(read) for read in page.tasks if read.task.id in wanted}

    async def task(self, task_id: str) -> ModelTask | None:
        """One task by a call of its own; None if the provider doesn't know it."""
        try:
            read = await self._read(Call("GET", TASK_PATH, query={"unique_id": task_id}), _task_or_none)
        except ModelRejected:
            return None
        return self._known(read) if read is not None and read.task.id == task_id else None

    async def tasks_since(self, moment: datetime) -> TaskListing:
        """All tasks created from `moment` until this call began; see listing.py.

        `moment` is by our clock, which may be an hour ahead of the provider's: what its answers say of its time counts.
        """
        behind = self._api.clock_behind
        listing = await list_since(moment - behind, self._page)
        # True of the first answer in this process, and where our clock was set meanwhile.
        if self._api.clock_behind > behind + _JITTER:
            behind = self._api.clock_behind
            listing = await list_since(moment - behind, self._page)
        return replace(listing, behind=behind)

    async def balance(self) -> float | None:
        """The account's beans. No document has this call, so that whatever else comes means that nobody tells."""
        try:
            answer = await self._call(Call("GET", BALANCE_PATH, aside=True), Lane.STATUS)
        except ModelError:
            return None
        return read_beans(answer.data) if answer.code == Code.SUCCESS else None

    async def download(self, url: str, make: Make | None = None) -> ModelPicture:
        """Fetch and verify one picture. After PictureBroken, fresh links of the same task may work: these expire."""
        return await self._downloads.fetch(url, make)

    async def _page(self, number: int) -> Page:
        page = await self._read(Call("POST", PAGE_PATH, page_body(page=number)), read_page)
        for read in page.tasks:
            self._known(read)
        return page

    def _known(self, read: ReadTask) -> ModelTask:
        """The task; a state that no document knows is logged once."""
        progress = read.unknown_progress
        if progress and progress not in self._unknown and len(self._unknown) < MOST_UNKNOWN:
            self._unknown.add(progress)
            log.warning("unknown_progress", progress=progress[:50])
        return read.task

    async def _read(self, call: Call, reader: Callable[[Any], T]) -> T:
        """A call without effects: whatever passes is ModelUnavailable, and is tried again a few times."""
        return await repeated(self._clock, partial(self._read_once, call, reader))

    async def _read_once(self, call: Call, reader: Callable[[Any], T]) -> T:
        try:
            answer = await self._call(call, Lane.STATUS)
            if answer.code != Code.SUCCESS:
                raise failure(answer)
        except ModelUnclear as error:
            raise unavailable(error) from None
        try:
            return reader(answer.data)
        except Unreadable as error:
            raise ModelUnavailable(str(error), trace_id=answer.trace_id, code=answer.code) from None

    async def _call(self, call: Call, lane: Lane, before: Callable[[], Awaitable[None]] = _nothing) -> Envelope:
        """The answer to a call with a token; the call is made once more, with another token, if this one is refused.

        It waits for a provider that is away, but not between the two: `before` has been awaited by then.
        """
        await self._circuit.back()
        with self._account.asking():
            token = await self._tokens.get()
        async with self._circuit.turn(lane) as turn:
            # The wait for the turn may have been longer than the token's life, and somebody renewed it.
            token = self._tokens.newest or token
            await before()
            answer = await self._send(call, token, turn)
        if answer.code != Code.BAD_TOKEN:
            if answer.code == Code.SUCCESS:
                self._account.accepted()
            return answer
        with self._account.asking():
            token = await self._tokens.replacement(token)
        async with self._circuit.turn(Lane.FIRST, wait=False) as turn:
            answer = await self._send(call, token, turn)
        if answer.code == Code.SUCCESS:
            self._account.accepted()
        return answer

    async def _probe(self) -> None:
        """Does it answer? A token that has ended meanwhile makes no difference to that."""
        async with self.limiter.turn(Lane.FIRST) as turn:
            await self._send(Call("POST", PAGE_PATH, page_body(size=1)), self._tokens.newest, turn)

    async def _send(self, call: Call, token: str | None, turn: Turn) -> Envelope:
        turn.sent()
        answer = await self._api.call(call, token=token)
        if answer.code == Code.OVER_QPS:
            turn.refused()
        return answer
