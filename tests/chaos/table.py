"""The result of a run, for a terminal and for docs/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .frame import Row


def show(rows: Sequence[Row], seed: int, seconds: float) -> None:
    table = Table(title=f"Seed {seed}, {seconds:.0f} s", title_justify="left")
    table.add_column("What was done to Easel")
    for number in ("times", "requests", "lost", "doubled"):
        table.add_column(number, justify="right")
    table.add_column("and then")
    for row in [*rows, _sum(rows)]:
        style = "" if row.good else "bold red"
        said = row.error or row.note
        table.add_row(row.name, *(str(number) for number in _numbers(row)), said, style=style)
    Console(width=None if Console().is_terminal else 150).print(table)


def markdown(rows: Sequence[Row], seed: int, seconds: float) -> str:
    """As docs/reliability.md shows it."""
    lines = [
        f"Seed {seed}, {seconds / 60:.0f} minutes.",
        "",
        "| what was done to Easel | times | requests | lost | doubled | and then |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in [*rows, _sum(rows)]:
        cells = (row.name, *(f"{number:,}" for number in _numbers(row)), row.error or row.note)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write(file: Path, table: str, command: str = "make chaos") -> None:
    """Put it between the command's two comments in a document, or alone into a file that has none."""
    before, begin, rest = (file.read_text(encoding="utf-8") if file.exists() else "").partition(f"<!-- {command} -->")
    _, end, after = rest.partition(f"<!-- end of {command} -->")
    text = f"{before}{begin}\n\n{table}\n{end}{after}" if begin and end else table
    file.write_text(text, encoding="utf-8")


def _numbers(row: Row) -> tuple[int, int, int, int]:
    return row.faults, row.requests, row.lost, row.doubled


def _sum(rows: Sequence[Row]) -> Row:
    return Row(
        name="together",
        faults=sum(row.faults for row in rows),
        requests=sum(row.requests for row in rows),
        lost=sum(row.lost for row in rows),
        doubled=sum(row.doubled for row in rows),
        error=", ".join(row.name for row in rows if row.error),
    )
