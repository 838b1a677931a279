from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.job import Job, JobState, StoredPicture
from bot.domain.people import Destination, Person
from bot.domain.report import DurationEstimate, JobReport
from bot.domain.request import ImageRequest

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def stored(count: int) -> tuple[StoredPicture, ...]:
    return tuple(
        StoredPicture(key=f"job/{index}.png", width=2048, height=1152, size=1000, media_type="image/png")
        for index in range(1, count + 1)
    )


@pytest.fixture
def make_report() -> Callable[..., JobReport]:
    def make(state: JobState = JobState.QUEUED, *, request: ImageRequest | None = None, **fields: Any) -> JobReport:
        asked = request or ImageRequest(prompt="a lighthouse in a storm", ratio="16:9", n=2)
        around = {
            name: fields.pop(name)
            for name in (
                "position",
                "ready_at",
                "slow",
                "resumed",
                "looking",
                "away",
                "sandbox",
                "usage",
                "limits",
                "estimate",
            )
            if name in fields
        }
        if state.finished:
            fields.setdefault("finished_at", NOW + timedelta(seconds=27))
        if state is JobState.DONE:
            fields.setdefault("pictures", stored(asked.n))
        job = Job(
            id="0123456789ab",
            author=Person(platform="discord", community_id="g", user_id="u", name="Ada"),
            destination=Destination(platform="discord", community_id="g", channel_id="c"),
            request=asked,
            prompt_sent=asked.prompt_sent,
            state=state,
            created_at=NOW,
            **fields,
        )
        estimate = around.pop("estimate", DurationEstimate(usual_low=20.2, usual_high=34.8, slow_after=45))
        return JobReport(job=job, estimate=estimate, **around)

    return make
