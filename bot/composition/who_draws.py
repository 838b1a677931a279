"""Whether a sandbox draws, as it says of itself, kept for commands that run without a provider."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot.composition.balance import Facts
from bot.domain.ports import Clock, ImageModel
from db.errors import DatabaseProblem

_log = structlog.get_logger(__name__)

_KEY: Final = "sandbox-draws"


@dataclass(frozen=True, slots=True)
class WhoDraws:
    sandbox: bool
    since: datetime


async def last_known(facts: Facts) -> WhoDraws | None:
    """As a running bot has heard it last."""
    kept = await facts.get(_KEY)
    if kept is None:
        return None
    sandbox, since = json.loads(kept)
    return WhoDraws(bool(sandbox), datetime.fromisoformat(since))


async def keep_who_draws(model: ImageModel, *, facts: Facts, clock: Clock) -> None:
    """Keep what the model knows now, where it is news."""
    if model.sandbox is None:
        return
    try:
        before = await last_known(facts)
        if before is None or before.sandbox is not model.sandbox:
            await facts.set(_KEY, json.dumps([model.sandbox, clock.now().isoformat()]))
    except DatabaseProblem as error:  # the next time will do
        _log.warning("sandbox_not_kept", error=str(error))
