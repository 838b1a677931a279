"""What an engine is told by whoever composes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.domain.ports import Arrivals
from bot.observability.outages import Outage


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """`limits` are the operator's; `limits_for`: what its community lets the author of a job have.

    `callback_url`: where the provider tells of a task's end, None for nowhere. `restored_at`: when the backup was made
    that the store was restored from, if it was. `database`: what the log says while it is away. `arrivals`: what is
    made of pictures on their way in.
    """

    limits: Limits
    limits_for: Callable[[Job], Awaitable[Limits]]
    callback_url: str | None = None
    restored_at: datetime | None = None
    database: Outage = field(default_factory=lambda: Outage("database"))
    arrivals: Arrivals | None = None
