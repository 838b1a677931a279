"""What /readyz says: whether a request made now would be taken, and what is known of everything beside that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.composition.account import account_check, drawing_check
from bot.composition.connections import PlatformConnection
from bot.composition.core import Core
from bot.composition.picture_store import PictureStoreCheck
from bot.domain.errors import StoreUnavailable
from bot.observability.health import NOT_KNOWN, Check, Health
from db.transactions import write_queue_of
from db.usable import require_usable

DATABASE_SECONDS: Final = 3.0


class Readiness:
    """`connections` is filled while the program starts."""

    def __init__(self, core: Core, health: Health) -> None:
        self._core = core
        self._health = health
        self.connections: list[PlatformConnection] = []
        self.places: Callable[[], Mapping[str, Check]] = dict
        self._of_database = NOT_KNOWN
        self._pictures = PictureStoreCheck(core.stores.pictures, core.clock)

    async def __call__(self) -> tuple[bool, Mapping[str, Any]]:
        """Ready or not, and every check by its name."""
        database, pictures = await asyncio.gather(self._database(), self._pictures.check())
        _, answer = self._health.readyz()
        saves = self._core.saves_check()
        return self._health.ready() and database.ok is True and bool(saves["ok"]), {
            **answer["checks"],
            "database": database.as_json(required=True),
            "saves": saves,
            "pictures": pictures.as_json(required=False),
            **self._of_platforms(),
            **self._of_provider(),
        }

    async def _database(self) -> Check:
        """A database that is gone is known by asking it, not by remembering."""
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self._core.stores.jobs.get("")
                await require_usable(self._core.meta.engine)
        except StoreUnavailable as error:
            self._note(ok=False, detail=str(error))
        except TimeoutError:
            why = write_queue_of(self._core.meta.engine).unwritable_why
            self._note(ok=False, detail=f"no answer within {DATABASE_SECONDS:.0f} s{why and f'; before: {why}'}")
        else:
            self._note(ok=True, detail="ok")
        return self._of_database

    def _note(self, *, ok: bool, detail: str) -> None:
        before = self._of_database
        since = before.since if before.ok is ok else self._core.clock.now()
        self._of_database = Check(ok=ok, detail=detail, since=since)

    def _of_platforms(self) -> Mapping[str, Any]:
        checks = [self.places().items(), *(one.checks().items() for one in self.connections)]
        return {name: check.as_json(required=False) for items in checks for name, check in items}

    def _of_provider(self) -> Mapping[str, Any]:
        model = self._core.model
        return {
            "provider": self._core.provider_check(),
            "account": account_check(model.account).as_json(required=False),
            "drawing": drawing_check(model).as_json(required=False),
        }
