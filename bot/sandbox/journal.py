"""Tasks on disk, a line each, so that a sandbox inside the bot still knows them after the bot was killed.

A line is written before the submit is answered, as a provider would. Without fsync: what a killed process has written
stays, and nobody pays for what a power cut takes from a sandbox. One write of some hundred bytes blocks nobody.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from .faults import Fault
from .tasks import Task
from .validate import Submission

KEPT_SECONDS = 86_400.0
"""A task older than this is nobody's hope any more."""


class Journal:
    """The file of one sandbox. `close` it; opening drops what is old and what a kill cut off."""

    def __init__(self, path: Path, now: float) -> None:
        """Raise OSError where the file can't be written."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.tasks = [task for task in _read(path) if task.created_at > now - KEPT_SECONDS]
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_text("".join(_line(task) for task in self.tasks), encoding="utf-8")
        fresh.replace(path)
        self._file: TextIO = path.open("a", encoding="utf-8")

    def write(self, task: Task) -> None:
        self._file.write(_line(task))
        self._file.flush()

    async def close(self) -> None:
        self._file.close()


def _line(task: Task) -> str:
    record = {
        "number": task.number,
        "unique_id": task.unique_id,
        "asked": asdict(task.asked),
        "created_at": task.created_at,
        "seconds": task.seconds,
        "fate": sorted(task.fate),
        "picture_key": task.picture_key,
    }
    return json.dumps(record) + os.linesep


def _read(path: Path) -> Iterator[Task]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
            yield Task(
                **{
                    **record,
                    "asked": Submission(**record["asked"]),
                    "fate": frozenset(Fault(fault) for fault in record["fate"]),
                }
            )
        except (ValueError, TypeError, KeyError):  # the line that a kill cut off, or another version's
            continue
