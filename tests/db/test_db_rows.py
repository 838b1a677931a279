from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import Job
from db.jobs import SqlJobStore
from db.rows import CHANGEABLE, fingerprint
from db.tables import jobs
from tests.db.orders import NOON, PLENTY, order


def test_every_field_of_a_job_is_settled_or_changeable() -> None:
    settled = {
        "id",
        "author",
        "request",
        "prompt_sent",
        "kind",
        "series_id",
        "points",
        "base_points",
        "state",
        "created_at",
    }
    assert {field.name for field in dataclasses.fields(Job)} == settled | CHANGEABLE


def test_the_order_is_what_the_provider_sees() -> None:
    fox = order("a fox", n=2)
    assert fingerprint(fox) == fingerprint(order("a fox", n=2, channel="elsewhere"))
    others = [
        order("a fox", n=1),
        order("a Fox", n=2),
        dataclasses.replace(fox, prompt_sent="a fox, ink"),
        dataclasses.replace(fox, request=dataclasses.replace(fox.request, ratio="16:9")),
        dataclasses.replace(fox, request=dataclasses.replace(fox.request, clarity=1024)),
    ]
    assert len({fingerprint(job) for job in (fox, *others)}) == 6


# As if an older version with other rules had accepted it.
OLDER: list[dict[str, Any]] = [{"style": "a style of the past"}, {"prompt": "  spaces "}, {"ratio": "2:1"}, {"n": 9}]


@pytest.mark.parametrize("columns", OLDER)
async def test_a_job_loads_whatever_the_rules_have_become(
    engine: AsyncEngine, store: SqlJobStore, columns: dict[str, Any]
) -> None:
    job = order()
    await store.add(job, PLENTY)
    async with engine.begin() as connection:
        await connection.execute(update(jobs).values(**columns))
    [found] = await store.unfinished()
    assert found.prompt_sent == job.prompt_sent
    for name, value in columns.items():
        assert getattr(found.request, name) == (None if name == "style" else value)


async def test_a_time_without_zone_is_refused(store: SqlJobStore) -> None:
    naive = datetime(2026, 11, 22)  # noqa: DTZ001 - that is the point
    await store.add(order(), PLENTY)
    [job] = await store.unfinished()
    with pytest.raises(Exception, match="without its zone"):
        await store.note(job.id, deleted_at=naive)


async def test_times_sort_as_text_and_read_well(engine: AsyncEngine, store: SqlJobStore) -> None:
    await store.add(order(at=NOON.replace(microsecond=5)), PLENTY)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT created_at FROM jobs"))).scalar() == "2026-11-22 12:00:00.000005"
    [job] = await store.unfinished()
    assert job.created_at == datetime(2026, 11, 22, 12, 0, 0, 5, tzinfo=UTC)


async def test_a_communitys_own_style_comes_back_with_its_words(store: SqlJobStore) -> None:
    job = order()
    request = dataclasses.replace(job.request, style="noir", style_words="black and white")
    job = dataclasses.replace(job, request=request, prompt_sent=request.prompt_sent)
    await store.add(job, PLENTY)
    found = await store.get(job.id)
    assert found is not None
    assert found.request == request
