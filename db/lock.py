"""One program per SQLite file, and how a command in another terminal finds the one that runs.

The lock is the kernel's, so it ends with the process however that ends; the file `<database>.lock` stays and says
nothing by itself. On a database server there is no lock: several processes are the point there.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from .address import database_file
from .errors import DatabaseProblem
from .file_lock import try_lock

# A look at the lock holds it for some microseconds; whoever wants it tries again for this long.
_LOOKS_TAKE = 0.25  # seconds
_MOST = 4096  # bytes; what is published is far smaller
# On Windows nobody reads a file that another process has locked, so what is published stands in a file beside it.
_APART = os.name == "nt"
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningBot:
    """The process that holds the database. `url` and `secret` are empty until it has published where it listens."""

    pid: int
    url: str = ""
    secret: str = field(default="", repr=False)


class AlreadyRunning(DatabaseProblem):
    """Another process holds the database. `holder` is None if it has not said yet who it is."""

    def __init__(self, file: Path, holder: RunningBot | None) -> None:
        who = "Another process" if holder is None else f"Easel (process {holder.pid})"
        listens = f" Its page: {holder.url}." if holder is not None and holder.url else ""
        super().__init__(f"{who} already runs on {file}.{listens} Stop it, or give this one a DATABASE_URL of its own.")
        self.holder = holder


class DatabaseLock:
    """`with DatabaseLock(url) as lock:` holds the database for this process; see `acquire`."""

    def __init__(self, url: str) -> None:
        """DatabaseProblem: the URL is not understood."""
        self._file = database_file(url)
        self._path = Path() if self._file is None else lock_file(self._file)
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock or raise AlreadyRunning within a quarter of a second. DatabaseProblem: no such directory."""
        if self._file is None or self._descriptor is not None:
            return
        path = self._path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _NO_LINKS, 0o600)
        except OSError as error:
            raise DatabaseProblem(
                f"{path} can't be opened ({error.strerror}). Give the user that runs the bot write access to it and "
                "its directory."
            ) from error
        try:
            if _lock(descriptor, timeout=_LOOKS_TAKE):
                if not _APART:
                    os.fchmod(descriptor, 0o600)  # an older file may be anybody's to read
                _write(descriptor, path, RunningBot(pid=os.getpid()))
                self._descriptor = descriptor
                return
            holder = _read(descriptor, path)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        raise AlreadyRunning(self._file, holder)

    def publish(self, url: str, secret: str) -> None:
        """Tell the commands of the same user where this process listens, and the secret that opens it."""
        if self._descriptor is not None:
            _write(self._descriptor, self._path, RunningBot(pid=os.getpid(), url=url, secret=secret))

    def release(self) -> None:
        """Let the next one in. The file stays: taking it away would let two hold locks on files of one name."""
        if self._descriptor is not None:
            if _APART:
                _told_in(self._path).unlink(missing_ok=True)
            else:
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


def lock_file(database: Path) -> Path:
    """The lock beside a database file."""
    return database.with_name(f"{database.name}.lock")


def find_running(url: str) -> RunningBot | None:
    """The process that holds the database behind DATABASE_URL right now, whatever an old lock file says."""
    file = database_file(url)
    if file is None:
        return None
    try:
        descriptor = os.open(lock_file(file), os.O_RDWR if _APART else os.O_RDONLY | _NO_LINKS)
    except OSError:  # never run, or another user's
        return None
    try:
        # Shared: those who look don't take one another for the bot.
        return None if try_lock(descriptor, shared=True) else _read(descriptor, lock_file(file))
    finally:
        os.close(descriptor)


def _lock(descriptor: int, timeout: float) -> bool:
    """Try to get the lock for `timeout` seconds; whether this descriptor has it now."""
    give_up = time.monotonic() + timeout
    while not try_lock(descriptor):
        if time.monotonic() >= give_up:
            return False
        time.sleep(0.01)
    return True


def _told_in(path: Path) -> Path:
    return path.with_suffix(".running")


def _write(descriptor: int, path: Path, bot: RunningBot) -> None:
    content = json.dumps({"pid": bot.pid, "url": bot.url, "secret": bot.secret}).encode()
    if _APART:
        _told_in(path).write_bytes(content)
        return
    os.pwrite(descriptor, content, 0)
    os.ftruncate(descriptor, len(content))


def _read(descriptor: int, path: Path) -> RunningBot | None:
    try:
        content = _told_in(path).read_bytes() if _APART else os.pread(descriptor, _MOST, 0)
        found = json.loads(content)
        return RunningBot(pid=int(found["pid"]), url=str(found["url"]), secret=str(found["secret"]))
    except (OSError, ValueError, KeyError, TypeError):  # caught between two words of the writer
        return None
