"""What a guest of the page did becomes a person's who signs in on the same browser: rows change their author.

A person who has done nothing yet takes the guest's id instead, so that jobs under way stay what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, or_, select, text, update

from bot.domain.people import Person
from bot.domain.sign_in import CredentialKind

from .counters import Scope, person_key, read_secret
from .tables import (
    NEEDS_SOMETHING,
    audit,
    blocks,
    counters,
    credentials,
    drafts,
    jobs,
    named_people,
    personal_defaults,
    reports,
    share_links,
    stars,
    strikes,
    usage,
    votes,
)

_PAGE, _COMMUNITY = "web", "web"
# Where somebody's id stands, beside jobs and counters: table, its column of the platform, its column of the person.
_TRACES: Sequence[tuple[Table, str, str]] = (
    (usage, "platform", "user_id"),
    (drafts, "author_platform", "author_id"),
    (blocks, "platform", "user_id"),
    (strikes, "platform", "user_id"),
    (share_links, "platform", "user_id"),
    (audit, "platform", "actor_id"),
    (audit, "platform", "target"),
    (audit, "platform", "undone_by"),
)
# What a person has one of for each job, or at all: what they have themselves wins.
_ONE_EACH: Sequence[tuple[Table, str, str | None]] = (
    (stars, "user_id", "job_id"),
    (votes, "user_id", "job_id"),
    (reports, "reporter_id", "job_id"),
    (personal_defaults, "user_id", None),
)
# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_ADD = text(
    "INSERT INTO counters (scope, key, period, taken) VALUES (:scope, :key, :period, :taken)"
    " ON CONFLICT (scope, key, period) DO UPDATE SET taken ="
    " CASE WHEN counters.scope <> :moment THEN counters.taken + excluded.taken"
    " WHEN counters.taken < excluded.taken THEN excluded.taken ELSE counters.taken END"
)


def join(connection: Connection, guest_id: str | None, user_id: str) -> tuple[str, str | None]:
    """Make the guest and the person one. The person's id from now on, and the guest's where jobs are under way still.

    Nothing happens where the "guest" has a name of their own: somebody else signs in on their browser.
    """
    connection.execute(select(named_people.c.folded).where(named_people.c.user_id == user_id).with_for_update())
    if guest_id is None or guest_id == user_id or _is_named(connection, guest_id):
        return user_id, None
    if not _has_done_anything(connection, user_id):
        _rename(connection, user_id, guest_id)
        return guest_id, None
    if connection.execute(select(exists().where(*_authored(guest_id), NEEDS_SOMETHING))).scalar_one():
        return user_id, guest_id
    _move(connection, guest_id, user_id)
    return user_id, None


def _is_named(connection: Connection, user_id: str) -> bool:
    return bool(connection.execute(select(exists().where(named_people.c.user_id == user_id))).scalar_one())


def _has_done_anything(connection: Connection, user_id: str) -> bool:
    """Counters tell of somebody whose data was deleted: a new id would give them a new day."""
    found = (
        exists().where(*_authored(user_id)),
        exists().where(counters.c.key.in_(_keys(connection, user_id)), counters.c.taken > 0),
        *(
            exists().where(table.c[platform] == _PAGE, table.c[person] == user_id)
            for table, platform, person in _TRACES
        ),
        *(exists().where(table.c.platform == _PAGE, table.c[person] == user_id) for table, person, _ in _ONE_EACH),
    )
    return bool(connection.execute(select(or_(*found))).scalar_one())


def _rename(connection: Connection, old: str, new: str) -> None:
    """The person `old`, of whom there is nothing but credentials, is called `new` from now on."""
    connection.execute(update(named_people).where(named_people.c.user_id == old).values(user_id=new))
    _move_sessions(connection, old, new)
    _name_jobs(connection, new)


def _move(connection: Connection, old: str, new: str) -> None:
    connection.execute(update(jobs).where(*_authored(old)).values(author_id=new))
    for table, platform, person in _TRACES:
        column = table.c[person]
        connection.execute(update(table).where(table.c[platform] == _PAGE, column == old).values({column: new}))
    for table, person, job in _ONE_EACH:
        _move_one_each(connection, table.c[person], None if job is None else table.c[job], old, new)
    _move_counters(connection, old, new)
    _move_sessions(connection, old, new)
    _name_jobs(connection, new)


def _move_one_each(
    connection: Connection, person: ColumnElement[str], job: ColumnElement[str] | None, old: str, new: str
) -> None:
    table: Any = person.table
    theirs = and_(table.c.platform == _PAGE, person == new)
    own = theirs if job is None else and_(theirs, job.in_(select(job).where(table.c.platform == _PAGE, person == old)))
    kept = select(person if job is None else job).where(own)
    both = connection.execute(kept).scalars().all()
    if both:
        doubled = [table.c.platform == _PAGE, person == old, *([] if job is None else [job.in_(both)])]
        connection.execute(delete(table).where(*doubled))
        if table is stars:
            connection.execute(update(jobs).where(jobs.c.id.in_(both)).values(stars=jobs.c.stars - 1))
    connection.execute(update(table).where(table.c.platform == _PAGE, person == old).values({person: new}))


def _move_counters(connection: Connection, old: str, new: str) -> None:
    """What was used today stays used."""
    moved = dict(zip(_keys(connection, old), _keys(connection, new), strict=True))
    theirs = counters.c.key.in_(moved)
    found = connection.execute(
        select(counters.c.scope, counters.c.key, counters.c.period, counters.c.taken).where(theirs)
    ).all()
    rows: list[Mapping[str, Any]] = [
        {
            "scope": row.scope,
            "key": moved[row.key],
            "period": row.period,
            "taken": row.taken,
            "moment": Scope.ACCEPTED.value,
        }
        for row in found
    ]
    if rows:
        connection.execute(_ADD, rows)
        connection.execute(delete(counters).where(theirs))


def _move_sessions(connection: Connection, old: str, new: str) -> None:
    """Other devices of the same guest come along."""
    theirs = (credentials.c.user_id == old, credentials.c.kind != CredentialKind.LEGACY.value)
    connection.execute(update(credentials).where(*theirs).values(user_id=new))


def _name_jobs(connection: Connection, user_id: str) -> None:
    """Call the author of these jobs by their name, if they have one."""
    name = select(named_people.c.name).where(named_people.c.user_id == user_id).scalar_subquery()
    connection.execute(
        update(jobs).where(*_authored(user_id)).values(author_name=func.coalesce(name, jobs.c.author_name))
    )


def _authored(user_id: str) -> tuple[ColumnElement[bool], ...]:
    return (jobs.c.author_platform == _PAGE, jobs.c.author_id == user_id)


def _keys(connection: Connection, user_id: str) -> tuple[str, ...]:
    """Of this person's counters: as a member of the page, as an account, and of the account what is here."""
    secret = read_secret(connection)
    account = Person(platform=_PAGE, community_id=_COMMUNITY, user_id=user_id, name="").account
    parts = ((_PAGE, _COMMUNITY, user_id), account, (*account, _COMMUNITY))
    return tuple(person_key(secret, *each) for each in parts)
