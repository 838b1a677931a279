"""What an error of PostgreSQL means for a transaction: wait and say so, repeat the transaction, or a bug of ours.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    REPEAT = "repeat"  # the server has rolled the transaction back, and the next try may go through
    WAIT = "wait"  # the database as a whole does not do this now
    BUG = "bug"  # the statement is wrong, or broke a constraint that its caller knows


UNREACHABLE = "{where} can't be reached. Check DATABASE_URL and that the database server runs."
_TOO_SLOW = (
    "{where} gave up a statement: it took too long, or somebody held a lock. Look at statement_timeout and locks."
)
_FULL = "{where} can't grow: the server's disk is full. Make room there."
TOO_MANY = "{where} takes no more connections. Raise the server's max_connections, or stop what holds them."
STOPPING = "{where} is starting, stopping or recovering. It is tried again."
_READ_ONLY = (
    "{where} can only be read (a standby, or default_transaction_read_only). Point DATABASE_URL at the primary server, "
    "or let its user write."
)
_FORBIDDEN = (
    "{where} does not let its user do this. Grant the user of DATABASE_URL all rights on Easel's tables, "
    "and to make them: GRANT CREATE ON SCHEMA public TO that user, or make it the owner of the database."
)
REFUSED = "{where} refuses the user or the password. Check DATABASE_URL."
NO_SUCH = "{where} does not exist on that server. Check DATABASE_URL, or create the database."
_SYSTEM = "{where} reports trouble of its own ({state}). Look at the server's log and its disk."
_DAMAGED = "{where} is damaged ({state}). Look at the server's log, and restore a backup."

# By the whole code first, then by its class, which are its first two characters.
_WAIT = {
    "08": UNREACHABLE,
    "25006": _READ_ONLY,
    "25P03": UNREACHABLE,  # idle_in_transaction_session_timeout ended the connection
    "28": REFUSED,
    "3D000": NO_SUCH,
    "42501": _FORBIDDEN,
    "53": _SYSTEM,
    "53100": _FULL,
    "53300": TOO_MANY,
    "55": _SYSTEM,
    "57": STOPPING,
    "58": _SYSTEM,
    "F0": _SYSTEM,
    "XX": _SYSTEM,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
# Serialization failure, deadlock, lock not available, statement cancelled (statement_timeout), transaction timeout.
_REPEAT = {"40": _TOO_SLOW, "55P03": _TOO_SLOW, "57014": _TOO_SLOW, "25P04": _TOO_SLOW}


def outcome(state: str) -> Outcome:
    """Of an error with this SQLSTATE."""
    if state in _REPEAT or (state[:2] in _REPEAT and state not in _WAIT):
        return Outcome.REPEAT
    if state in _WAIT or state[:2] in _WAIT:
        return Outcome.WAIT
    return Outcome.BUG


def sentence(state: str, where: str) -> str | None:
    """For the person who runs the bot; None where it is a bug of ours."""
    for known in (_REPEAT, _WAIT):
        for key in (state, state[:2]):
            if key in known and outcome(state) is (Outcome.REPEAT if known is _REPEAT else Outcome.WAIT):
                return known[key].format(where=where, state=state)
    return None
