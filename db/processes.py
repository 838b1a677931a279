"""Which processes of Easel are at work on a database server right now.

Workers say so by their heartbeats. Gateways have none: each process listens on a connection of its own, which carries
its role as its name and is heard of every few seconds. https://www.postgresql.org/docs/current/monitoring-stats.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from .errors import DatabaseProblem
from .transactions import read, write_queue_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

GATEWAY, WORKER, ALL = "easel gateway", "easel worker", "easel"

_LISTENING = text(
    "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name IN ('easel gateway', 'easel worker', 'easel') "
    "AND query_start > now() - make_interval(secs => 20) GROUP BY application_name"
)
_HAS_QUEUE = text("SELECT to_regclass('procrastinate_workers') IS NOT NULL")
_BEATING = text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => 10)")


@dataclass(frozen=True, slots=True)
class Processes:
    """One that does everything is a gateway and a worker."""

    gateways: int = 0
    workers: int = 0

    def __bool__(self) -> bool:
        return bool(self.gateways or self.workers)

    def __str__(self) -> str:
        verb = "runs" if self.gateways + self.workers <= 1 else "run"
        return f"{_counted(self.gateways, 'gateway')} and {_counted(self.workers, 'worker')} {verb} on it"


async def at_work(engine: AsyncEngine) -> Processes:
    """None on SQLite, where one process holds the file (db.lock)."""
    return await read(engine, _look) if engine.dialect.name == "postgresql" else Processes()


async def require_nobody(engine: AsyncEngine) -> None:
    """DatabaseProblem: somebody is at work."""
    if found := await at_work(engine):
        raise DatabaseProblem(
            f"{write_queue_of(engine).where} is in use: {found}. Stop every process first; one that was killed is "
            "counted for twenty seconds more."
        )


def _look(connection: Connection) -> Processes:
    listening = {str(name): int(count) for name, count in connection.execute(_LISTENING)}
    beating = int(connection.execute(_BEATING).scalar() or 0) if connection.execute(_HAS_QUEUE).scalar() else 0
    both = listening.get(ALL, 0)
    # Whichever knows of more: a connection to listen is made again after a while, a heartbeat comes a moment later.
    return Processes(gateways=listening.get(GATEWAY, 0) + both, workers=max(beating, listening.get(WORKER, 0) + both))


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number in {0, 1} else 's'}"
