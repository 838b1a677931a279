"""How a person, or what is too old, is forgotten: pieces of work of bounded size."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    bindparam,
    cast,
    delete,
    false,
    func,
    or_,
    select,
    text,
    true,
    update,
)

from bot.domain.job import new_job_id
from bot.domain.moderation import ABOUT_PEOPLE, AuditAction
from bot.domain.sign_in import CredentialKind

from . import forgotten_names, order_keys, personal_defaults
from .tables import (
    HAS_WORDS,
    NEEDS_NOTHING,
    TO_FORGET,
    audit,
    credentials,
    drafts,
    jobs,
    pending_deletions,
    reports,
    share_links,
    stars,
    usage,
    votes,
)

FORGOTTEN = "forgotten"
# The platform whose people sign in here.
OF_THE_PAGE = "web"

# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_DOOM = text("INSERT INTO doomed_pictures (key) VALUES (:key) ON CONFLICT DO NOTHING")
_SPEND = text("INSERT INTO spent_tasks (task_id, at) VALUES (:task_id, :at) ON CONFLICT DO NOTHING").bindparams(
    bindparam("at", type_=jobs.c.created_at.type)
)
_WITHOUT_PERSON = (
    update(usage)
    .where(usage.c.job_id == bindparam("the_job"))
    # Nobody else may have just these roles.
    .values(job_id=bindparam("a_job"), user_id=bindparam("a_user"), roles="[]")
)


# What `remove` reads of a job.
IDENTITY = (
    jobs.c.id,
    jobs.c.author_platform,
    jobs.c.author_community_id,
    jobs.c.author_id,
    jobs.c.task_id,
    jobs.c.pictures,
)


@dataclass(frozen=True, slots=True)
class Batch:
    """How many jobs were worked on, and the keys of their pictures."""

    count: int
    keys: Sequence[str]


@dataclass(slots=True)
class Pseudonyms:
    """A random name for each person in each community, known to nobody once it is dropped."""

    _names: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def of(self, platform: str, community_id: str, user_id: str) -> str:
        return self._names.setdefault((platform, community_id, user_id), f"{FORGOTTEN}-{new_job_id()}")


def mark(connection: Connection, platform: str, user_id: str, count: int) -> int:
    """Mark some more of a person's jobs for `sweep`; how many."""
    found = (
        select(jobs.c.id)
        .where(jobs.c.author_platform == platform, jobs.c.author_id == user_id, jobs.c.forget == false())
        .limit(count)
    )
    return connection.execute(update(jobs).where(jobs.c.id.in_(found)).values(forget=true())).rowcount


def sweep(
    connection: Connection, author: tuple[str, str] | None, pseudonyms: Pseudonyms, count: int, now: datetime
) -> Batch:
    """Remove marked jobs that need nothing any more; the ledger keeps their numbers under other names."""
    query = select(*IDENTITY).where(TO_FORGET, NEEDS_NOTHING)
    if author is not None:
        query = query.where(jobs.c.author_platform == author[0], jobs.c.author_id == author[1])
    rows = connection.execute(query.limit(count).with_for_update()).all()
    if not rows:
        return Batch(0, ())
    return remove(connection, rows, pseudonyms, now)


def remove(connection: Connection, rows: Sequence[Any], pseudonyms: Pseudonyms, now: datetime) -> Batch:
    """Delete these jobs, of which the columns of IDENTITY are known, and what hangs on them."""
    ids = [row.id for row in rows]
    connection.execute(
        _WITHOUT_PERSON,
        [
            {
                "the_job": row.id,
                "a_job": new_job_id(),  # the old one is on messages that others may have kept
                "a_user": pseudonyms.of(row.author_platform, row.author_community_id, row.author_id),
            }
            for row in rows
        ],
    )
    if tasks := [{"task_id": row.task_id, "at": now} for row in rows if row.task_id is not None]:
        connection.execute(_SPEND, tasks)
    connection.execute(delete(reports).where(reports.c.job_id.in_(ids)))
    order_keys.forget(connection, ids)
    connection.execute(delete(jobs).where(jobs.c.id.in_(ids)))  # stars and votes go with them
    return Batch(len(rows), _doom(connection, (row.pictures for row in rows)))


def forget_traces(connection: Connection, platform: str, user_id: str, now: datetime) -> None:
    """What a person left other than jobs: defaults, drafts, stars, votes, their name on reports and in the audit trail.

    On the page also the name that they were invited by, and everything that signs them in.
    """
    personal_defaults.forget(connection, platform, user_id)
    connection.execute(delete(drafts).where(drafts.c.author_platform == platform, drafts.c.author_id == user_id))
    theirs = (stars.c.platform == platform, stars.c.user_id == user_id)
    starred = select(stars.c.job_id).where(*theirs)
    connection.execute(update(jobs).where(jobs.c.id.in_(starred)).values(stars=jobs.c.stars - 1))
    connection.execute(delete(stars).where(*theirs))
    connection.execute(delete(votes).where(votes.c.platform == platform, votes.c.user_id == user_id))
    connection.execute(delete(share_links).where(share_links.c.platform == platform, share_links.c.user_id == user_id))
    # What is reported stays so: moderators have yet to look at it. One name for all, since nobody reports a job twice.
    anybody = f"{FORGOTTEN}-{new_job_id()}"
    connection.execute(
        update(reports)
        .where(reports.c.platform == platform, reports.c.reporter_id == user_id)
        .values(reporter_id=anybody, reason="")
    )
    _forget_in_trail(connection, platform, user_id)
    if platform == OF_THE_PAGE:
        # What forbids an old cookie stays until that cookie would have expired.
        opens = credentials.c.kind != CredentialKind.LEGACY.value
        connection.execute(delete(credentials).where(credentials.c.user_id == user_id, opens))
        connection.execute(update(credentials).where(credentials.c.guest_id == user_id).values(guest_id=None))
        forgotten_names.forget(connection, user_id, now)


