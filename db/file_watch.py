"""Whether the file of an SQLite database is still the one that was opened, and whole.

SQLite notices neither: a file that is deleted or replaced goes on being read and written without a name, and is lost
with the process; a damaged page is noticed by whoever reads it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import structlog

from .errors import DatabaseProblem

_log = structlog.get_logger(__name__)

_FIRST_PAGE = "SELECT count(*) FROM sqlite_master"


class FileWatch:
    """Of one open file. `broken`: why nothing may be saved any more, in a sentence; it stays until a restart."""

    def __init__(self, file: Path, where: str) -> None:
        self._file = file
        self._where = where
        self._identity: tuple[int, int] | None = None
        self.broken: str | None = None

    def opened(self) -> None:
        """The file is there and open: from now on it must stay the same."""
        self._identity = self._look()

    def require_same(self) -> None:
        """DatabaseProblem: the file was deleted or replaced, or is damaged. One call to the file system."""
        if self.broken is not None:
            raise DatabaseProblem(self.broken)
        if self._identity is None:
            return
        now = self._look()
        if now == self._identity:
            return
        done = "deleted" if now is None else "replaced by another file"
        raise DatabaseProblem(
            f"{self._where} was {done} while the bot runs. Stop the bot, put the file back (or a backup), and start it."
        )

    def check_whole(self) -> None:
        """Read the whole file, after an error that says damage. A blocking call: run it in a thread."""
        if self.broken is None and not self._is_whole():
            self.broken = f"{self._where} is damaged. Stop the bot and put a backup in its place."
            _log.error("database_damaged", action="database", file=self._file.name)

    def check_header(self) -> None:
        """Open the file once more: those who have it open don't read its first page again. Blocks, too."""
        if self._identity is not None and self._look() == self._identity and not self._answers(_FIRST_PAGE):
            self.check_whole()

    def _look(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._file)  # noqa: PTH116 - on the loop, so without Path's detours
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _is_whole(self) -> bool:
        return self._answers("PRAGMA quick_check(1)", "ok")

    def _answers(self, statement: str, expected: object = None) -> bool:
        """False: the answer is another, or an error that says damage.

        SQLite reads, because closing a plain file of this process releases the locks that SQLite has on it.
        """
        address = f"{self._file.absolute().as_uri()}?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
                (found,) = connection.execute(statement).fetchone()
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            return code not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
        return expected is None or found == expected
