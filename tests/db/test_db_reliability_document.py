"""The table of docs/reliability.md of what PostgreSQL says: each row names a test that is there, and no other row's."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import psycopg

from db.sqlstates import Outcome, outcome

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
HEADING = "## What PostgreSQL says"
FEWEST_ROWS = 10


def rows() -> list[list[str]]:
    section = DOCUMENT.read_text().partition(HEADING)[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_row_is_a_test() -> None:
    found = rows()
    assert len(found) >= FEWEST_ROWS
    for row in found:
        says, seen, follows, named = row
        assert all((says, seen, follows)), row
        match = re.fullmatch(r"`(db|fleet)::(\w+)::(\w+)`", named)
        assert match, named
        module = importlib.import_module(f"tests.{match[1]}.test_{match[1]}_{match[2]}")
        assert callable(getattr(module, match[3])), named
    assert len({row[-1] for row in found}) == len(found)


def test_every_class_that_is_no_bug_of_ours_has_a_row() -> None:
    words = " ".join(row[0] for row in rows() if "bug" not in row[2])
    errors = [one for one in vars(psycopg.errors).values() if isinstance(getattr(one, "sqlstate", None), str)]
    handled = {one.sqlstate for one in errors if outcome(one.sqlstate) is not Outcome.BUG}
    assert {state for state in handled if state not in words and state[:2] not in words} == set()
