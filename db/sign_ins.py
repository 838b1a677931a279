"""The SignIns over SQL."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, or_, select, text, update

from bot.domain.ports import Clock
from bot.domain.sign_in import Credential, CredentialKind, NamedPerson, SignedIn, Unusable, folded_name

from . import forgotten_names, joining
from .tables import credentials, named_people
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_COLUMNS = [credentials.c[name] for name in Credential.__dataclass_fields__]
# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_ADD_PERSON = text(
    "INSERT INTO named_people (folded, name, user_id, created_at) VALUES (:folded, :name, :user_id, :created_at)"
    " ON CONFLICT (folded) DO NOTHING"
).bindparams(*(bindparam(column.name, type_=column.type) for column in named_people.c))
_KEPT = [*_COLUMNS, credentials.c.seen_at]
_ADD = text(
    f"INSERT INTO credentials ({', '.join(column.name for column in _KEPT)})"  # noqa: S608 - names of columns
    f" VALUES ({', '.join(f':{column.name}' for column in _KEPT)}) ON CONFLICT (hash) DO NOTHING"
).bindparams(*(bindparam(column.name, type_=column.type) for column in _KEPT))


class SqlSignIns:
    """Implements bot.domain.ports.SignIns on any database that db.migrate has prepared."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def person(self, name: str) -> NamedPerson | None:
        query = _people(self._clock.now()).where(named_people.c.folded == folded_name(name))
        return await read(self._engine, lambda connection: _person_of(connection, query))

    async def people(self) -> Sequence[NamedPerson]:
        query = _people(self._clock.now()).order_by(named_people.c.folded)
        return await read(
            self._engine, lambda connection: [NamedPerson(**row) for row in connection.execute(query).mappings()]
        )

    async def add_person(self, name: str) -> NamedPerson:
        now, folded = self._clock.now(), folded_name(name)
        row = {"folded": folded, "name": name, "user_id": f"n-{secrets.token_hex(8)}", "created_at": now}

        def work(connection: Connection) -> NamedPerson:
            forgotten_names.bring_back(connection, folded, name, now)
            connection.execute(_ADD_PERSON, row)
            person = _person_of(connection, _people(now).where(named_people.c.folded == folded))
            assert person is not None  # noqa: S101 - it is there since the statement before
            return person

        return await write(self._engine, work)

    async def add(self, credential: Credential) -> None:
        def work(connection: Connection) -> None:
            if credential.kind is CredentialKind.CODE:
                connection.execute(
                    delete(credentials).where(
                        credentials.c.user_id == credential.user_id, credentials.c.kind == credential.kind.value
                    )
                )
            _add(connection, credential)

        await write(self._engine, work)

    async def find(self, secret_hash: str, kind: CredentialKind) -> SignedIn | Unusable:
        now = self._clock.now()
        return await read(self._engine, lambda connection: _find(connection, secret_hash, kind, now))

    async def redeem(
        self, secret_hash: str, kind: CredentialKind, session: Credential, *, guest_id: str | None
    ) -> SignedIn | Unusable:
        now = self._clock.now()
        use = (
            update(credentials)
            .where(credentials.c.hash == secret_hash, *_usable(kind, now))
            .values(used_at=now)
            .returning(credentials.c.user_id, credentials.c.opened_by)
        )

        def work(connection: Connection) -> SignedIn | Unusable:
            used = connection.execute(use).one_or_none()
            if used is None:
                found = _find(connection, secret_hash, kind, now)
                return found if isinstance(found, Unusable) else Unusable.USED
            user_id, left = joining.join(connection, guest_id, used.user_id)
            opened = replace(session, user_id=user_id, opened_by=used.opened_by, guest_id=left)
            _add(connection, opened)
            return SignedIn(credential=opened, name=_name(connection, user_id))

        return await write(self._engine, work)

    async def bring_along(self, session_hash: str) -> bool:
        session = (credentials.c.hash == session_hash, credentials.c.guest_id.is_not(None))

        def work(connection: Connection) -> bool:
            row = connection.execute(
                select(credentials.c.guest_id, credentials.c.user_id).where(*session)
            ).one_or_none()
            if row is None:
                return True
            _, left = joining.join(connection, row.guest_id, row.user_id)
            if left is None:
                connection.execute(update(credentials).where(*session).values(guest_id=None))
            return left is None

        return await write(self._engine, work)

    async def seen(self, secret_hash: str, at: datetime, expires_at: datetime | None) -> None:
        statement = (
            update(credentials).where(credentials.c.hash == secret_hash).values(seen_at=at, expires_at=expires_at)
        )
        await write(self._engine, lambda connection: connection.execute(statement))

    async def end(self, secret_hash: str) -> None:
        await write(
            self._engine,
            lambda connection: connection.execute(delete(credentials).where(credentials.c.hash == secret_hash)),
        )

    async def end_person(self, name: str) -> NamedPerson | None:
        now, folded = self._clock.now(), folded_name(name)

        def work(connection: Connection) -> NamedPerson | None:
            person = _person_of(connection, _people(now).where(named_people.c.folded == folded))
            if person is not None:
                ended = (credentials.c.user_id == person.user_id, credentials.c.kind != CredentialKind.LEGACY.value)
                connection.execute(delete(credentials).where(*ended))
            return person

        return await write(self._engine, work)

    async def end_legacy(self, user_id: str, until: datetime) -> None:
        ended = Credential(
            hash=_legacy_hash(user_id),
            kind=CredentialKind.LEGACY,
            user_id=user_id,
            created_at=self._clock.now(),
            expires_at=until,
        )
        await write(self._engine, lambda connection: _add(connection, ended))

    async def legacy_ended(self, user_id: str) -> bool:
        query = select(credentials.c.hash).where(credentials.c.hash == _legacy_hash(user_id))
        return await read(self._engine, lambda connection: connection.execute(query).first() is not None)


