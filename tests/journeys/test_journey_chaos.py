"""A little of `make chaos` in every run of the tests: docs/reliability.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.frame import all_scenarios
from tests.chaos.running import play_all

pytestmark = [pytest.mark.journey, pytest.mark.slow]

# These take seconds; the others have journeys of their own, or stand for minutes.
SUBJECTS = {"crash", "backup"}


async def test_nothing_is_lost_and_nothing_is_doubled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "ignore:'audioop' is deprecated:DeprecationWarning")
    chosen = [one for one in all_scenarios() if one.short and one.subject in SUBJECTS]
    rows = await play_all(chosen, seed=20261123, kills=10, lanes=2, short=True, directory=tmp_path)
    assert len(rows) == len(chosen) == 2
    assert not [row for row in rows if not row.good]
    assert all(row.faults and row.requests for row in rows)
