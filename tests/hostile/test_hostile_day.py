"""Hours of steady load leave nothing behind. `make chaos` plays a whole day."""

from __future__ import annotations

import pytest

from tests.hostile.simulated_day import course

pytestmark = pytest.mark.journey


async def test_hours_of_load_leave_memory_files_and_tables_as_they_were() -> None:
    day = await course(hours=6, each=6, room=20)
    assert day.findings == [], day.samples
