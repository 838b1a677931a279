"""An event loop that knows when nothing is happening, so that a test's clock moves at that moment and at no other.

The loop is quiet when it is about to block: no callback is ready, no socket or pipe has anything to read, and no work
is out. Work is out while

- a thread runs a call for the loop: `run_in_executor` (so `asyncio.to_thread`, name lookups and thread pools too),
  the threads of aiosqlite's connections and of obstore;
- a PostgreSQL server works on a query, or a connection to it is being opened;
- a subprocess lives;
- a real timer of at most `SHORT` seconds runs that was set before time was last moved. Longer timers are deadlines and
  heartbeats of libraries. A loop that polls with short pauses holds time up once between two moves, not for ever.

Sockets between two ends in this process need no counting: Linux delivers over loopback within `send`, so what was
written is readable when `send` returns (tests/fakes/test_quiet_loop.py holds this). What the loop cannot see: threads
that a test starts itself, and what other processes are about to send unasked.

`install()` makes it the loop of every test, also of `asyncio.run`.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

SHORT = 0.05
_OBSTORE = "obstore"


class _Selector(selectors.DefaultSelector):
    """Asks before it blocks."""

    before_block: Callable[[], bool]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        events = super().select(0)
        if events or self.before_block():
            return events
        return super().select(timeout)


class QuietLoop(asyncio.SelectorEventLoop):
    watches_subprocesses = True

    def __init__(self) -> None:
        selector = _Selector()
        selector.before_block = self._before_block
        super().__init__(selector)
        self._threads = ThreadPoolExecutor(thread_name_prefix="asyncio")
        self.set_default_executor(self._threads)
        self._out: dict[Any, str] = {}
        self._databases: set[psycopg.AsyncConnection[Any]] = set()
        self._processes: set[asyncio.SubprocessTransport] = set()
        self._timers: list[asyncio.TimerHandle] = []
        self._timers_until: float | None = None
        self._conditions: list[tuple[asyncio.Future[Any], Callable[[], Any]]] = []
        self._waiting: deque[asyncio.Future[None]] = deque()

    def quiet(self) -> asyncio.Future[None]:
        """Done at the next quiet moment. Each moment completes one such future, first come, first served."""
        future: asyncio.Future[None] = super().create_future()
        self._waiting.append(future)
        return future

    def when(self, condition: Callable[[], Any]) -> asyncio.Future[Any]:
        """Done with the condition's value once it is true; checked whenever the loop is about to block."""
        future: asyncio.Future[Any] = super().create_future()
        self._conditions.append((future, condition))
        return future

    def next_timer(self) -> float | None:
        """Real seconds until the next timer, if there is one."""
        due = [handle.when() for handle in self._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]  # asyncio's own heap
        return max(0.0, min(due) - self.time()) if due else None

    def work_out(self) -> list[str]:
        """What keeps the loop from being quiet, timers apart."""
        # obstore drops the result of a cancelled future without a word.
        gone = [key for key, name in self._out.items() if name == _OBSTORE and key.cancelled()]
        for key in gone:
            del self._out[key]
        names = list(self._out.values())
        names += ["PostgreSQL" for one in self._databases if one.pgconn.transaction_status == TransactionStatus.ACTIVE]
        return names + ["a subprocess" for one in self._processes if one.get_returncode() is None]

    @contextlib.contextmanager
    def out(self, name: str) -> Iterator[None]:
        """Time stands still while the body runs."""
        key = object()
        self._out[key] = name
        try:
            yield
        finally:
            del self._out[key]

    @contextlib.contextmanager
    def using(self, database: psycopg.AsyncConnection[Any]) -> Iterator[None]:
        """Time stands still while the body runs and the server works; a connection that only listens is idle."""
        self._databases.add(database)
        try:
            yield
        finally:
            self._databases.discard(database)

    # What leaves the loop, and how it comes back.

    def create_future(self) -> asyncio.Future[Any]:
        future = super().create_future()
        caller = sys._getframe(1).f_globals
        if caller["__name__"] == "aiosqlite.core":
            self._out[future] = "SQLite"
        elif "obstore" in caller:  # Rust has no frame: this is the module that called it
            self._out[future] = _OBSTORE
        return future

    def call_soon_threadsafe(  # type: ignore[override]  # what the arguments are is the caller's business
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        """Threads hand their result over by `call_soon_threadsafe(set_result, future, result)`."""
        if args and isinstance(args[0], asyncio.Future) and args[0] in self._out:
            return super().call_soon_threadsafe(self._bring_back, callback, *args, context=context)
        return super().call_soon_threadsafe(callback, *args, context=context)

    def _bring_back(self, callback: Callable[..., object], future: asyncio.Future[Any], *args: Any) -> None:
        self._out.pop(future, None)
        callback(future, *args)

    def run_in_executor(  # type: ignore[override]  # a future instead of typeshed's overloads
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        job = (executor or self._threads).submit(func, *args)
        self._out[job] = getattr(func, "__qualname__", repr(func))
        future = asyncio.wrap_future(job, loop=self)
        # Registered after wrap_future's own callback, so that the result has arrived by the time this is run.
        job.add_done_callback(self._thread_ended)
        return future

    def _thread_ended(self, job: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self.call_soon_threadsafe(self._out.pop, job, None)

    async def _make_subprocess_transport(self, *args: Any, **kwargs: Any) -> asyncio.SubprocessTransport:
        with self.out("the start of a subprocess"):
            transport: asyncio.SubprocessTransport = await super()._make_subprocess_transport(*args, **kwargs)  # type: ignore[misc]
        if self.watches_subprocesses:
            self._processes.add(transport)
        return transport

    def call_at(  # type: ignore[override]  # as above
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        handle = super().call_at(when, callback, *args, context=context)
        if when - self.time() <= SHORT:
            self._timers.append(handle)
        return handle

    # The moment itself.

    def _before_block(self) -> bool:
        """Whether something became ready after all."""
        return self._check_conditions() or self._tell_one()

    def _check_conditions(self) -> bool:
        if not self._conditions:
            return False
        conditions, self._conditions = self._conditions, []
        for future, condition in conditions:
            if future.done():
                continue
            try:
                value = condition()
            except Exception as error:
                future.set_exception(error)
                continue
            if value:
                future.set_result(value)
            else:
                self._conditions.append((future, condition))
        return len(self._conditions) < len(conditions)

    def _tell_one(self) -> bool:
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft()
        if not self._waiting or self.work_out() or self._timers_run():
            return False
        self._timers_until = None
        self._waiting.popleft().set_result(None)
        return True

    def _timers_run(self) -> bool:
        now = self.time()
        self._timers = [one for one in self._timers if one.when() > now and not one.cancelled()]
        if self._timers_until is None:
            self._timers_until = max((one.when() for one in self._timers), default=now)
        return any(one.when() <= self._timers_until for one in self._timers)


class _Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = QuietLoop


def install(*, subprocesses: bool = True) -> None:
    """Make every new event loop of this process a QuietLoop, and let psycopg tell it what it waits for.

    Without `subprocesses` they hold nothing up, as where a browser runs beside for as long as the loop does.
    """
    QuietLoop.watches_subprocesses = subprocesses
    asyncio.set_event_loop_policy(_Policy())
    wait, connect = psycopg.AsyncConnection.wait, psycopg.waiting.wait_conn_async

    async def waited(self: psycopg.AsyncConnection[Any], *args: Any, **kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        with loop.using(self) if isinstance(loop, QuietLoop) else contextlib.nullcontext():
            return await wait(self, *args, **kwargs)

    async def connected(*args: Any, **kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        with loop.out("a connection to PostgreSQL") if isinstance(loop, QuietLoop) else contextlib.nullcontext():
            return await connect(*args, **kwargs)

    psycopg.AsyncConnection.wait = waited  # type: ignore[method-assign]
    psycopg.waiting.wait_conn_async = connected
