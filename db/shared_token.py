"""The provider account's one access token, for all processes of a database: a new one ends the one before it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken

from .locks import DatabaseLocks
from .meta import get_meta, set_meta

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_KEY = "seedream-token"


class SharedToken:
    """Sealed with a key made of the account's secret, so that the database and its backups hold no token."""

    def __init__(self, engine: AsyncEngine, locks: DatabaseLocks, *, app_id: str, secret: str) -> None:
        self._engine = engine
        self._locks = locks
        self._name = f"{_KEY}:{app_id}"
        digest = hashlib.sha256(f"{_KEY}:{app_id}:{secret}".encode()).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(digest))

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[tuple[str, datetime] | None]:
        """One process at a time, with the token that is kept and until when it is good. DatabaseProblem."""
        async with self._locks.acquire(self._name):
            yield self._opened(await get_meta(self._engine, self._name))

    async def keep(self, token: str, good_until: datetime) -> None:
        plain = json.dumps([token, good_until.isoformat()]).encode()
        await set_meta(self._engine, self._name, self._seal.encrypt(plain).decode())

    def _opened(self, sealed: str | None) -> tuple[str, datetime] | None:
        try:
            token, until = json.loads(self._seal.decrypt(sealed or ""))
        except (InvalidToken, ValueError):  # none, or from before the secret was changed
            return None
        return str(token), datetime.fromisoformat(until)
