"""What is kept in DATA_DIR is for the user who runs Easel alone: prompts, pictures, the operator's secret.

New files are private by the umask. Files of before are mended at the start, where the file system takes modes at all.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import structlog

_log = structlog.get_logger(__name__)

_UMASK: Final = 0o077
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
# What Easel itself puts there; anything else in that directory is somebody's own.
_OURS: Final = ("easel.db", "local-secret", "sandbox.jsonl", "pictures", "backups")


def new_files_are_private() -> int:
    """From now on in this process; the umask that there was before, for what is not Easel's own."""
    return os.umask(_UMASK)


def mend(data_dir: Path, database: Path | None = None) -> int:
    """Take every right of others away from what Easel keeps there; how many files and directories it was.

    `database`: where it lives elsewhere. What the file system refuses is a warning: a start never ends here. A tree
    that was closed to others already is not walked through. Slow where it was open: for a thread.
    """
    mended = refused = 0
    for path in _everything(data_dir, database):
        match _close(path):
            case True:
                mended += 1
            case False:
                refused += 1
            case None:
                pass
    if mended:
        _log.info("data_made_private", action="start", directory=str(data_dir), count=mended)
    if refused:
        _log.warning(
            "data_not_private",
            action="start",
            directory=str(data_dir),
            count=refused,
            hint="other users of this machine can read it: use a file system with modes, owned by the user of the bot",
        )
    return mended


def _everything(data_dir: Path, database: Path | None) -> Iterator[Path]:
    if _is_its_own(data_dir):
        yield data_dir.resolve()  # which a link may lead to, unlike what stands in it
    for path in _listed(data_dir):
        if path.name.lstrip(".").startswith(_OURS):
            yield from _tree(path)
    if database is not None and database.parent != data_dir.absolute():
        yield from (path for path in _listed(database.parent) if path.name.startswith(database.name))


def _tree(path: Path) -> Iterator[Path]:
    """A file, or a directory after all that is in it, so that a walk that is interrupted is begun again."""
    if path.is_dir() and not path.is_symlink() and _is_open(path):
        for below in _listed(path):
            yield from _tree(below)
    yield path


def _listed(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except OSError:  # not there yet, or not ours to look at
        return []


def _is_its_own(directory: Path) -> bool:
    """Whether only Easel uses it: DATA_DIR=. and a home directory are others' too."""
    try:
        found = directory.resolve(strict=True)
    except OSError:
        return False
    return not any(found == used or found in used.parents for used in (Path.cwd(), Path.home()))


def _is_open(path: Path) -> bool:
    try:
        return bool(path.lstat().st_mode & _OTHERS)
    except OSError:
        return False


def _close(path: Path) -> bool | None:
    """True if it was open to others and is no longer, False if it still is, None if nothing was to be done."""
    if path.is_symlink() or not _is_open(path):
        return None
    try:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
    except OSError:
        return False
    return not _is_open(path)
