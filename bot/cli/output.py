"""What the operator's commands print: a table for people, JSON or CSV for programs. Names are hostile text."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.actions.csv_export import csv_chunks
from bot.domain.text_direction import DIRECTION_CONTROLS
from bot.platforms.terminal.writing import json_text

Cell = str | int | float | bool | date | datetime | Sequence[str] | None
Row = Mapping[str, Cell]

_LINES = 500  # of one table: rich keeps them all to find out how wide the columns are
_WIDE = 200  # columns where no terminal says how wide it is: a pipe must not cut ids
# Control characters move a terminal's cursor and colour its text; the others turn the direction of reading around.
_UNSEEN = re.compile(f"[\x00-\x1f\x7f-\x9f{DIRECTION_CONTROLS}]")


class Form(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class Output:
    """Everything on standard output comes through here."""

    def __init__(self, form: Form = Form.TABLE) -> None:
        self.form = form
        width = None if sys.stdout.isatty() else _WIDE
        self._console = Console(file=sys.stdout, highlight=False, markup=False, width=width)

    async def rows(self, columns: Sequence[str], rows: Iterable[Row], *, total: Row | None = None) -> None:
        """A list. `total` is a last line, for people only: programs add up by themselves."""
        await self.stream(columns, _one_by_one(rows), total=total)

    async def stream(self, columns: Sequence[str], rows: AsyncIterator[Row], *, total: Row | None = None) -> None:
        """The same as the rows come, however many."""
        match self.form:
            case Form.JSON:
                await self._json_list({name: _plain(row.get(name)) for name in columns} async for row in rows)
            case Form.CSV:
                await self.csv({name: _cell(row.get(name)) for name in columns} async for row in rows)
            case Form.TABLE:
                await self._tables(columns, rows, total)

    async def csv(self, rows: AsyncIterator[Mapping[str, str | int]]) -> None:
        """As the rows come, however many."""
        async for chunk in csv_chunks(rows):
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()

    def record(self, values: Row) -> None:
        """One thing with all there is to say of it."""
        if self.form is Form.JSON:
            self._json({name: _plain(value) for name, value in values.items()})
            return
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        for name, value in values.items():
            table.add_row(name.replace("_", " "), _shown(value))
        self._console.print(table)

    def done(self, sentence: str, **values: Cell) -> None:
        """What a command has changed."""
        if self.form is Form.JSON:
            self._json({"done": sentence, **{name: _plain(value) for name, value in values.items()}})
        else:
            self._console.print(visible(sentence), soft_wrap=True)

    def secret(self, secret: str, said: str, **values: Cell) -> None:
        """Something that is shown once: alone on stdout, to be pasted or piped; what it is goes to stderr."""
        if self.form is Form.JSON:
            self._json({name: _plain(value) for name, value in values.items()})
        else:
            sys.stdout.write(f"{visible(secret)}\n")
            warn(said)

    async def _tables(self, columns: Sequence[str], rows: AsyncIterator[Row], total: Row | None) -> None:
        """One table, or each some hundred lines one of their own, with its heading."""
        lines: list[Row] = []
        async for row in rows:
            if len(lines) == _LINES:
                self._table(columns, lines, None)
                lines = []
            lines.append(row)
        if lines:
            self._table(columns, lines, total)
        else:
            self._console.print("Nothing found.")

    def _table(self, columns: Sequence[str], rows: Sequence[Row], total: Row | None) -> None:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_footer=total is not None)
        for name in columns:
            numbers = all(isinstance(row.get(name), (int, float)) for row in rows)
            footer = "" if total is None else _shown(total.get(name))
            heading = name.replace("_", " ")
            table.add_column(heading, footer=footer, justify="right" if numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_shown(row.get(name)) for name in columns))
        self._console.print(table)

    @staticmethod
    async def _json_list(values: AsyncIterator[object]) -> None:
        """As `_json` writes a list, but not all of it at once."""
        opening = "["
        async for value in values:
            indented = _json_text(value).replace("\n", "\n  ")
            sys.stdout.write(f"{opening}\n  {indented}")
            opening = ","
        sys.stdout.write("[]\n" if opening == "[" else "\n]\n")

    @staticmethod
    def _json(value: object) -> None:
        sys.stdout.write(f"{_json_text(value)}\n")


def warn(sentence: str) -> None:
    """A word beside the result."""
    sys.stderr.write(f"{visible(sentence)}\n")


def visible(text: str) -> str:
    """The text without what a terminal would obey."""
    return _UNSEEN.sub(lambda found: " " if found[0] in "\n\t" else "\N{REPLACEMENT CHARACTER}", text)


def _json_text(value: object) -> str:
    # JSON escapes some of them by itself; the rest stand within strings too, where an escape means the same.
    return _UNSEEN.sub(lambda found: _escaped(found[0]), json_text(value))


def _escaped(character: str) -> str:
    return character if character == "\n" else f"\\u{ord(character):04x}"


async def _one_by_one(rows: Iterable[Row]) -> AsyncIterator[Row]:
    for row in rows:
        yield row


def _cell(value: Cell) -> str | int:
    plain = _plain(value)
    if isinstance(plain, bool):
        return "yes" if plain else ""
    if plain is None:
        return ""
    return plain if isinstance(plain, int) else visible(" ".join(plain) if isinstance(plain, list) else str(plain))


def _plain(value: Cell) -> str | int | float | bool | list[str] | None:
    """As JSON has it."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if value is None or isinstance(value, (str, int, float)):
        return value
    return list(value)


def _shown(value: Cell) -> Text:
    if isinstance(value, datetime):
        return Text(f"{value.astimezone():%Y-%m-%d %H:%M %Z}")
    if isinstance(value, bool):
        return Text("yes" if value else "")
    if isinstance(value, float):
        return Text(f"{value:.1f}")
    if value is not None and not isinstance(value, (str, int, date)):
        return Text(visible(", ".join(value)))
    return Text("" if value is None else visible(str(value)))
