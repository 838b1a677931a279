"""Playing scenarios, some side by side, whatever becomes of one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import random
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from .frame import Row, Scenario, Trial, all_scenarios

# Longer than any: the whole has ten minutes.
DEADLINE = 900.0


async def play_all(
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    kills: int,
    lanes: int,
    short: bool,
    directory: Path,
    told: Callable[[Row], None] = lambda _: None,
) -> list[Row]:
    """Rows in the order of the scenarios. What each does follows from the seed and its own name alone."""
    turns = asyncio.Semaphore(lanes)

    async def one(number: int, chosen: Scenario) -> list[Row]:
        async with contextlib.nullcontext() if chosen.waits else turns:
            trial = Trial(
                name=chosen.name,
                random=random.Random(f"{seed} {chosen.name}"),  # noqa: S311 - the same in every run
                directory=directory / f"{number}-{chosen.subject}",
                short=short,
                kills=kills,
            )
            rows = await _play(chosen, trial)
            for row in rows:
                told(row)
            return rows

    async with asyncio.TaskGroup() as group:
        playing = {
            number: group.create_task(one(number, chosen))
            for number, chosen in sorted(enumerate(scenarios), key=lambda numbered: not numbered[1].long)
        }
    return [row for number in sorted(playing) for row in playing[number].result()]


async def _play(chosen: Scenario, trial: Trial) -> list[Row]:
    trial.directory.mkdir()
    began = time.monotonic()
    try:
        async with asyncio.timeout(DEADLINE):
            played = await (_apart(chosen, trial) if chosen.apart else chosen.play(trial))
    except Exception as error:
        (trial.directory / "error.txt").write_text(traceback.format_exc())
        why = str(error).partition("\n")[0] or type(error).__name__
        played = dataclasses.replace(trial.row(faults=0, requests=0), error=why[:300])
    seconds = time.monotonic() - began
    rows = [played] if isinstance(played, Row) else list(played)
    return [dataclasses.replace(row, seconds=seconds) for row in rows]


async def _apart(chosen: Scenario, trial: Trial) -> Row | Sequence[Row]:
    pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, _alone, chosen.name, trial)
    finally:
        pool.shutdown(wait=False)


def _alone(name: str, trial: Trial) -> Row | Sequence[Row]:
    (chosen,) = (one for one in all_scenarios() if one.name == name)
    played: Row | Sequence[Row] = asyncio.run(_awaited(chosen, trial))
    return played


async def _awaited(chosen: Scenario, trial: Trial) -> Row | Sequence[Row]:
    return await chosen.play(trial)


def room_for_data() -> Path:
    """A directory for the data of a run; see `tidy`."""
    return Path(tempfile.mkdtemp(prefix="easel-chaos-"))


def tidy(directory: Path, rows: Sequence[Row]) -> bool:
    """Remove the data of a run that went well; that of another is kept, to be looked at. Whether it was removed."""
    good = all(row.good for row in rows)
    if good:
        shutil.rmtree(directory, ignore_errors=True)
    return good
