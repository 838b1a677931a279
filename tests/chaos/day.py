"""A day of steady load: what grows, and what is kept that should go?"""

from __future__ import annotations

import json

from tests.hostile.simulated_day import course

from .frame import Row, Trial, scenario

ROOM = 60  # pictures


@scenario("24 simulated hours of steady load")
async def a_day(trial: Trial) -> Row:
    day = await course(hours=24, each=8, room=ROOM)
    (trial.directory / "hours.json").write_text("\n".join(map(json.dumps, day.samples)))
    if day.findings:
        raise AssertionError("; ".join(day.findings))
    first, last = day.samples[len(day.samples) // 3], day.samples[-2]
    grown = (last["rss"] - first["rss"]) / 2**20
    note = (
        f"{grown:.1f} MiB more in 16 hours, {last['files_open']} files open as before, "
        f"{ROOM} pictures kept and every starred one"
    )
    return trial.row(faults=24, requests=last["jobs"], note=note)
