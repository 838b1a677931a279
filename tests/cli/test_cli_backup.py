from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli import backup, backup_pictures
from bot.composition.acting import Stores
from db.lock import DatabaseLock
from db.meta import BACKUP_MADE_AT
from tests.cli.shop import PICTURE, Shop
from tests.db.orders import order
from tests.fakes.memory_picture_store import MemoryPictureStore


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each backup a minute after the one before it."""
    made = iter(datetime(2026, 11, 22, 12, minute, tzinfo=UTC) for minute in range(60))

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return next(made)

    monkeypatch.setattr(backup, "datetime", Later)


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_backup_is_one_whole_database_its_pictures_and_what_belongs_together(shop: Shop) -> None:
    job = shop.drawn(n=2)
    told = shop.json("backup")
    file = Path(told["database"])
    assert file.parent == Path("data/backups")
    assert file.parent.stat().st_mode & 0o077 == 0
    manifest = json.loads(file.with_suffix(".json").read_bytes())
    assert manifest["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (manifest["jobs"], manifest["pictures"]) == (1, [picture.key for picture in job.pictures])
    assert len(_files(file.parent)) == 4
    assert (file.parent / "pictures" / job.pictures[0].key).read_bytes().startswith(PICTURE)
    with closing(sqlite3.connect(file)) as copy:
        (made_at,) = copy.execute("SELECT value FROM meta WHERE key = ?", (BACKUP_MADE_AT,)).fetchone()
        assert made_at == manifest["made_at"]
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("SELECT prompt FROM jobs").fetchall() == [("a fox",)]


def test_restored_as_the_page_says_everything_is_there(shop: Shop) -> None:
    job = shop.drawn(n=2)
    kept = shop.folder / "elsewhere"
    file = shop.folder / shop.json("backup", "--out", str(kept))["database"]
    shop.drawn("after the backup")
    shutil.rmtree(shop.folder / "data")
    (shop.folder / "data").mkdir()
    shutil.copyfile(file, shop.folder / "data/easel.db")
    shutil.copytree(kept / "pictures", shop.folder / "data/pictures")
    assert [row["id"] for row in shop.json("jobs", "list")] == [job.id]
    shop.done("mydata", "export", "discord", "ann", "--out", "ann.zip")
    assert shop.run(lambda stores: stores.pictures.get(job.pictures[1].key))


@pytest.mark.usefixtures("moments")
def test_only_what_is_new_is_copied_and_only_what_is_old_is_removed(shop: Shop) -> None:
    folder = shop.folder / "kept"
    first = shop.drawn("first")
    arguments = ("backup", "--out", str(folder), "--keep", "2")
    assert shop.json(*arguments)["pictures_copied"] == 1
    second = shop.drawn("second", n=2)
    told = shop.json(*arguments)
    assert (told["pictures"], told["pictures_copied"], told["removed"]) == (3, 2, 0)
    shop.done("mydata", "delete", "discord", "ann", "--yes", "--leave-messages")
    (folder / "notes.txt").write_text("mine")
    assert shop.json(*arguments)["removed"] == 1
    assert (folder / "pictures" / first.pictures[0].key).exists()  # the second backup still needs it
    assert shop.json(*arguments)["removed"] == 1
    assert not (folder / "pictures" / second.pictures[0].key).exists()
    left = _files(folder)
    assert len([name for name in left if name.endswith(".db")]) == 2
    assert [name for name in left if name.startswith("pictures/")] == []
    assert "notes.txt" in left


def test_without_pictures(shop: Shop) -> None:
    shop.drawn()
    told = shop.json("backup", "--no-pictures", "--out", "here")
    assert told["pictures"] == 0
    assert json.loads(Path(told["database"]).with_suffix(".json").read_bytes())["pictures"] is None
    assert not (shop.folder / "here/pictures").exists()


def test_what_a_killed_backup_had_begun_is_removed_unless_another_is_being_made(shop: Shop) -> None:
    job = shop.drawn()
    folder = shop.folder / "here"
    left = [folder / ".easel-killed.db", folder / "pictures" / job.pictures[0].key[:5] / ".easel-killed"]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    (folder / "notes").mkdir()
    (folder / "notes/.easel-mine").write_text("mine")
    with backup._in_use(folder) as alone:
        assert alone
        shop.json("backup", "--out", "here")
        assert all(path.exists() for path in left)
    shop.json("backup", "--out", "here")
    assert not any(path.exists() for path in left)
    assert (folder / "notes/.easel-mine").exists()


def test_a_database_that_another_tool_restored_is_marked(shop: Shop) -> None:
    assert "Restore it first" in shop.refused("restored", code=1)
    shop.jobs(order("a fox", at=datetime.now(UTC)))
    with DatabaseLock(shop.url):
        assert "already runs" in shop.refused("restored", code=1)
    until = datetime.fromisoformat(shop.json("restored")["until"])

    async def mark(stores: Stores) -> None:
        (job,) = await stores.jobs.unfinished()
        assert job.created_at < until

    shop.run(mark)
    with closing(sqlite3.connect(shop.folder / "data/easel.db")) as database:
        found = database.execute("SELECT value FROM meta WHERE key = ?", (BACKUP_MADE_AT,)).fetchone()
    assert found == (until.isoformat(),)


def test_pictures_of_a_deleted_result_are_no_news(shop: Shop) -> None:
    job = shop.drawn(n=2)
    shop.run(lambda stores: stores.jobs.note(job.id, deleted_at=job.created_at))
    shop.run(lambda stores: stores.pictures.delete([picture.key for picture in job.pictures]))
    code, out, said = shop("backup", "--json")
    assert code == 0
    assert "no longer" not in said
    assert json.loads(out)["pictures_gone"] == 0


def test_a_picture_that_is_gone_is_told_and_stops_nothing(shop: Shop) -> None:
    job = shop.drawn(n=2)
    shop.run(lambda stores: stores.pictures.delete([job.pictures[0].key]))
    code, out, said = shop("backup", "--json")
    assert code == 0
    assert "1 pictures" in said
    assert (json.loads(out)["pictures"], json.loads(out)["pictures_gone"]) == (1, 1)


def test_a_backup_is_whole_while_another_program_writes_without_a_pause(shop: Shop) -> None:
    shop.jobs(*(order(f"fox {number}", at=datetime.now(UTC)) for number in range(30)))
    stop, wrote = threading.Event(), 0

    def write() -> None:
        """Moves a point to and fro between two rows: any moment's sum is the same."""
        nonlocal wrote
        with closing(sqlite3.connect(shop.folder / "data/easel.db", timeout=30, isolation_level=None)) as other:
            rows = [row[0] for row in other.execute("SELECT id FROM jobs LIMIT 2")]
            while not stop.is_set():
                other.execute("BEGIN IMMEDIATE")
                for job, change in zip(rows, (wrote % 7, -(wrote % 7)), strict=True):
                    other.execute("UPDATE jobs SET points = ? WHERE id = ?", (100 + change, job))
                other.execute("COMMIT")
                wrote += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while wrote < 20:
            time.sleep(0.01)
        for _ in range(5):
            before = wrote
            file = Path(shop.json("backup", "--out", "here", "--no-pictures")["database"])
            assert wrote > before  # nobody was kept waiting
            with closing(sqlite3.connect(file)) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert copy.execute("SELECT sum(points) FROM jobs WHERE points <> 1").fetchone() == (200,)
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("place", [0.1, 0.25, 0.5, 0.75, 0.9])
def test_a_damaged_database_makes_no_backup(shop: Shop, place: float) -> None:
    shop.jobs(*(order(f"fox {number}", at=datetime.now(UTC)) for number in range(200)))
    file = shop.folder / "data/easel.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(file.read_bytes())
    begin = int(len(data) * place)
    data[begin : begin + 6000] = b"\xff" * 6000
    file.write_bytes(data)
    assert shop.refused("backup", "--out", "here", code=1)
    assert _files(shop.folder / "here") == []


