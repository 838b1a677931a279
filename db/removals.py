"""The RemovalStore over SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, true, update

from bot.domain.job import Job, JobState
from bot.domain.people import Destination, Person
from bot.domain.ports import Removal
from bot.domain.request import ImageRequest

from .tables import removals
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_NO_PROMPT = ImageRequest(prompt="-")


class SqlRemovals:
    """Implements bot.domain.ports.RemovalStore."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def save(self, removal: Removal) -> None:
        there = removal.job.destination
        values = {
            "job_id": removal.job.id,
            "platform": there.platform,
            "community_id": there.community_id,
            "channel_id": there.channel_id,
            "card_id": there.card_id,
            "details": dict(there.details),
            "result_id": removal.job.result_id,
            "asked_at": removal.job.created_at,
            "tries": removal.tries,
            "next_at": removal.next_at,
            "refused": removal.refused,
        }
        mine = removals.c.job_id == removal.job.id

        def work(connection: Connection) -> None:
            connection.execute(delete(removals).where(mine))
            connection.execute(insert(removals), values)

        await write(self._engine, work)

    async def drop(self, job_id: str) -> None:
        statement = delete(removals).where(removals.c.job_id == job_id)
        await write(self._engine, lambda connection: connection.execute(statement))

    async def of_job(self, job_id: str) -> Removal | None:
        query = select(removals).where(removals.c.job_id == job_id)
        row = await read(self._engine, lambda connection: connection.execute(query).mappings().one_or_none())
        return None if row is None else _removal_of(row)

    async def refused(self, count: int) -> tuple[int, Sequence[Removal]]:
        """How many are left behind, and the first `count` of them, the longest ago first."""
        left = select(removals).where(removals.c.refused == true())
        total = select(func.count()).select_from(left.subquery())
        first = left.order_by(removals.c.asked_at).limit(count)
        return await read(
            self._engine,
            lambda connection: (
                connection.execute(total).scalar_one(),
                [_removal_of(row) for row in connection.execute(first).mappings()],
            ),
        )

    async def due(self, platforms: Collection[str], now: datetime, count: int) -> Sequence[Removal]:
        query = (
            select(removals)
            .where(removals.c.platform.in_(platforms), removals.c.next_at <= now)
            .order_by(removals.c.next_at)
            .limit(count)
        )
        return await read(
            self._engine, lambda connection: [_removal_of(row) for row in connection.execute(query).mappings()]
        )

    async def ask_again(
        self, now: datetime, *, platform: str | None = None, community_ids: Collection[str] = ()
    ) -> None:
        """See RemovalStore.ask_again."""
        if platform is None:
            statement = update(removals).where(removals.c.refused == true()).values(next_at=now)
            await write(self._engine, lambda connection: connection.execute(statement))
            return
        of_platform = removals.c.platform == platform
        # Few are left behind, and a bot may be in thousands of guilds.
        left = select(removals.c.community_id).where(of_platform).distinct()
        found = await read(self._engine, lambda connection: connection.execute(left).scalars().all())
        there = sorted(set(found) & set(community_ids))
        due = update(removals).where(of_platform, removals.c.community_id.in_(there)).values(next_at=now)
        await write(self._engine, lambda connection: connection.execute(due))


def _removal_of(row: RowMapping) -> Removal:
    nobody = Person(platform=row["platform"], community_id=row["community_id"], user_id="", name="")
    job = Job(
        id=row["job_id"],
        author=nobody,
        destination=Destination(
            platform=row["platform"],
            community_id=row["community_id"],
            channel_id=row["channel_id"],
            card_id=row["card_id"],
            details=row["details"],
        ),
        request=_NO_PROMPT,
        prompt_sent="",
        state=JobState.DONE,
        created_at=row["asked_at"],
        result_id=row["result_id"],
    )
    return Removal(job=job, tries=row["tries"], next_at=row["next_at"], refused=bool(row["refused"]))
