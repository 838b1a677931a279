"""The Gallery over SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from bot.domain.job import FailureCode, Job, JobState
from bot.domain.people import Person
from bot.domain.ports import MOST_FOUND, GalleryFilter, GalleryPage, GalleryQuery, Opinion, ResultQuery

from .cursors import older_than
from .rows import folded, job_of
from .tables import HAS_WORDS, IS_DONE, IS_STARRED, jobs, stars, votes
from .transactions import read, write
from .visibility import may_see

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_NEWEST_FIRST = (jobs.c.created_at.desc(), jobs.c.id.desc())
# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_STAR = text(
    "INSERT INTO stars (job_id, platform, user_id) VALUES (:job_id, :platform, :user_id) ON CONFLICT DO NOTHING"
)
_VOTE = text(
    "INSERT INTO votes (job_id, platform, user_id, picture) VALUES (:job_id, :platform, :user_id, :picture)"
    " ON CONFLICT (job_id, platform, user_id) DO UPDATE SET picture = excluded.picture"
)
# The prompts that are wanted are looked for first among so many times as many jobs: few ask the same over and over.
_AT_FIRST = 8
# What was drawn, could be posted nowhere, and is kept for its author.
_IS_KEPT = and_(jobs.c.state == JobState.FAILED.value, jobs.c.failure_code == FailureCode.UNDELIVERABLE.value)


class SqlGallery:
    """Implements bot.domain.ports.Gallery on any database that db.migrate has prepared.

    Raises KeyError where a job that is starred or voted for isn't there.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def search(self, query: GalleryQuery) -> GalleryPage:
        """See Gallery.search. A page beyond the last is the last."""
        conditions = _conditions(query)
        best_first = query.gallery_filter is GalleryFilter.STARRED
        order = (jobs.c.stars.desc(), *_NEWEST_FIRST) if best_first else _NEWEST_FIRST
        some = select(jobs.c.id).where(*conditions).limit(MOST_FOUND + 1).subquery("some")
        count = select(func.count()).select_from(some)

        def work(connection: Connection) -> GalleryPage:
            counted = connection.execute(count).scalar_one()
            total = min(counted, MOST_FOUND)
            pages = -(-total // query.page_size)
            page = max(0, min(query.page, pages - 1))
            rows: Select[Any] = (
                select(jobs).where(*conditions).order_by(*order).limit(query.page_size).offset(page * query.page_size)
            )
            found = tuple(job_of(row) for row in connection.execute(rows).mappings()) if total else ()
            return GalleryPage(jobs=found, page=page, pages=pages, total=total, more=counted > total)

        return await read(self._engine, work)

    async def results(self, query: ResultQuery) -> Sequence[Job]:
        """See Gallery.results."""
        conditions = [*_on_the_shelf(query), *(_said_anywhere(word) for word in query.words)]
        equal: dict[ColumnElement[Any], Any] = {
            jobs.c.ratio: query.ratio,
            jobs.c.clarity: query.clarity,
            jobs.c.style: query.style,
            jobs.c.author_name: query.author,
        }
        conditions += [column == value for column, value in equal.items() if value]
        if query.before is not None:
            conditions.append(older_than(query.before))
        rows = select(jobs).where(*conditions).order_by(*_NEWEST_FIRST).limit(query.count)
        return await read(self._engine, lambda connection: [job_of(row) for row in connection.execute(rows).mappings()])

    async def authors(self, query: ResultQuery) -> Sequence[str]:
        newest = select(jobs.c.author_name).where(*_on_the_shelf(query)).order_by(*_NEWEST_FIRST).limit(MOST_FOUND)
        some = newest.subquery("some")
        names = select(some.c.author_name).distinct().order_by(some.c.author_name).limit(query.count)
        return await read(self._engine, lambda connection: connection.execute(names).scalars().all())

    async def family(self, job_id: str, person: Person, *, count: int) -> Sequence[Job]:
        """See Gallery.family."""
        shown = _worth_showing(GalleryFilter.HERE, person)
        kin = select(jobs.c.id, jobs.c.parent_id).where(jobs.c.id == job_id, *shown).cte("kin", recursive=True)
        related = or_(jobs.c.parent_id == kin.c.id, jobs.c.id == kin.c.parent_id)
        kin = kin.union(select(jobs.c.id, jobs.c.parent_id).join(kin, related).where(*shown))
        newest = (jobs.c.id == job_id).desc(), *_NEWEST_FIRST
        rows = select(jobs).where(jobs.c.id.in_(select(kin.c.id))).order_by(*newest).limit(count)

        def work(connection: Connection) -> list[Job]:
            found = [job_of(row) for row in connection.execute(rows).mappings()]
            return sorted(found, key=lambda job: (job.created_at, job.id))

        return await read(self._engine, work)

    async def starred_among(self, job_ids: Sequence[str], person: Person) -> frozenset[str]:
        whose = {"platform": person.platform, "user_id": person.user_id}
        rows = select(stars.c.job_id).where(stars.c.job_id.in_(job_ids), *_is(stars, whose))
        return await read(self._engine, lambda connection: frozenset(connection.execute(rows).scalars()))

    async def star(self, job_id: str, person: Person, *, starred: bool) -> Opinion:
        whose = {"job_id": job_id, "platform": person.platform, "user_id": person.user_id}

        def work(connection: Connection) -> Opinion:
            if starred:
                more = connection.execute(_STAR, whose).rowcount
            else:
                more = -connection.execute(delete(stars).where(*_is(stars, whose))).rowcount
            if more:
                connection.execute(update(jobs).where(jobs.c.id == job_id).values(stars=jobs.c.stars + more))
            return _opinion(connection, job_id, person)

        return await self._judge(job_id, work)

    async def vote(self, job_id: str, person: Person, index: int | None) -> Opinion:
        whose = {"job_id": job_id, "platform": person.platform, "user_id": person.user_id}

        def work(connection: Connection) -> Opinion:
            if index is None:
                connection.execute(delete(votes).where(*_is(votes, whose)))
            else:
                connection.execute(_VOTE, {**whose, "picture": index})
            return _opinion(connection, job_id, person)

        return await self._judge(job_id, work)

    async def opinion(self, job_id: str, person: Person) -> Opinion:
        return await read(self._engine, lambda connection: _opinion(connection, job_id, person))

    async def opinions(self, job_ids: Sequence[str], person: Person) -> Mapping[str, Opinion]:
        return await read(self._engine, lambda connection: _opinions(connection, job_ids, person))

    async def recent_prompts(self, person: Person, *, beginning: str, count: int) -> Sequence[str]:
        """See Gallery.recent_prompts. From every community; what was taken away is left out."""
        conditions = (
            jobs.c.author_platform == person.platform,
            jobs.c.author_id == person.user_id,
            jobs.c.deleted_at.is_(None),
            HAS_WORDS,
            jobs.c.prompt_folded.contains(folded(beginning), autoescape=True),
        )
        rows = select(jobs.c.prompt).where(*conditions)
        enough = _AT_FIRST * count
        newest = rows.order_by(jobs.c.created_at.desc(), jobs.c.prompt).limit(enough)
        latest = func.max(jobs.c.created_at)
        query = rows.group_by(jobs.c.prompt).order_by(latest.desc(), jobs.c.prompt).limit(count)

        def work(connection: Connection) -> list[str]:
            found = connection.execute(newest).scalars().all()
            prompts = list(dict.fromkeys(found))[:count]
            if len(prompts) == count or len(found) < enough:
                return prompts
            return list(connection.execute(query).scalars())

        return await read(self._engine, work)

    async def _judge(self, job_id: str, work: Callable[[Connection], Opinion]) -> Opinion:
        try:
            return await write(self._engine, work)
        except IntegrityError as error:
            raise KeyError(job_id) from error


def _conditions(query: GalleryQuery) -> list[Any]:
    return [
        *_whose(query.gallery_filter, query.person, query.channel_id),
        *_worth_showing(query.gallery_filter, query.person),
        *(_has(jobs.c.prompt_folded, word) for word in query.words),
    ]


def _on_the_shelf(query: ResultQuery) -> list[Any]:
    return [
        *_whose(query.gallery_filter, query.person, query.channel_id),
        *_worth_showing(query.gallery_filter, query.person),
    ]


def _worth_showing(gallery_filter: GalleryFilter, person: Person) -> list[Any]:
    return [
        may_see(person),
        or_(IS_DONE, _IS_KEPT) if gallery_filter is GalleryFilter.MINE else IS_DONE,
        jobs.c.deleted_at.is_(None),
        HAS_WORDS,
        func.json_array_length(jobs.c.pictures) > 0,
    ]


def _said_anywhere(word: str) -> ColumnElement[bool]:
    said = (func.lower(func.coalesce(jobs.c.style, "")), func.lower(jobs.c.author_name))
    return or_(_has(jobs.c.prompt_folded, word), *(_has(column, word) for column in said))


def _has(column: Any, word: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.contains(folded(word), autoescape=True)
    return found


def _whose(gallery_filter: GalleryFilter, person: Person, channel_id: str) -> list[Any]:
    match gallery_filter:
        case GalleryFilter.MINE:
            return _is(jobs, {"author_platform": person.platform, "author_id": person.user_id})
        case GalleryFilter.HERE:
            here = {"platform": person.platform, "community_id": person.community_id, "channel_id": channel_id}
            return _is(jobs, here)
        case GalleryFilter.STARRED:
            return [*_is(jobs, {"platform": person.platform, "community_id": person.community_id}), IS_STARRED]


def _opinion(connection: Connection, job_id: str, person: Person) -> Opinion:
    return _opinions(connection, [job_id], person)[job_id]


def _opinions(connection: Connection, job_ids: Sequence[str], person: Person) -> dict[str, Opinion]:
    whose = {"platform": person.platform, "user_id": person.user_id}
    starred = {
        row[0]: (row[1], row[2])
        for row in connection.execute(
            select(stars.c.job_id, func.count(), func.count().filter(and_(*_is(stars, whose))))
            .where(stars.c.job_id.in_(job_ids))
            .group_by(stars.c.job_id)
        )
    }
    counts: dict[str, list[tuple[int, int, int]]] = {}
    for job_id, *count in connection.execute(
        select(votes.c.job_id, votes.c.picture, func.count(), func.count().filter(and_(*_is(votes, whose))))
        .where(votes.c.job_id.in_(job_ids))
        .group_by(votes.c.job_id, votes.c.picture)
        .order_by(votes.c.picture)
    ):
        counts.setdefault(job_id, []).append((count[0], count[1], count[2]))
    return {
        job_id: Opinion(
            stars=starred.get(job_id, (0, 0))[0],
            starred=starred.get(job_id, (0, 0))[1] > 0,
            votes={picture: count for picture, count, _ in counts.get(job_id, ())},
            vote=next((picture for picture, _, own in counts.get(job_id, ()) if own), None),
        )
        for job_id in job_ids
    }


def _is(table: Any, values: dict[str, str]) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in values.items()]
