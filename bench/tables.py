"""What a measurement hands over: tables, for the terminal and for docs/performance.md."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Size(StrEnum):
    """How much a measurement does: all that its docstring says, its part of `make bench`, or only that it works."""

    WHOLE = "whole"
    QUICK = "quick"
    TINY = "tiny"

    def pick(self, *, whole: T, quick: T, tiny: T) -> T:
        return {Size.WHOLE: whole, Size.QUICK: quick, Size.TINY: tiny}[self]


@dataclass(frozen=True, slots=True)
class Table:
    """Each row begins with what was measured. `columns` are the headings of all that follows."""

    title: str
    rows: Sequence[Sequence[object]]
    columns: Sequence[str] = ("",)

    def __str__(self) -> str:
        head = [["", *self.columns]] if any(self.columns) else []
        lines = [[str(cell) for cell in row] for row in [*head, *self.rows]]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns) + 1)]
        shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([f"\n{self.title}", *(f"  {line.rstrip()}" for line in shown)])

    def markdown(self) -> str:
        rows = [["", *self.columns], ["---"] * (len(self.columns) + 1), *self.rows]
        lines = (" | ".join(str(cell).replace("|", "\\|") for cell in row) for row in rows)
        return "\n".join([f"**{self.title}**", "", *(f"| {line} |" for line in lines)])


Figures = Callable[[Size], Sequence[Table]]


def ratio(theirs: float, ours: float) -> str:
    """How many times as much the other one takes: above 1 we are the better."""
    return f"{theirs / ours:.3g} ×" if ours and math.isfinite(theirs) and math.isfinite(ours) else "–"


def show(figures: Figures, description: str | None) -> None:
    """What `python -m bench.NAME` does where it needs no words of its own."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.WHOLE, help="(%(default)s)")
    for table in figures(parser.parse_args().size):
        print(table)
