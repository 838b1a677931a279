"""The network between a process and PostgreSQL, which can be cut: packets vanish and nobody is told."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url


class Cable:
    """A TCP port in front of the server's socket. `async with` opens and closes it."""

    def __init__(self, database_url: str) -> None:
        self._address = make_url(database_url)
        plain = self._address.set(drivername="postgresql").render_as_string(hide_password=False)
        known = conninfo_to_dict(plain)
        self._socket = f"{known['host']}/.s.PGSQL.{known.get('port') or 5432}"
        self._whole = asyncio.Event()
        self._whole.set()
        self._ends: set[asyncio.Task[None]] = set()
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        address = self._address.set(host="127.0.0.1", port=port).difference_update_query(["host", "port"])
        self.url = address.render_as_string(hide_password=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for end in self._ends:
            end.cancel()
        await asyncio.gather(*self._ends, return_exceptions=True)

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._socket)
        for source, target in ((reader, back), (there, writer)):
            end = asyncio.create_task(self._carry(source, target))
            self._ends.add(end)
            end.add_done_callback(self._ends.discard)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._whole.wait()
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            target.close()
