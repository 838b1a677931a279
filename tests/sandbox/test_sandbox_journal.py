"""A sandbox that was killed still knows its tasks."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.faults import Fault
from bot.sandbox.journal import KEPT_SECONDS, Journal
from bot.sandbox.tasks import Progress, TaskBook
from bot.sandbox.validate import Submission

ASKED = Submission(prompt="灯塔 in a storm", aspect_ratio="16:9", clarity=2048, number_of_images=2, callback="")


def book(journal: Journal, now: float) -> TaskBook:
    return TaskBook(lambda: now, speed=1, kept=100, known=journal.tasks, write=journal.write)


async def test_tasks_go_on_where_they_were(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "sandbox.jsonl"
    first = Journal(path, 1000.0)
    task = book(first, 1000.0).create(ASKED, frozenset({Fault.FAIL}))
    await first.close()
    second = Journal(path, 1002.0)
    known = book(second, 1002.0)
    again = known.find(task.unique_id)
    assert again == task
    assert known.by_picture_key(task.picture_key) == task
    assert again is not None
    assert again.progress(1002.0) == Progress.GENERATING
    assert again.progress(1100.0) == Progress.FAIL
    assert known.create(ASKED, frozenset()).number == task.number + 1
    await second.close()


async def test_a_line_that_a_kill_cut_off_and_old_tasks_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.jsonl"
    journal = Journal(path, 1000.0)
    task = book(journal, 1000.0).create(ASKED, frozenset())
    await journal.close()
    with path.open("a") as file:
        file.write('{"number": 2, "unique_')
    cut = Journal(path, 1001.0)
    assert [known.unique_id for known in cut.tasks] == [task.unique_id]
    await cut.close()
    old = Journal(path, 1000.0 + KEPT_SECONDS + 1)
    assert old.tasks == []
    await old.close()
