"""What can be wrong with the database itself, in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import (
    SQLITE_BUSY,
    SQLITE_CANTOPEN,
    SQLITE_CORRUPT,
    SQLITE_FULL,
    SQLITE_IOERR,
    SQLITE_LOCKED,
    SQLITE_NOTADB,
    SQLITE_PERM,
    SQLITE_READONLY,
)

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.domain.errors import StoreUnavailable


class DatabaseProblem(StoreUnavailable):
    """The database can't be used as it is. The message is a sentence for the person who runs the bot."""


# https://www.sqlite.org/rescode.html; extended codes carry the primary one in their lowest byte.
_SENTENCES = {
    SQLITE_NOTADB: "{where} is no SQLite database. Point DATABASE_URL at another file, or move this one away.",
    SQLITE_CORRUPT: "{where} is damaged. Stop the bot and put a backup in its place.",
    SQLITE_READONLY: "{where} can't be written to. Give the user that runs the bot write access to the file and its "
    "directory.",
    SQLITE_PERM: "{where} can't be opened. Give the user that runs the bot access to the file and its directory.",
    SQLITE_CANTOPEN: "{where} can't be opened. Check that its directory exists and that the user that runs the bot "
    "may write there.",
    SQLITE_FULL: "{where} can't grow: the disk is full. Make room, then start again.",
    SQLITE_IOERR: "{where} can't be read or written: the disk reports an error. Check the disk and its free space.",
    SQLITE_BUSY: "{where} is held by another program. Close whatever has it open, then start again.",
    SQLITE_LOCKED: "{where} is held by another program. Close whatever has it open, then start again.",
}


def read_only(where: str) -> DatabaseProblem:
    """The file is there, but not for writing."""
    return DatabaseProblem(_SENTENCES[SQLITE_READONLY].format(where=where))


@contextmanager
def problems(where: str) -> Iterator[None]:
    """Turn what says that the database as a whole is unusable into DatabaseProblem; `where` names it for people."""
    try:
        yield
    except DBAPIError as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise DatabaseProblem(sentence.format(where=where)) from error
    except PoolTimeoutError as error:
        raise DatabaseProblem(f"{where} doesn't answer. Check the disk it is on, or the database server.") from error


def _sentence(error: DBAPIError) -> str | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SENTENCES.get(code & 0xFF)
    if error.connection_invalidated or (
        error.statement is None and isinstance(error, OperationalError | InterfaceError)
    ):
        return "{where} can't be reached. Check DATABASE_URL and that the database server runs."
    return None
