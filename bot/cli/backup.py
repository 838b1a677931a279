"""`python -m bot backup`: the database and the pictures as of one moment, while the bot goes on with its work.

DIR/easel-20261122T232600Z.db      the database, complete in itself
DIR/easel-20261122T232600Z.json    what belongs to it: revision, counts, its check sum, the pictures
DIR/pictures/<key>                 of all backups together; a picture never changes, so each is copied once
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import sqlite3
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import __version__
from bot.cli.backup_pictures import STAGED, Copied, Manifest, copy_pictures, remove_unnamed
from bot.cli.faults import Trouble, WrongCall
from bot.cli.output import Output, warn
from bot.pictures.store import open_pictures
from bot.runtime.durable_files import sync
from bot.settings import Settings
from db.address import database_file
from db.file_lock import try_lock
from db.meta import BACKUP_MADE_AT

_NAME = re.compile(r"easel-[0-9]{8}T[0-9]{6}Z\.json")
_BUSY_SECONDS = 10.0


async def backup(settings: Settings, options: Namespace, output: Output) -> None:
    """Trouble and OSError where it could not be made; then nothing of it is left but pictures."""
    source = database_file(settings.database_url)
    if source is None:
        raise WrongCall("A database server has its own tool for this: pg_dump. Copy PICTURES_URL beside it.")
    if not await asyncio.to_thread(source.exists):
        raise Trouble(f"There is no database at {source} yet, so there is nothing to keep.")
    folder: Path = options.out or settings.data_dir / "backups"
    await asyncio.to_thread(_make_private, folder)
    with _in_use(folder) as alone:
        if alone:
            await asyncio.to_thread(_clear, folder)
        await _make(settings, options, output, source, folder)


async def _make(settings: Settings, options: Namespace, output: Output, source: Path, folder: Path) -> None:
    name = f"easel-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    file = folder / f"{name}.db"
    described = await asyncio.to_thread(_copy_database, source, file)
    manifest = Manifest(folder / f"{name}.json", {**described, "database": file.name})
    try:
        copied = Copied()
        if not options.no_pictures:
            copied = await copy_pictures(open_pictures(settings.pictures_url), file, folder / "pictures", manifest)
        await asyncio.to_thread(manifest.finish, without_pictures=options.no_pictures)
    except BaseException:
        manifest.abandon()
        await asyncio.to_thread(file.unlink, missing_ok=True)
        raise
    if copied.gone:
        warn(f"{copied.gone} pictures that the database names are no longer in the picture store.")
    removed = await asyncio.to_thread(_forget_old, folder, options.keep) if options.keep else 0
    output.done(
        f"{file}: {_counted(described['jobs'], 'job')}, {_counted(copied.kept, 'picture')}, {copied.new} of them "
        "copied now." + (f" {_counted(removed, 'older backup')} removed." if removed else ""),
        database=str(file),
        jobs=described["jobs"],
        pictures=copied.kept,
        pictures_copied=copied.new,
        pictures_gone=copied.gone,
        removed=removed,
    )


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _make_private(folder: Path) -> None:
    """Backups hold prompts: a directory that is made for them is its owner's alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


@contextlib.contextmanager
def _in_use(folder: Path) -> Iterator[bool]:
    """Tell other backups into this directory that there is one; whether it is the only one."""
    # Windows opens no directories.
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT) if os.name == "nt" else os.open(folder, os.O_RDONLY)
    try:
        alone = False
        with contextlib.suppress(OSError):  # these are no files that can be locked
            alone = try_lock(descriptor)
            if not alone:
                try_lock(descriptor, shared=True)
        yield alone
    finally:
        os.close(descriptor)


def _clear(folder: Path) -> None:
    """Remove what a backup that was killed had begun."""
    for left in (*folder.glob(f"{STAGED}*"), *(folder / "pictures").rglob(f"{STAGED}*")):
        left.unlink(missing_ok=True)


def _copy_database(source: Path, file: Path) -> dict[str, Any]:
    """The copy under its final name only when it is whole and proved; what it holds."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=STAGED, suffix=".db")
    os.close(descriptor)
    staged = Path(name)
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)) as live,
            closing(sqlite3.connect(staged)) as copy,
        ):
            # In one step: a copy in several starts anew whenever the bot saves something, and it saves all the time.
            # Readers of a WAL database keep no writer waiting. https://www.sqlite.org/c3ref/backup_finish.html
            live.backup(copy, pages=-1)
            made_at = datetime.now(UTC).isoformat()
            # Whoever starts on it knows by this that what it calls queued may have been ordered since.
            with copy:
                copy.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (BACKUP_MADE_AT, made_at))
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever happens to those beside it
            problems = [row[0] for row in copy.execute("PRAGMA integrity_check(5)")]
            if problems != ["ok"]:
                raise Trouble(f"The copy of {source} is damaged: {'; '.join(problems)}")
            described = {"made_at": made_at, **_described(copy)}
        described |= {"bytes": staged.stat().st_size, "sha256": _sha256(staged)}
        sync(staged)
        staged.replace(file)
        sync(file.parent)
    except sqlite3.Error as error:
        raise Trouble(f"The database {source} can't be copied: {error}") from error
    except UnicodeDecodeError as error:  # SQLite quotes the damaged schema, and sqlite3 fails to decode its sentence
        raise Trouble(f"The database {source} can't be copied: it is damaged") from error
    finally:
        staged.unlink(missing_ok=True)
    return described


def _described(copy: sqlite3.Connection) -> dict[str, Any]:
    (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    (jobs,) = copy.execute("SELECT count(*) FROM jobs").fetchone()
    return {"easel": __version__, "revision": revision, "jobs": jobs}


def _forget_old(folder: Path, keep: int) -> int:
    """Remove all but the newest `keep` backups, and the pictures that only they name; how many backups."""
    found = sorted((path for path in folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)
    old = found[keep:]
    for path in old:
        path.with_suffix(".db").unlink(missing_ok=True)
        path.unlink()
    if old:
        remove_unnamed(folder / "pictures", found[:keep])
    return len(old)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
