"""Jobs as tests want them, and the way to each state."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from bot.domain.job import Job, JobState, StoredPicture, new_job_id
from bot.domain.limits import CeilingUsage, Limits, Usage
from bot.domain.people import Destination, Person
from bot.domain.ports import JobStore
from bot.domain.request import ImageRequest

PLENTY = Limits(user_daily=None, user_running=1_000_000, user_waiting=0, community_monthly=None)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

WAY = (JobState.SUBMITTING, JobState.GENERATING, JobState.DELIVERING, JobState.DONE)


def person(user: str = "ann", community: str = "guild", platform: str = "discord") -> Person:
    return Person(platform=platform, community_id=community, user_id=user, name=user.title(), locale="zh-CN")


def reader(channel: str, community: str = "guild", platform: str = "discord") -> Person:
    """Somebody who is in that channel and has asked for nothing."""
    return Person(platform=platform, community_id=community, user_id="reader", name="Reader", channels=(channel,))


def counted(usage: Usage) -> Usage:
    """What is counted in the community: when the last request was, and the operator's sums, are left out."""
    return dataclasses.replace(here(usage), last_at=None)


def here(usage: Usage) -> Usage:
    """Without the operator's sums."""
    return dataclasses.replace(usage, ceilings=CeilingUsage())


def order(
    prompt: str = "a fox",
    *,
    n: int = 1,
    by: Person | None = None,
    channel: str = "general",
    at: datetime = NOON,
    private: bool = False,
) -> Job:
    author = by or person()
    request = ImageRequest(prompt=prompt, n=n)
    return Job(
        id=new_job_id(),
        author=author,
        destination=Destination(
            platform=author.platform, community_id=author.community_id, channel_id=channel, private=private
        ),
        request=request,
        prompt_sent=request.prompt_sent,
        created_at=at,
    )


def pictures(count: int) -> tuple[StoredPicture, ...]:
    return tuple(
        StoredPicture(key=f"k/{index}.png", width=2048, height=1152, size=1_000_000 + index, media_type="image/png")
        for index in range(count)
    )


async def bring(store: JobStore, job: Job, to: JobState, **changes: Any) -> Job:
    """Move a queued job along the ordinary way as far as `to`; `changes` go with the last step."""
    if to in {JobState.FAILED, JobState.CANCELLED}:
        return await store.move(job, to, **changes)
    for state in WAY[: WAY.index(to) + 1]:
        ordinary: dict[str, Any] = {}
        if state is JobState.GENERATING:
            ordinary = {"task_id": f"task-{job.id}"}
        elif state is JobState.DELIVERING:
            ordinary = {"pictures": pictures(job.request.n)}
        job = await store.move(job, state, **ordinary | (changes if state is to else {}))
    return job