def _forget_in_trail(connection: Connection, platform: str, user_id: str) -> None:
    here = audit.c.platform == platform
    reported = (here, audit.c.actor_id == user_id, audit.c.action == AuditAction.REPORTED.value)
    for entry_id, detail in connection.execute(select(audit.c.id, audit.c.detail).where(*reported)).all():
        without_words = {name: value for name, value in detail.items() if name != "reason"}
        connection.execute(update(audit).where(audit.c.id == entry_id).values(detail=without_words))
    connection.execute(update(audit).where(here, audit.c.actor_id == user_id).values(actor_id=FORGOTTEN, actor_name=""))
    connection.execute(update(audit).where(here, audit.c.undone_by == user_id).values(undone_by=FORGOTTEN))
    connection.execute(
        update(audit)
        .where(here, audit.c.target == user_id, audit.c.action.in_([action.value for action in ABOUT_PEOPLE]))
        .values(target=FORGOTTEN, detail={}, undo=None)
    )
    mentions = or_(_mentions(audit.c.detail, user_id), _mentions(audit.c.undo, user_id))
    for entry in connection.execute(select(audit.c.id, audit.c.detail, audit.c.undo).where(here, mentions)).all():
        detail = {name: FORGOTTEN if value == user_id else value for name, value in entry.detail.items()}
        undo = None if entry.undo is None or user_id in entry.undo.values() else entry.undo
        connection.execute(update(audit).where(audit.c.id == entry.id).values(detail=detail, undo=undo))


def _mentions(column: Any, user_id: str) -> ColumnElement[bool]:
    within = json.dumps(user_id)[1:-1]  # as JSON writes it, with its escapes
    return cast(column, Text).contains(within, autoescape=True)


def expire(
    connection: Connection, platform: str, community_id: str, before: datetime, count: int, now: datetime
) -> Batch:
    """Forget the words and pictures of the oldest jobs; the row stays, for the names in the usage."""
    query = (
        select(jobs.c.id, jobs.c.pictures)
        .where(
            jobs.c.platform == platform,
            jobs.c.community_id == community_id,
            jobs.c.created_at < before,
            jobs.c.stars == 0,
            HAS_WORDS,
            NEEDS_NOTHING,
        )
        .order_by(jobs.c.created_at)
        .limit(count)
        .with_for_update()
    )
    return _forget_jobs(connection, connection.execute(query).all(), now)


# The same on both takes two ways of writing it.
_PICTURE_BYTES = {
    "sqlite": text("SELECT sum(json_extract(value, '$.size')) FROM jobs, json_each(jobs.pictures)"),
    "postgresql": text("SELECT sum((value ->> 'size')::bigint) FROM jobs, json_array_elements(jobs.pictures)"),
}


def picture_bytes(connection: Connection) -> int:
    """What the pictures of all jobs take."""
    return int(connection.execute(_PICTURE_BYTES[connection.dialect.name]).scalar() or 0)


def expire_oldest(connection: Connection, size: int, count: int, now: datetime) -> tuple[Batch, int]:
    """Forget the oldest jobs with pictures, at most `count`, until these have `size` bytes; how many they had."""
    query = (
        select(jobs.c.id, jobs.c.pictures)
        .where(jobs.c.stars == 0, cast(jobs.c.pictures, Text) != "[]", NEEDS_NOTHING)
        .order_by(jobs.c.created_at)
        .limit(count)
        .with_for_update()
    )
    taken, freed = [], 0
    for row in connection.execute(query).all():
        if freed >= size:
            break
        taken.append(row)
        freed += sum(int(picture["size"]) for picture in row.pictures)
    return _forget_jobs(connection, taken, now), freed


def _forget_jobs(connection: Connection, rows: Sequence[Any], now: datetime) -> Batch:
    if not rows:
        return Batch(0, ())
    ids = [row.id for row in rows]
    connection.execute(delete(votes).where(votes.c.job_id.in_(ids)))
    connection.execute(delete(share_links).where(share_links.c.job_id.in_(ids)))
    connection.execute(
        update(jobs)
        .where(jobs.c.id.in_(ids))
        .values(
            prompt="",
            prompt_folded="",
            prompt_sent="",
            fingerprint="",
            details={},
            pictures=[],
            failure_detail=None,
            deleted_at=func.coalesce(jobs.c.deleted_at, bindparam("now", now, type_=jobs.c.deleted_at.type)),
        )
    )
    return Batch(len(rows), _doom(connection, (row.pictures for row in rows)))


def pictures_gone(connection: Connection, keys: Sequence[str]) -> None:
    connection.execute(delete(pending_deletions).where(pending_deletions.c.key.in_(keys)))


def _doom(connection: Connection, pictures: Iterable[Sequence[Mapping[str, Any]]]) -> list[str]:
    """Remember that these files are to be deleted, until somebody says that they are: a crash must not keep them."""
    keys = [str(picture["key"]) for some in pictures for picture in some]
    if keys:
        connection.execute(_DOOM, [{"key": key} for key in keys])
    return keys
