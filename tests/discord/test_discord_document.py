"""The table of docs/discord.md of what goes wrong: each row names a test that is there."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "discord.md"
HEADING = "## What people see when something goes wrong"
FEWEST_ROWS = 25


def rows() -> list[list[str]]:
    section = DOCUMENT.read_text().partition(HEADING)[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_row_is_a_test() -> None:
    found = rows()
    assert len(found) >= FEWEST_ROWS
    for row in found:
        wrong, seen, _, named = row
        assert wrong, row
        assert seen, row
        match = re.fullmatch(r"`(\w+)::([\w:]+)`", named)
        assert match, named
        there: object = importlib.import_module(f"tests.discord.test_discord_{match[1]}")
        for name in match[2].split("::"):
            there = getattr(there, name)
        assert callable(there), named


def test_no_test_stands_for_two_rows() -> None:
    named = [row[-1] for row in rows()]
    assert len(set(named)) == len(named)
