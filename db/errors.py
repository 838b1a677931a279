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

from . import connecting, sqlstates


class DatabaseProblem(StoreUnavailable):
    """The database can't be used as it is. The message is a sentence for the person who runs the bot."""


class WrongDatabase(DatabaseProblem):
    """Another program, or a newer version of this one, made it: there is nothing to wait for."""


class DatabaseDamaged(DatabaseProblem):
    """What was read is no sound database."""


class DatabaseConflict(DatabaseProblem):
    """The server has rolled the transaction back, and the next try may go through."""


class ConnectionLost(DatabaseProblem):
    """The connection to the server broke before a commit was sent: nothing of the transaction is kept."""


class NoConnection(Exception):
    """A new connection answers nothing: whoever stands before the server has none for it."""


# Most of a process: those of its pool (engine.SERVER_CONNECTIONS), four of its queue, one that listens, one for a lock.
CONNECTIONS_OF_A_PROCESS = 16
NO_CONNECTION = (
    "{where} gives no connection. If the server runs, those that it has, or a pooler before it, are all in use: each "
    f"process of Easel takes up to {CONNECTIONS_OF_A_PROCESS}. Give the pooler (default_pool_size) and the server "
    f"(max_connections) {CONNECTIONS_OF_A_PROCESS} for each process, or run fewer processes."
)

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
        problem = _problem(error, where)
        if problem is None:
            raise
        # A commit has no statement; whether one that broke took place is not known.
        if error.connection_invalidated and error.statement is not None:
            problem = ConnectionLost(str(problem))
        raise problem from error
    except PoolTimeoutError as error:
        raise DatabaseProblem(f"{where} doesn't answer. Check the disk it is on, or the database server.") from error
    except NoConnection as error:
        raise DatabaseProblem(NO_CONNECTION.format(where=where)) from error


def explain(where: str, error: BaseException) -> str:
    """What psycopg or its pool says of a server, for those who ask it without SQLAlchemy."""
    state = getattr(error, "sqlstate", None)
    said = sqlstates.sentence(state, where) if isinstance(state, str) and state else None
    if said is not None:
        return said
    if isinstance(error, TimeoutError) or type(error).__name__ == "PoolTimeout":
        return NO_CONNECTION.format(where=where)
    if type(error).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout"}:
        return connecting.sentence(str(error), where)
    return f"{where} refused a statement ({state or type(error).__name__}): a bug, or tables of another version."


def _problem(error: DBAPIError, where: str) -> DatabaseProblem | None:
    """None: it says nothing of the database as a whole."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        sentence = _SENTENCES.get(code & 0xFF)
        damaged = code & 0xFF in {SQLITE_CORRUPT, SQLITE_NOTADB}
        kind = DatabaseDamaged if damaged else DatabaseProblem
        return None if sentence is None else kind(sentence.format(where=where))
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str) and state:
        said = sqlstates.sentence(state, where)
        conflict = sqlstates.outcome(state) is sqlstates.Outcome.REPEAT
        return None if said is None else (DatabaseConflict if conflict else DatabaseProblem)(said)
    if error.connection_invalidated or (
        error.statement is None and isinstance(error, OperationalError | InterfaceError)
    ):
        return DatabaseProblem(connecting.sentence(str(error.orig), where))
    return None