def _legacy_hash(user_id: str) -> str:
    """In place of a secret's: too short to be one."""
    return f"{CredentialKind.LEGACY}:{user_id}"[:64]


def _add(connection: Connection, credential: Credential) -> None:
    seen_at = credential.created_at if credential.kind is CredentialKind.SESSION else None
    connection.execute(_ADD, {**asdict(credential), "kind": credential.kind.value, "seen_at": seen_at})


def _find(connection: Connection, secret_hash: str, kind: CredentialKind, now: datetime) -> SignedIn | Unusable:
    query = (
        select(*_COLUMNS, credentials.c.used_at, credentials.c.seen_at, named_people.c.name)
        .select_from(credentials.outerjoin(named_people, named_people.c.user_id == credentials.c.user_id))
        .where(credentials.c.hash == secret_hash, credentials.c.kind == kind.value)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return Unusable.UNKNOWN
    if row["used_at"] is not None:
        return Unusable.USED
    if row["expires_at"] is not None and row["expires_at"] <= now:
        return Unusable.EXPIRED
    found: dict[str, Any] = {column.name: row[column.name] for column in _COLUMNS}
    return SignedIn(
        credential=Credential(**{**found, "kind": CredentialKind(found["kind"])}),
        name=row["name"],
        seen_at=row["seen_at"],
    )


def _usable(kind: CredentialKind, now: datetime) -> list[Any]:
    return [
        credentials.c.kind == kind.value,
        credentials.c.used_at.is_(None),
        or_(credentials.c.expires_at.is_(None), credentials.c.expires_at > now),
    ]


def _name(connection: Connection, user_id: str) -> str | None:
    query = select(named_people.c.name).where(named_people.c.user_id == user_id)
    return connection.execute(query).scalar_one_or_none()


def _people(now: datetime) -> Select[Any]:
    def counted(kind: CredentialKind) -> Any:
        return func.count(credentials.c.hash).filter(and_(*_usable(kind, now)))

    return (
        select(
            named_people.c.name,
            named_people.c.user_id,
            counted(CredentialKind.SESSION).label("sessions"),
            counted(CredentialKind.TOKEN).label("tokens"),
            counted(CredentialKind.INVITE).label("invites"),
            func.max(credentials.c.seen_at).label("seen_at"),
        )
        .select_from(named_people.outerjoin(credentials, credentials.c.user_id == named_people.c.user_id))
        .where(named_people.c.name != "")
        .group_by(named_people.c.folded)
    )


def _person_of(connection: Connection, query: Select[Any]) -> NamedPerson | None:
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else NamedPerson(**row)
