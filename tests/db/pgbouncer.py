"""A PgBouncer of the tests' own before the tests' server: Debian's package `pgbouncer`, or none."""

from __future__ import annotations

import asyncio
import contextlib
import pwd
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@contextlib.contextmanager
def _settings(there: URL, mode: str, pool: int) -> Iterator[tuple[int, list[str]]]:
    """Its port, and what it is called with."""
    server = Path(str(there.query.get("host") or ""))
    with socket.socket() as free, tempfile.TemporaryDirectory(prefix="easel-pgbouncer-") as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        Path(folder).chmod(0o755)
        settings = Path(folder) / "settings.ini"
        settings.write_text(
            f"[databases]\n{there.database} = host={server} user={there.username}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            f"pool_mode = {mode}\ndefault_pool_size = {pool}\nmax_client_conn = 200\n"
            "ignore_startup_parameters = extra_float_digits\n"
        )
        owner = pwd.getpwuid(server.stat().st_uid).pw_name  # it does not run as root
        yield port, [*(("-u", owner) if owner != "root" else ()), str(settings)]


@contextlib.asynccontextmanager
async def pgbouncer(url: str, *, mode: str, pool: int = 20) -> AsyncIterator[str]:
    """The URL of the same database through it. `pool`: its connections to the server."""
    assert PROGRAM is not None
    there = make_url(url)
    with _settings(there, mode, pool) as (port, arguments):
        program = await asyncio.create_subprocess_exec(PROGRAM, "-q", *arguments)
        through = there.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
        try:
            async with asyncio.timeout(20):
                while not await asyncio.to_thread(_answers, through):  # noqa: ASYNC110 - a program beside us
                    await asyncio.sleep(0.05)
            yield through
        finally:
            program.terminate()
            await program.wait()


def _answers(url: str) -> bool:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        psycopg.connect(plain).close()
    except psycopg.OperationalError:
        return False
    return True
