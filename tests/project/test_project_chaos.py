"""The table that `make chaos` prints and docs/reliability.md shows tells a loss where there is one."""

from __future__ import annotations

import dataclasses

from tests.chaos.frame import Row
from tests.chaos.table import markdown

ROW = Row(name="the power goes", faults=200, requests=1600)


def test_a_loss_is_told() -> None:
    assert ROW.good
    for harm in ({"lost": 1}, {"doubled": 1}, {"error": "it did not start"}):
        row = dataclasses.replace(ROW, **harm)
        assert not row.good
    told = markdown([ROW, dataclasses.replace(ROW, name="a fall", lost=3)], 7, 60)
    assert "Seed 7" in told
    assert "| the power goes | 200 | 1,600 | 0 | 0 |" in told
    assert "| together | 400 | 3,200 | 3 | 0 |" in told
