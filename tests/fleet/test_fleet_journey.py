"""Processes die at any moment, and a new version takes their places: nothing lost, nothing doubled.

`make fleet` does the same with a thousand requests, and more (tests/fleet/scenes.py).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.db.databases import another_on_the_server
from tests.fleet import scenes
from tests.fleet.audit import audit
from tests.fleet.stage import Stage, staged

pytestmark = [pytest.mark.journey, pytest.mark.fleet]


async def test_any_of_them_dies_at_any_moment(stage: Stage) -> None:
    moments = random.Random(5)  # noqa: S311 - the same in every run: a worker, then a gateway
    deaths = await scenes.at_any_moment(stage, moments, requests=24, deaths=2)
    assert deaths.all == 2
    found = await audit(stage)
    found.assert_none()
    assert found.requests == 24
    await stage.fleet.stop()
    stage.fleet.assert_untroubled()


@pytest.fixture
def apart() -> Iterator[str]:
    """A database whose tables nobody else needs."""
    with another_on_the_server() as url:
        yield url


async def test_a_new_version_comes_process_by_process_with_more_tables(apart: str, tmp_path: Path) -> None:
    async with staged(tmp_path, apart) as stage:
        late = await scenes.a_version_comes(stage, jobs=12)
        found = await audit(stage)
        found.assert_none()
        assert found.requests == 12
        # Who starts on tables that it doesn't know says so, in a sentence.
        assert late.program.process.returncode == 1
        assert "was made by a newer version of Easel (revision 9999)" in late.program.said
        await stage.fleet.stop()
        stage.fleet.assert_untroubled()
