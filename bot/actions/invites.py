"""Letting people in to the page by name: a link for each of their devices, a token for each of their programs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.ports import Clock, SignIns
from bot.domain.sign_in import (
    INVITE_LASTS,
    TOKEN_PREFIX,
    Credential,
    CredentialKind,
    NamedPerson,
    clean_name,
    hashed,
)

_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A new secret, which is shown once and kept as a hash; `expires_at` is None for a token."""

    person: NamedPerson
    secret: str = field(repr=False)
    expires_at: datetime | None = None


class Invites:
    """Of the operator. Names are the persons: the same name is the same person, whatever it was spelt like."""

    def __init__(self, *, sign_ins: SignIns, clock: Clock) -> None:
        self._sign_ins = sign_ins
        self._clock = clock

    async def invite(self, name: str) -> Issued:
        """A secret for a link that signs one device in. BadName."""
        return await self._issue(name, CredentialKind.INVITE, secrets.token_urlsafe(_BYTES))

    async def token(self, name: str) -> Issued:
        """A bearer token for a program, good until `uninvite`. BadName."""
        return await self._issue(name, CredentialKind.TOKEN, f"{TOKEN_PREFIX}{secrets.token_urlsafe(_BYTES)}")

    async def people(self) -> Sequence[NamedPerson]:
        return await self._sign_ins.people()

    async def uninvite(self, name: str) -> NamedPerson | None:
        """End everything that lets this person in. What that was; None for nobody of this name. BadName."""
        return await self._sign_ins.end_person(clean_name(name))

    async def _issue(self, name: str, kind: CredentialKind, secret: str) -> Issued:
        person, now = await self._sign_ins.add_person(clean_name(name)), self._clock.now()
        expires_at = now + INVITE_LASTS if kind is CredentialKind.INVITE else None
        await self._sign_ins.add(
            Credential(hash=hashed(secret), kind=kind, user_id=person.user_id, created_at=now, expires_at=expires_at)
        )
        return Issued(person=person, secret=secret, expires_at=expires_at)
