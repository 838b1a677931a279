"""Many results without drawing each: rows like one that was drawn, over its pictures."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.job import new_job_id


def repeat(data: Path, job_id: str, count: int, change: Callable[[int], dict[str, Any]] = lambda _: {}) -> list[str]:
    """`count` copies of the job in the running program's database, each a minute older; their ids, newest first.

    `change(place)` names columns that differ from the job's.
    """
    with closing(sqlite3.connect(data / "easel.db", timeout=20)) as database, database:
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone())
        begun = datetime.fromisoformat(row["created_at"])
        ids = [new_job_id() for _ in range(count)]
        for place, new_id in enumerate(ids, 1):
            created_at = (begun - timedelta(minutes=place)).strftime("%Y-%m-%d %H:%M:%S.%f")
            made = row | {"id": new_id, "created_at": created_at, "task_id": None, "prompt": f"seeded {place}"}
            made |= {"prompt_folded": f"seeded {place}"} | change(place)
            names = ", ".join(f'"{name}"' for name in made)
            marks = ", ".join("?" for _ in made)
            database.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", tuple(made.values()))  # noqa: S608 - columns of the table itself
    return ids
