"""Installations of many workspaces, kept encrypted: whoever copies the database has no token.

https://cryptography.io/en/latest/fernet/
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Protocol

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .workspaces import Installation, Workspace

_log = structlog.get_logger(__name__)


class SealedRows(Protocol):
    """Where sealed installations are kept, by organization and workspace; "" stands for none."""

    async def save(self, enterprise_id: str, team_id: str, sealed: str) -> None:
        """Keep it in place of what was there."""
        ...

    async def find(self, enterprise_id: str, team_id: str) -> str | None: ...

    async def find_all(self, enterprise_id: str) -> Sequence[str]:
        """All of an organization's."""
        ...

    async def keys(self) -> Sequence[tuple[str, str]]:
        """Organization and workspace of all there are."""
        ...

    async def remove(self, enterprise_id: str, team_id: str) -> None: ...


class SealedInstallations:
    """Implements InstallationStore. `keys` are Fernet keys, the newest first: with it is sealed, with any unsealed."""

    def __init__(self, rows: SealedRows, *, keys: list[str]) -> None:
        """ValueError for a key that is none."""
        self._rows = rows
        self._box = MultiFernet([Fernet(key) for key in keys])

    async def save(self, installation: Installation) -> None:
        sealed = self._box.encrypt(json.dumps(dataclasses.asdict(installation)).encode()).decode()
        await self._rows.save(installation.enterprise_id or "", installation.team_id or "", sealed)

    async def find(self, *, enterprise_id: str | None, team_id: str | None) -> Installation | None:
        """The workspace's own, else its organization's. One that no key opens is as good as none."""
        for team in dict.fromkeys((team_id or "", "")):
            sealed = await self._rows.find(enterprise_id or "", team)
            if sealed is not None and (found := self._unseal(sealed)) is not None:
                return found
        return None

    async def of_organization(self, enterprise_id: str) -> Sequence[Installation]:
        opened = [self._unseal(sealed) for sealed in await self._rows.find_all(enterprise_id)]
        return [found for found in opened if found is not None]

    async def workspaces(self) -> Sequence[Workspace]:
        """See InstallationStore.workspaces."""
        return [
            Workspace(team_id=team, enterprise_id=enterprise or None) for enterprise, team in await self._rows.keys()
        ]

    async def remove(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._rows.remove(enterprise_id or "", team_id or "")

    def _unseal(self, sealed: str) -> Installation | None:
        try:
            return Installation(**json.loads(self._box.decrypt(sealed.encode())))
        except InvalidToken:
            _log.error("installation_key_changed", action="installations")
            return None
