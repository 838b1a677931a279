"""That what is forgotten is nowhere any more: in every column of every table, and whatever happens on the way."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.defaults import Defaults
from bot.domain.job import Failure, FailureCode, Job, JobState, StoredPicture
from bot.domain.moderation import AuditAction, Report
from bot.domain.people import Destination, Person
from bot.domain.ports import Draft, NewAudit
from bot.domain.request import ImageRequest
from db import forgetting
from db import personal as personal_module
from db.communities import SqlCommunityStore
from db.gallery import SqlGallery
from db.jobs import SqlJobStore
from db.personal import SqlPersonalData
from db.pruning import KEPT
from tests.db.orders import NOON, PLENTY, bring, order, person
from tests.fakes.clock import FakeClock

ANN = Person(
    platform="discord", community_id="guild", user_id="secret-id", name="Secret Name", locale="xx-SECRET", roles=("r",)
)


@pytest.fixture
def personal(engine: AsyncEngine) -> SqlPersonalData:
    return SqlPersonalData(engine, FakeClock(NOON))


def everywhere(file: Path, *words: str) -> set[str]:
    """The columns in which any of these words is."""
    found = set()
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the tables' own names
            names = [column[0] for column in cursor.description]
            for row in cursor:
                found |= {
                    f"{table}.{name}"
                    for name, value in zip(names, row, strict=True)
                    if any(word.casefold() in str(value).casefold() for word in words)
                }
    return found


async def story(store: SqlJobStore, end: JobState, number: int = 0) -> Job:
    """A job with each field that a job can have."""
    request = ImageRequest(prompt=f"secret words {number}", n=2, style="ink")
    job = dataclasses.replace(
        order(by=ANN, at=NOON),
        id=f"secretjob{number:03}",
        request=request,
        prompt_sent=request.prompt_sent,
        destination=Destination(
            platform="discord",
            community_id="guild",
            channel_id="art",
            card_id="secret-card",
            details={"token": "secret"},
        ),
        parent_id="secretparent",
    )
    await store.add(job, PLENTY)
    pictures = tuple(
        StoredPicture(key=f"secret/{number}-{index}.png", width=1, height=1, size=1, media_type="image/png")
        for index in range(2)
    )
    saved = await bring(store, job, JobState.DELIVERING, pictures=pictures)
    failure = Failure(code=FailureCode.UNDELIVERABLE, detail="secret words") if end is JobState.FAILED else None
    return await store.move(saved, end, card_open=False, result_id="secret-message", failure=failure)


async def leave_traces(engine: AsyncEngine, store: SqlJobStore) -> None:
    for number, end in enumerate((JobState.DONE, JobState.FAILED, JobState.CANCELLED)):
        await story(store, end, number)
    bobs = order(by=person("bob"))
    await store.add(bobs, PLENTY)
    gallery, communities = SqlGallery(engine), SqlCommunityStore(engine, FakeClock(NOON))
    await gallery.star(bobs.id, ANN, starred=True)
    await gallery.vote(bobs.id, ANN, 1)
    await store.save_draft(Draft(id="secret-draft", author=ANN, text="secret words", created_at=NOON))
    own = NewAudit(
        platform="discord",
        community_id="guild",
        actor_id=ANN.user_id,
        actor_name=ANN.name,
        action=AuditAction.REPORTED,
        target=bobs.id,
    )
    await SqlPersonalData(engine, FakeClock(NOON)).keep_defaults("discord", ANN.user_id, Defaults(style="secret"))
    report = Report(id="r", job_id=bobs.id, reporter_id=ANN.user_id, reason="secret words", created_at=NOON)
    await communities.add_report(report, own)
    refused = dataclasses.replace(own, actor_id="easel", actor_name="Easel", action=AuditAction.REFUSED)
    await communities.write_audit(
        dataclasses.replace(refused, target=ANN.user_id, detail={"who": ANN.name}, undo={"user": ANN.user_id})
    )
    entry = await communities.write_audit(own)
    await communities.mark_undone(entry.id, ANN.user_id)


async def test_nothing_of_a_person_stays_but_what_limits_hang_on(
    engine: AsyncEngine, store: SqlJobStore, personal: SqlPersonalData, tmp_path: Path
) -> None:
    file = tmp_path / "easel.db"
    await leave_traces(engine, store)
    assert {
        "jobs.prompt_folded",
        "jobs.details",
        "usage.user_id",
        "audit.undo",
        "personal_defaults.style",
    } <= everywhere(file, "secret")
    keys = await personal.forget("discord", ANN.user_id)
    assert len(keys) == 6
    assert everywhere(file, "secret") == {"doomed_pictures.key", "spent_tasks.task_id"}
    await personal.pictures_gone(keys)
    await personal.prune(NOON + KEPT * 1.01)
    assert everywhere(file, "secret") == set()


async def test_one_persons_numbers_can_t_be_put_together_with_the_persons_jobs(
    engine: AsyncEngine, store: SqlJobStore, personal: SqlPersonalData, tmp_path: Path
) -> None:
    for number in range(4):
        community = "one" if number % 2 else "two"
        job = order(str(number), by=person("ann", community))
        await store.add(job, PLENTY)
        await store.move(job, JobState.FAILED, card_open=False)
    await personal.forget("discord", "ann")
    with closing(sqlite3.connect(tmp_path / "easel.db")) as connection:
        rows = connection.execute(
            "SELECT community_id, user_id, count(*), count(DISTINCT job_id) FROM usage GROUP BY 1, 2"
        )
        lines = sorted(rows)
    assert [(line[0], line[2], line[3]) for line in lines] == [("one", 6, 2), ("two", 6, 2)]
    assert len({line[1] for line in lines}) == 2


async def test_nothing_of_an_expired_job_but_that_it_was(
    store: SqlJobStore, personal: SqlPersonalData, tmp_path: Path
) -> None:
    for number, end in enumerate((JobState.DONE, JobState.FAILED, JobState.CANCELLED)):
        await story(store, end, number)
    keys = await personal.expire("discord", "guild", NOON + KEPT, 100)
    await personal.pictures_gone(keys)
    file = tmp_path / "easel.db"
    assert everywhere(file, "words", "token", "png") == set()
    with closing(sqlite3.connect(file)) as connection:
        assert {row[0] for row in connection.execute("SELECT fingerprint FROM jobs")} == {""}


async def test_a_crash_on_the_way_loses_no_key(
    store: SqlJobStore, personal: SqlPersonalData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_module, "BATCH", 2)
    jobs = [await story(store, JobState.DONE, number) for number in range(7)]
    expected = {picture.key for job in jobs for picture in job.pictures}
    sweep = forgetting.sweep
    rounds = 0

    def dies(*arguments: Any) -> Any:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            raise LookupError
        return sweep(*arguments)

    monkeypatch.setattr(forgetting, "sweep", dies)
    with pytest.raises(LookupError):
        await personal.forget("discord", ANN.user_id)
    left = [job async for job in personal.jobs_of("discord", ANN.user_id)]
    assert len(left) == 3
    assert set(await personal.prune(NOON)) == expected
    assert [job async for job in personal.jobs_of("discord", ANN.user_id)] == []


async def test_many_jobs_go_in_batches(
    store: SqlJobStore, personal: SqlPersonalData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_module, "BATCH", 3)
    sizes: list[int] = []
    sweep = forgetting.sweep

    def counting(*arguments: Any) -> Any:
        batch = sweep(*arguments)
        sizes.append(batch.count)
        return batch

    monkeypatch.setattr(forgetting, "sweep", counting)
    jobs: Sequence[Job] = [await story(store, JobState.DONE, number) for number in range(9)]
    keys = await personal.forget("discord", ANN.user_id)
    assert sorted(keys) == sorted(picture.key for job in jobs for picture in job.pictures)
    assert sizes == [3, 3, 3, 0]
    await personal.pictures_gone(keys)
    assert await personal.prune(NOON) == []
