"""The pictures of a backup: copied, listed in its manifest, and removed with it, a bounded number at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.ports import PictureStore
from bot.runtime.durable_files import sync

STAGED = ".easel-"  # what is not whole yet
BATCH = 200  # jobs whose pictures are worked on together
_AT_ONCE = 4  # pictures that are copied side by side
_PICTURES = "pictures"


@dataclass(slots=True)
class Copied:
    """Of the pictures that the database names: `kept` are in the backup, of which `new` were copied now.

    `gone` are in the store no more, though their result was not deleted.
    """

    kept: int = 0
    new: int = 0
    gone: int = 0


async def copy_pictures(store: PictureStore, database: Path, folder: Path, manifest: Manifest) -> Copied:
    """Copy what the database names and the folder has not, and list in the manifest what the folder then has."""
    copied = Copied()
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(key: str) -> bool | None:
        """Whether it was copied now; None where there is nothing to copy."""
        target = folder / key
        async with turns:
            if await asyncio.to_thread(target.exists):
                return False
            try:
                data = await store.get(key)
            except KeyError:  # deleted by its author before, or by anybody since the database was copied
                return None
            await asyncio.to_thread(write, target, data)
            return True

    async for keys in _named_in(database):
        async with asyncio.TaskGroup() as group:
            tasks = {key: group.create_task(one(key)) for key in keys}
        outcomes = {key: task.result() for key, task in tasks.items()}
        there = [key for key, outcome in outcomes.items() if outcome is not None]
        await asyncio.to_thread(manifest.add, there)
        copied.kept += len(there)
        copied.new += sum(bool(outcome) for outcome in outcomes.values())
        copied.gone += sum(outcome is None and not keys[key] for key, outcome in outcomes.items())
    return copied


async def _named_in(database: Path) -> AsyncIterator[Mapping[str, bool]]:
    """The keys of all pictures, and whether their result is deleted: its author has taken the files, too."""
    with closing(await asyncio.to_thread(_opened, database)) as connection:
        found = connection.execute(
            "SELECT pictures, deleted_at IS NOT NULL FROM jobs WHERE pictures <> '[]' ORDER BY created_at"
        )
        while rows := await asyncio.to_thread(found.fetchmany, BATCH):
            yield {str(picture["key"]): bool(deleted) for text, deleted in rows for picture in json.loads(text)}


def _opened(database: Path) -> sqlite3.Connection:
    """To be used by one thread at a time."""
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)


class Manifest:
    """A JSON object in the making, whose last field is the list of pictures: one key a line. Whole or not at all."""

    def __init__(self, path: Path, fields: Mapping[str, Any]) -> None:
        self._path = path
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=STAGED)
        self._staged = Path(name)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8")
        self._file.write(f'{json.dumps(fields, indent=1).removesuffix("}").rstrip()},\n "{_PICTURES}": ')
        self._first = True

    def add(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._file.write(f"{'[' if self._first else ','}\n  {json.dumps(key)}")
            self._first = False

    def finish(self, *, without_pictures: bool) -> None:
        """Put it in its place, on the disk."""
        nothing = "null" if without_pictures else "[]"
        self._file.write(f"{nothing if self._first else chr(10) + ' ]'}\n}}")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._staged.replace(self._path)
        sync(self._path.parent)

    def abandon(self) -> None:
        """Let go of it if it is not finished."""
        self._file.close()
        self._staged.unlink(missing_ok=True)


def pictures_of(manifest: Path) -> Iterator[str]:
    """The keys that a manifest lists, read line by line."""
    with manifest.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("  "):  # in the one list there is
                yield json.loads(line.strip().removesuffix(","))


def remove_unnamed(folder: Path, manifests: Sequence[Path]) -> None:
    """Remove the pictures that none of these manifests lists. Their keys wait on the disk, however many they are."""
    with closing(sqlite3.connect("")) as named:  # a temporary file: https://www.sqlite.org/inmemorydb.html
        named.execute("CREATE TABLE named (key TEXT PRIMARY KEY) WITHOUT ROWID")
        for manifest in manifests:
            keys = ((key,) for key in pictures_of(manifest))
            named.executemany("INSERT OR IGNORE INTO named VALUES (?)", keys)
        for directory, _, names in os.walk(folder, topdown=False):
            for name in names:
                picture = Path(directory, name)
                key = picture.relative_to(folder).as_posix()
                if named.execute("SELECT 1 FROM named WHERE key = ?", (key,)).fetchone() is None:
                    picture.unlink()
            if names and Path(directory) != folder:
                with contextlib.suppress(OSError):  # others of its job are still there
                    Path(directory).rmdir()


def write(path: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=STAGED)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    sync(path.parent)