def test_where_nothing_can_be_written_it_says_so(shop: Shop) -> None:
    shop.drawn()
    (shop.folder / "file").write_text("in the way")
    assert "file" in shop.refused("backup", "--out", "file/backups", code=1)


def test_before_the_first_start_there_is_nothing_to_keep(shop: Shop) -> None:
    assert "nothing to keep" in shop.refused("backup", code=1)
    assert not (shop.folder / "data").exists() or _files(shop.folder / "data") == []


async def test_however_many_pictures_there_are_a_bounded_number_is_worked_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = 3 * backup_pictures.BATCH
    database, folder = tmp_path / "copy.db", tmp_path / "backups"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE jobs (pictures TEXT, deleted_at TEXT, created_at INTEGER)")
        rows = [
            (json.dumps([{"key": f"{number:04}/{place}.png"} for place in (1, 2)]), number) for number in range(jobs)
        ]
        connection.executemany("INSERT INTO jobs (pictures, created_at) VALUES (?, ?)", rows)
    tasks: list[int] = []

    class Store(MemoryPictureStore):
        async def get(self, key: str) -> bytes:
            tasks.append(len(asyncio.all_tasks()))
            return key.encode()

    folder.mkdir()
    manifest = backup_pictures.Manifest(folder / "easel-20261122T000000Z.json", {"made_at": "now"})
    monkeypatch.setattr(os, "fsync", lambda _: None)
    copied = await backup_pictures.copy_pictures(Store(), database, folder / "pictures", manifest)
    manifest.finish(without_pictures=False)
    assert (copied.kept, copied.new, copied.gone) == (2 * jobs, 2 * jobs, 0)
    assert max(tasks) <= 2 * backup_pictures.BATCH + 5
    listed = json.loads((folder / "easel-20261122T000000Z.json").read_bytes())["pictures"]
    assert listed == [f"{number:04}/{place}.png" for number in range(jobs) for place in (1, 2)]
    assert list(backup_pictures.pictures_of(folder / "easel-20261122T000000Z.json")) == listed


def test_the_pictures_of_a_manifest_of_before_are_read_as_well(tmp_path: Path) -> None:
    former: dict[str, Any] = {"easel": "0.1", "bytes": 7, "database": "x.db", "pictures": ["a/1.png", 'b/"2".png']}
    (tmp_path / "old.json").write_text(json.dumps(former, indent=1))
    assert list(backup_pictures.pictures_of(tmp_path / "old.json")) == former["pictures"]
    for nothing in ("null", "[]"):
        (tmp_path / "old.json").write_text(f'{{\n "bytes": 7,\n "pictures": {nothing}\n}}')
        assert list(backup_pictures.pictures_of(tmp_path / "old.json")) == []
