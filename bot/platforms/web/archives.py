"""Archives of people's data, written once and kept for a moment, apart from the requests that take them home.

Writing one may take longer than a proxy waits, so it goes on when its request has ended, and the next request finds
it. A slow reader holds nobody up: an archive that is read takes no turn to write, and where there are too many, the
oldest of these gives way.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from typing import Final

from aiohttp import web

from bot.actions.personal_archives import Export
from bot.domain.people import Person

from .answers import Problem

WRITTEN_AT_ONCE: Final = 2  # each reads a picture store and fills a temporary file
WRITING_SECONDS: Final = 900.0
KEPT_SECONDS: Final = 120.0  # after it was written, or read last
MOST: Final = 8  # temporary files
READERS_EACH: Final = 2
CHUNK: Final = 256 * 1024

Write = Callable[[Person], AbstractAsyncContextManager[Export]]


class _Archive:
    """One person's. `readers` are the connections that it may be sent to, the oldest first.

    `open_by` is how many still hold its file, and `over` that no more will.
    """

    def __init__(self) -> None:
        self.written: asyncio.Future[Export] = asyncio.get_running_loop().create_future()
        self.readers: dict[asyncio.Transport, None] = {}
        self.open_by = 0
        self.over = False
        self.changed = asyncio.Event()

    def end(self) -> None:
        self.over = True
        self.changed.set()

    def discard(self) -> None:
        """End it for those who read it, too."""
        while self.readers:
            self._send_away()
        self.end()

    @contextmanager
    def read_by(self, reader: asyncio.Transport) -> Iterator[None]:
        while len(self.readers) >= READERS_EACH:
            self._send_away()
        self.readers[reader] = None
        self.open_by += 1
        self.changed.set()
        try:
            yield
        finally:
            self.readers.pop(reader, None)
            self.open_by -= 1
            self.changed.set()

    def _send_away(self) -> None:
        oldest = next(iter(self.readers))
        del self.readers[oldest]
        oldest.abort()


class Archives:
    def __init__(self, write: Write) -> None:
        self._write = write
        self._turns = asyncio.Semaphore(WRITTEN_AT_ONCE)
        self._kept: dict[str, _Archive] = {}  # by person, the oldest first
        self._owners: set[asyncio.Task[None]] = set()

    async def send(
        self, person: Person, request: web.Request, response: Callable[[Export], web.StreamResponse]
    ) -> None:
        """Send a person their archive, written now or a moment ago; `response` are the headers for it.

        Problem 503: too many are being written. ConnectionError: the reader has gone, or had to give way.
        """
        archive = self._kept.get(person.user_id) or self._begin(person)
        reader = request.transport
        if not isinstance(reader, asyncio.Transport):
            raise ConnectionResetError("the reader has gone")
        with archive.read_by(reader):
            export = await asyncio.shield(archive.written)
            answer = response(export)
            await answer.prepare(request)
            sent = 0
            while chunk := await asyncio.to_thread(os.pread, export.file.fileno(), CHUNK, sent):
                if reader not in archive.readers:
                    raise ConnectionResetError("another reader has the place")
                await answer.write(chunk)
                sent += len(chunk)
            await answer.write_eof()
            self._end(person, archive)  # the next one shall hold what has come since

    def _end(self, person: Person, archive: _Archive) -> None:
        if self._kept.get(person.user_id) is archive:
            del self._kept[person.user_id]
        archive.end()

    def discard(self, person: Person) -> None:
        """Their data is forgotten, and so is the archive of it."""
        archive = self._kept.pop(person.user_id, None)
        if archive is not None:
            archive.discard()

    async def close(self) -> None:
        for owner in self._owners:
            owner.cancel()
        await asyncio.gather(*self._owners, return_exceptions=True)

    def _begin(self, person: Person) -> _Archive:
        if len(self._kept) >= MOST:
            self._give_way()
        archive = _Archive()
        self._kept[person.user_id] = archive
        owner = asyncio.create_task(self._own(archive, person), name="mydata-archive")
        self._owners.add(owner)
        owner.add_done_callback(self._owners.discard)
        return archive

    def _give_way(self) -> None:
        written = {user_id: one for user_id, one in self._kept.items() if one.written.done()}
        unread = (user_id for user_id, one in written.items() if not one.open_by)
        oldest = next(unread, None) or next(iter(written), None)
        if oldest is None:
            raise Problem(503, "too-many-pages", headers={"Retry-After": "30"})
        self._kept.pop(oldest).discard()

    async def _own(self, archive: _Archive, person: Person) -> None:
        """Write the archive, and keep it until nobody has read it for a while."""
        try:
            async with AsyncExitStack() as stack:
                async with self._turns, asyncio.timeout(WRITING_SECONDS):
                    export = await stack.enter_async_context(self._write(person))
                archive.written.set_result(export)
                await _unused(archive)
        except Exception as error:
            if not archive.written.done():
                archive.written.set_exception(error)
                archive.written.exception()  # nobody may be waiting any more
        finally:
            archive.written.cancel()
            self._end(person, archive)


async def _unused(archive: _Archive) -> None:
    """Wait until nobody reads it any more, and nobody has begun to for a while."""
    while archive.open_by or not archive.over:
        archive.changed.clear()
        try:
            async with asyncio.timeout(None if archive.open_by else KEPT_SECONDS):
                await archive.changed.wait()
        except TimeoutError:
            return
