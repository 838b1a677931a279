"""What is left on the provider's account: asked for now and then, shown, and never decided by.

The call is in no document of the vendor's (docs/seedream.md): where it isn't answered, nothing is said.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from bot.domain.ports import Clock, ImageModel
from bot.observability.metrics import Metrics
from db.errors import DatabaseProblem

_log = structlog.get_logger(__name__)

ASK_SECONDS: Final = 600.0
_KEY: Final = "account-balance"


class Facts(Protocol):
    """Small facts kept between starts."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Balance:
    beans: float
    at: datetime


async def last_balance(facts: Facts) -> Balance | None:
    """As a running bot has heard it last."""
    kept = await facts.get(_KEY)
    if kept is None:
        return None
    beans, at = json.loads(kept)
    return Balance(float(beans), datetime.fromisoformat(at))


async def watch_balance(model: ImageModel, *, facts: Facts, metrics: Metrics, clock: Clock) -> None:
    """Keep the metric and the fact up to date, for ever. Cancel it to stop."""
    while True:
        beans = await model.balance()
        if beans is not None:
            metrics.balance(beans)
            try:
                await facts.set(_KEY, json.dumps([beans, clock.now().isoformat()]))
            except DatabaseProblem as error:  # the next time will do
                _log.debug("balance_not_kept", error=str(error))
        await clock.sleep(ASK_SECONDS)
