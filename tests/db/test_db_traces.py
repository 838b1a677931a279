"""That every column is handed out and forgotten, or says nothing of a person: a new one fails until it is placed."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Integer, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions.personal_archives import PersonalArchives
from bot.domain.people import Person
from db.counters import SECRET
from db.personal import SqlPersonalData
from db.tables import metadata
from db.traces import _conditions
from db.types import UtcDateTime
from db.usage import SqlUsageLedger
from tests.db.orders import NOON
from tests.fakes.clock import FakeClock
from tests.fakes.memory_picture_store import MemoryPictureStore

# Tables whose rows are a person's, or tell of one: handed out by the archive, forgotten by `forget`.
HANDED_OUT = {
    "jobs": "jobs.json",
    "usage": "usage.csv",
    "personal_defaults": "defaults.json",
    **dict.fromkeys(
        (
            "drafts",
            "stars",
            "votes",
            "reports",
            "audit",
            "blocks",
            "strikes",
            "credentials",
            "named_people",
            "share_links",
        ),
        "other.json",
    ),
}
# Tables that know nobody: numbers, settings of communities, digests, keys of files, addresses of messages.
KNOW_NOBODY = {
    "alembic_version",
    "warnings",
    "counters",
    "order_keys",
    "meta",
    "communities",
    "limit_exceptions",
    "doomed_pictures",
    "spent_tasks",
    "slack_installations",
    "removals",
    "installed_communities",
    "taken_interactions",  # words of somebody, for the seconds until they have their answer
}
# What names somebody or holds somebody's words, as columns are called here.
PERSONAL_NAMES = ("user", "author", "actor", "reporter", "guest", "person", "name", "prompt", "text", "reason", "words")
ALLOWED: set[str] = set()


def test_every_table_is_placed() -> None:
    assert set(metadata.tables) - set(HANDED_OUT) - KNOW_NOBODY == set()


def test_no_table_that_knows_nobody_has_a_column_for_somebody() -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        if table.name in KNOW_NOBODY
        for column in table.columns
        if any(word in column.name for word in PERSONAL_NAMES)
    }
    assert found == ALLOWED


def test_other_json_reads_each_of_its_tables() -> None:
    read = {table.name for table, _ in _conditions("web", "b-1")}
    assert read == {name for name, file in HANDED_OUT.items() if file == "other.json"}


# column level: a row of a person in every table, with a mark of its own in every column

PERSON = Person(platform="web", community_id="mark-community", user_id="mark-person", name="mark-name")
# Values that the program reads as something.
GIVEN: dict[str, Any] = {
    "jobs.author_platform": "web",
    "jobs.platform": "web",
    "jobs.author_id": PERSON.user_id,
    "jobs.kind": "pictures",
    "jobs.state": "done",
    "jobs.card_open": False,
    "jobs.submit_open": False,
    "jobs.task_open": False,
    "jobs.forget": False,
    "jobs.deleted_at": None,
    "jobs.ratio": "16:9",
    "jobs.failure_code": "internal",
    "jobs.pictures": [{"key": "mark-key", "width": 71, "height": 72, "size": 73, "media_type": "image/png"}],
    "jobs.details": {"token": "mark-jobs-details"},
    "jobs.gallery_copy": {"channel_id": "mark-wall", "details": {}, "result_id": "mark-copy"},
    "jobs.author_roles": ["mark-jobs-author_roles"],
    "usage.platform": "web",
    "usage.user_id": PERSON.user_id,
    "usage.job_id": "mark-jobs-id",
    "usage.kind": "settle",
    "usage.roles": json.dumps(["mark-usage-roles"]),
    "personal_defaults.platform": "web",
    "personal_defaults.user_id": PERSON.user_id,
    "personal_defaults.ratio": "9:16",
    "drafts.author_platform": "web",
    "drafts.author_id": PERSON.user_id,
    **{f"{table}.platform": "web" for table in ("stars", "votes", "reports", "audit", "blocks", "strikes")},
    **{f"{table}.user_id": PERSON.user_id for table in ("stars", "votes", "blocks", "strikes")},
    "share_links.platform": "web",
    "share_links.user_id": PERSON.user_id,
    "share_links.job_id": "mark-jobs-id",
    "stars.job_id": "mark-jobs-id",
    "votes.job_id": "mark-jobs-id",
    "reports.job_id": "mark-job-of-another",
    "reports.reporter_id": PERSON.user_id,
    "audit.actor_id": PERSON.user_id,
    "audit.action": "reported",
    "audit.detail": {"reason": "mark-audit-detail"},
    "audit.undo": {"user": PERSON.user_id},
    "audit.undone_by": PERSON.user_id,
    "credentials.kind": "session",
    "credentials.user_id": PERSON.user_id,
    "credentials.guest_id": PERSON.user_id,
    "named_people.user_id": PERSON.user_id,
}
# What the archive leaves out, and why.
NOT_HANDED_OUT = {
    "jobs.details": "keys to a conversation, which expire",
    "jobs.prompt_folded": "the prompt once more, for searching",
    "jobs.fingerprint": "a digest of what the provider sees",
    "jobs.locale": "the channel's language, not the person's",
    "jobs.series_index": "the place on the sheet, which the sheet shows",
    "jobs.day": "the day of created_at, where limits are counted; usage.csv has it",
    "jobs.base_day": "the same, where the operator is",
    "jobs.base_points": "the operator's weight of a picture",
    "jobs.counted_channel": "the channel or its parent, where limits are counted; usage.csv has it",
    "jobs.submit_open": "a note of the engine",
    "jobs.task_open": "a note of the engine",
    "jobs.card_open": "a note of the engine",
    "jobs.owner": "the process that drew it",
    "jobs.stars": "opinions of others, as a number",
    "jobs.gallery_copy": "where the community's gallery channel shows it",
    "jobs.forget": "true only while it is being deleted",
    "usage.id": "the number of a row",
    "usage.points": "usage.csv has the points of the entry, which are a product with it",
    "credentials.hash": "a key to the page",
    "credentials.opened_by": "a fingerprint of a key to the page",
    "audit.undo": "what a button needs to undo the entry: ids of others",
    "jobs.author_platform": "the archive is of one platform",
    "personal_defaults.platform": "the archive is of one platform",
    "personal_defaults.user_id": "the archive is of one person",
}
# What stays in a row that outlives the deletion, and why. Ids of others in these rows are theirs.
STAYS = {
    **{f"usage.{name}": "the books: numbers under a random name" for name in (
        "id", "kind", "pictures", "platform", "community_id", "channel_id", "points", "day", "at"
    )},
    **{f"blocks.{name}": "a block holds, or deleting were a way around it" for name in (
        "id", "platform", "community_id", "user_id", "until", "reason"
    )},
    **{f"named_people.{name}": "with a digest for the name, for two days, so that limits of the day hold" for name in (
        "user_id",
    )},
    **{f"strikes.{name}": "strikes count for 30 days, or deleting were a way around them" for name in (
        "audit_id", "platform", "community_id", "user_id", "at"
    )},
    **{f"reports.{name}": "what is reported stays so, without who and why" for name in (
        "id", "job_id", "platform", "created_at", "message_id", "closed_at"
    )},
    **{f"audit.{name}": "that something was done stays, without who and their words" for name in (
        "id", "at", "platform", "community_id", "action", "target", "undone_at"
    )},
}  # fmt: skip


@dataclass
class Marks:
    """Gives each column a value that is found again, as text."""

    number: int = 70_000
    texts: dict[str, str] = field(default_factory=dict)

    def row(self, table: Table) -> dict[str, Any]:
        return {column.name: self._value(table, column) for column in table.columns}

    def _value(self, table: Table, column: Column[Any]) -> Any:
        name = f"{table.name}.{column.name}"
        self.number += 1
        value: Any
        shown: str
        if name in GIVEN:
            value = GIVEN[name]
            shown = str(next(iter(value.values()))) if isinstance(value, dict) else str(value)
            shown = shown if isinstance(value, str | dict) else ""
            shown = "mark-usage-roles" if name == "usage.roles" else shown
        elif isinstance(column.type, Boolean):
            value, shown = True, "true"
        elif isinstance(column.type, Integer):
            value, shown = self.number, str(self.number)
        elif isinstance(column.type, Date):
            value = dt.date(2001, 1, 1) + dt.timedelta(days=self.number - 70_000)
            shown = value.isoformat()
        elif isinstance(column.type, UtcDateTime):
            value = NOON + dt.timedelta(days=self.number - 70_000)
            shown = value.date().isoformat()
        elif isinstance(column.type, JSON):
            value, shown = [f"mark-{table.name}-{column.name}"], f"mark-{table.name}-{column.name}"
        else:
            value = shown = f"mark-{table.name}-{column.name}"
        self.texts[name] = shown
        return value


@pytest.fixture
async def marks(engine: AsyncEngine) -> Marks:
    marks = Marks()
    async with engine.begin() as connection:
        await connection.execute(insert(metadata.tables["meta"]), {"key": SECRET, "value": "a random word"})
        for name in HANDED_OUT:
            table = metadata.tables[name]
            await connection.execute(insert(table), marks.row(table))
    return marks


async def test_every_column_of_a_person_is_handed_out_or_says_why_not(engine: AsyncEngine, marks: Marks) -> None:
    archives = PersonalArchives(
        personal=SqlPersonalData(engine, FakeClock(NOON)),
        ledger=SqlUsageLedger(engine),
        pictures=MemoryPictureStore(),
        clock=FakeClock(NOON),
        readme=lambda *_: "",
        folder=None,
    )
    async with archives.of(PERSON) as export:
        archive = zipfile.ZipFile(io.BytesIO(export.file.read()))
    files = {name: archive.read(name).decode() for name in archive.namelist()}
    missing = {
        column
        for column, shown in marks.texts.items()
        if shown not in files[HANDED_OUT[column.partition(".")[0]]] and column not in NOT_HANDED_OUT
    }
    assert missing == set()
    assert set(NOT_HANDED_OUT) <= set(marks.texts)  # a reason for a column that is gone


async def test_every_column_of_a_person_is_forgotten_or_says_why_not(engine: AsyncEngine, marks: Marks) -> None:
    await SqlPersonalData(engine, FakeClock(NOON)).forget("web", PERSON.user_id)
    left = set()
    async with engine.connect() as connection:
        for name in HANDED_OUT:
            for row in (await connection.execute(select(metadata.tables[name]))).mappings():
                for column, value in row.items():
                    shown = marks.texts[f"{name}.{column}"]
                    is_there = value is True if shown == "true" else bool(shown) and shown in str(value)
                    if is_there or PERSON.user_id in str(value):
                        left.add(f"{name}.{column}")
    assert left - set(STAYS) == set()
    assert left == set(STAYS)  # a reason for what does not stay any more
