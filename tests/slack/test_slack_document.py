"""The table of troubles in docs/slack.md: each row names a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_row_names_a_test_that_is_there() -> None:
    text = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    table = text.split("## When Slack is in trouble", 1)[1].split("## Scopes", 1)[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert len(rows) > 10
    for row in rows:
        names = re.findall(r"`(test_\w+)`", row)
        assert names, row
        assert all(f"async def {name}(" in tests for name in names), names
