from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.job import JobState
from db.lock import DatabaseLock
from tests.cli.shop import PICTURE, Shop
from tests.db.orders import order, person


@pytest.fixture
def two(shop: Shop) -> Shop:
    shop.drawn("a fox", n=2)
    shop.drawn("a hen", by=person("bob"))
    return shop


def test_export_is_a_zip_of_everything_for_one_pair_of_eyes(two: Shop) -> None:
    told = two.json("mydata", "export", "discord", "ann", "--out", "ann.zip")
    path = Path(told["file"])
    assert (told["jobs"], told["pictures"]) == (1, 2)
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("jobs.json"))[0]["prompt"] == "a fox"
        pictures = [name for name in archive.namelist() if name.startswith("pictures/")]
        assert len(pictures) == 2
        assert archive.read(pictures[0]).startswith(PICTURE)
    assert "a hen" not in path.read_bytes().decode("latin-1")


def test_export_into_a_directory_has_a_name_of_its_own_and_leaves_a_trail(two: Shop) -> None:
    (two.folder / "here").mkdir()
    told = two.json("mydata", "export", "discord", "ann", "--out", "here")
    assert Path(told["file"]).parent == Path("here")
    entries = two.json("audit", "list", "--everywhere", "--platform", "discord")
    assert [(entry["actor"], entry["action"], entry["target"]) for entry in entries] == [
        ("Operator", "data-exported", "ann")
    ]


def test_export_where_nothing_can_be_written_leaves_nothing(two: Shop) -> None:
    assert two.refused("mydata", "export", "discord", "ann", "--out", "nowhere/ann.zip", code=1)
    assert list(two.folder.glob("**/.easel-*")) == []


def test_deleting_wants_a_yes(two: Shop) -> None:
    assert "--yes" in two.refused("mydata", "delete", "discord", "ann")
    assert len(two.json("jobs", "list")) == 2


def test_messages_in_a_chat_want_a_running_bot(two: Shop) -> None:
    assert "--leave-messages" in two.refused("mydata", "delete", "discord", "ann", "--yes", code=1)
    assert len(two.json("jobs", "list")) == 2


def test_deleted_is_deleted_and_the_sums_stay(two: Shop) -> None:
    code, out, said = two("mydata", "delete", "discord", "ann", "--yes", "--leave-messages", "--json")
    assert code == 0
    assert "1 messages are still in the chat" in said
    assert (json.loads(out)["jobs"], json.loads(out)["pictures"]) == (1, 2)
    assert [row["user"] for row in two.json("jobs", "list")] == ["bob"]
    assert len(list((two.folder / "data/pictures").rglob("*.png"))) == 1
    rows = two.json("usage", "--group", "day")
    assert sum(row["delivered"] for row in rows) == 3
    assert "ann" not in {row["id"] for row in two.json("usage")}


def test_a_waiting_job_is_cancelled_first_and_costs_nothing(shop: Shop) -> None:
    shop.jobs(order("a fox", n=2, by=person(platform="web", community="web"), at=datetime.now(UTC)))
    shop.done("mydata", "delete", "web", "ann", "--yes")
    assert [row["reserved"] for row in shop.json("usage", "--group", "day")] == [0]
    assert [row["state"] for row in shop.json("jobs", "list")] == ["cancelled"]  # its card is still to be closed


def test_cancel_without_a_bot_gives_back_what_was_reserved(shop: Shop) -> None:
    job = order("a fox", n=2, at=datetime.now(UTC))
    shop.jobs(job)
    shop.done("jobs", "cancel", job.id)
    found = shop.run(lambda stores: stores.jobs.get(job.id))
    assert found is not None
    assert found.state is JobState.CANCELLED
    assert found.card_open  # for the next start
    assert shop.json("usage", "--group", "day")[0]["reserved"] == 0
    assert "cancelled" in shop.refused("jobs", "cancel", job.id).lower()
    assert shop.refused("jobs", "cancel", "no-such-job")


def test_a_database_in_somebodys_hands_is_left_alone(shop: Shop) -> None:
    job = order("a fox", at=datetime.now(UTC))
    shop.jobs(job)
    with DatabaseLock(shop.url):
        assert "Try again" in shop.refused("jobs", "cancel", job.id, code=1)
    assert shop.json("jobs", "list")[0]["state"] == "queued"
