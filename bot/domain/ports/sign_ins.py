"""Who may sign in to the page, and who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.sign_in import Credential, CredentialKind, NamedPerson, SignedIn, Unusable


class SignIns(Protocol):
    """Keeps hashes of secrets, never the secrets. What is ended or expired opens nothing from then on."""

    async def person(self, name: str) -> NamedPerson | None:
        """The person of this name (`folded_name` decides), also one whose access has ended."""
        ...

    async def people(self) -> Sequence[NamedPerson]:
        """Everybody who has ever been invited, in the order of their names."""
        ...

    async def add_person(self, name: str) -> NamedPerson:
        """The person of this name, made if there is none: the same name is the same person for ever."""
        ...

    async def add(self, credential: Credential) -> None:
        """Keep a credential. A device code replaces those of the same person."""
        ...

    async def find(self, secret_hash: str, kind: CredentialKind) -> SignedIn | Unusable:
        """Whom a credential of this kind speaks for, without using it."""
        ...

    async def redeem(
        self, secret_hash: str, kind: CredentialKind, session: Credential, *, guest_id: str | None
    ) -> SignedIn | Unusable:
        """Use an invite or a code for a session. Of any number who try at once, one wins.

        Of `session` hash, creation and end are taken. `guest_id` is who this browser was until now, as a guest:
        their jobs, stars, votes, defaults and counters become those of whom they sign in as, at once or with
        `bring_along` when their last job has ended.
        """
        ...

    async def bring_along(self, session_hash: str) -> bool:
        """Bring along what the guest of this session has left; whether nothing is left behind."""
        ...

    async def seen(self, secret_hash: str, at: datetime, expires_at: datetime | None) -> None:
        """Note when a session or a token was last used, and until when it is good now."""
        ...

    async def end(self, secret_hash: str) -> None:
        """Sign out; more than once is fine."""
        ...

    async def end_person(self, name: str) -> NamedPerson | None:
        """End every session, invite, code and token of a person; what they had until now, None for nobody."""
        ...

    async def end_legacy(self, user_id: str, until: datetime) -> None:
        """Accept no cookie of this person that was signed by WEB_TOKEN itself."""
        ...

    async def legacy_ended(self, user_id: str) -> bool: ...
