"""What a scenario is, what it is given, and what it tells.

A file in this folder registers what it has:

    @scenario("the power goes at any moment", short=True)
    async def any_moment(trial: Trial) -> Row:
        ...
        return trial.row(faults=60, requests=480)

A scenario that raises is broken, which is as bad as a loss.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table. `lost`: accepted and never brought to its end, once; `doubled`: paid or posted again."""

    name: str
    faults: int  # how often something was done to Easel
    requests: int  # that it had accepted
    lost: int = 0
    doubled: int = 0
    note: str = ""  # what people meet, in a few words
    error: str = ""  # why there is no result
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run of one scenario. `directory` is its own and empty; `random` is the same for the same seed."""

    name: str
    random: random.Random
    directory: Path
    short: bool = False
    kills: int = 200  # in all scenarios together; see `share`

    def share(self, part: float) -> int:
        """So many of the kills of this run, at least one."""
        return max(1, round(self.kills * part))

    def row(self, *, faults: int, requests: int, lost: int = 0, doubled: int = 0, note: str = "") -> Row:
        return Row(name=self.name, faults=faults, requests=requests, lost=lost, doubled=doubled, note=note)


Play = Callable[[Trial], Awaitable[Row | Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    subject: str  # the file it stands in
    short: bool  # whether it is part of the short run
    waits: bool  # whether it mostly waits, so that it needs no lane of its own
    long: bool  # whether it is begun before the others
    apart: bool  # whether it has a process of its own: one that computes would keep the others from their clocks
    play: Play = field(repr=False)


_scenarios: list[Scenario] = []


def scenario(
    name: str, *, short: bool = False, waits: bool = False, long: bool = False, apart: bool = False
) -> Callable[[Play], Play]:
    """Register what follows. `short`: also part of the short run, where `trial.short` is true. See Scenario."""

    def register(play: Play) -> Play:
        _scenarios.append(Scenario(name, play.__module__.rpartition(".")[2], short, waits, long, apart, play))
        return play

    return register


def all_scenarios() -> Sequence[Scenario]:
    """Those of every file in this folder, in the order of their files."""
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if not file.stem.startswith("__"):
            importlib.import_module(f"{__package__}.{file.stem}")
    return sorted(_scenarios, key=lambda one: one.subject)
