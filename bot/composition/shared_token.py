"""Where processes over one database keep the provider's token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.domain.errors import ModelUnavailable, StoreUnavailable
from bot.seedream.token import KeptToken
from db.shared_token import SharedToken

_AWAY = "the database, which has the access token, can't be reached"


class DatabaseTokenStore:
    """Implements bot.seedream.token.SharedTokenStore."""

    def __init__(self, shared: SharedToken) -> None:
        self._shared = shared

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[KeptToken | None]:
        try:
            async with self._shared.turn() as kept:
                yield None if kept is None else KeptToken(*kept)
        except StoreUnavailable as error:
            raise ModelUnavailable(_AWAY) from error

    async def keep(self, kept: KeptToken) -> None:
        try:
            await self._shared.keep(kept.token, kept.renew_at)
        except StoreUnavailable as error:
            raise ModelUnavailable(_AWAY) from error
