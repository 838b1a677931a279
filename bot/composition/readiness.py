"""What /readyz says: whether a request made now would be taken, and what is known of everything beside that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.composition.account import account_check, drawing_check
from bot.composition.connections import PlatformConnection
from bot.composition.core import Core
from bot.observability.health import Health


class Readiness:
    """`connections` is filled while the program starts."""

    def __init__(self, core: Core, health: Health) -> None:
        self._core = core
        self._health = health
        self.connections: list[PlatformConnection] = []

    async def __call__(self) -> tuple[bool, Mapping[str, Any]]:
        """Ready or not, and every check by its name."""
        await self._core.stores.jobs.get("")  # a database that is gone is known by asking it, not by remembering
        _, answer = self._health.readyz()
        return self._health.ready(), {**answer["checks"], **self._of_platforms(), **self._of_provider()}

    def _of_platforms(self) -> Mapping[str, Any]:
        checks = [one.checks().items() for one in self.connections]
        return {name: check.as_json(required=False) for items in checks for name, check in items}

    def _of_provider(self) -> Mapping[str, Any]:
        model = self._core.model
        return {
            "provider": self._core.provider_check(),
            "account": account_check(model.account).as_json(required=False),
            "drawing": drawing_check(model).as_json(required=False),
            "saves": self._core.saves_check(),
        }
