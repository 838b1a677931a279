"""Rows as a CSV file that every spreadsheet opens and none of them runs."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping

_CHUNK = 32 * 1024  # characters, about
# A cell that begins with one of these is a formula to some spreadsheet; the apostrophe makes it text. The last four
# are the full-width forms: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Without it Excel takes the file for one in the machine's old code page, and Chinese names are lost.
_BYTE_ORDER_MARK = "\ufeff"


async def csv_chunks(rows: AsyncIterator[Mapping[str, str | int]]) -> AsyncIterator[bytes]:
    """UTF-8 in pieces of some 32 KiB, quoted and ended as https://www.rfc-editor.org/rfc/rfc4180 has it.

    The first row's names are the heading. No rows give an empty file.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    names: list[str] = []
    async for row in rows:
        if not names:
            names = list(row)
            buffer.write(_BYTE_ORDER_MARK)
            writer.writerow(names)
        writer.writerow(_safe(row.get(name, "") for name in names))
        if buffer.tell() >= _CHUNK:
            yield _taken(buffer)
    if buffer.tell():
        yield _taken(buffer)


def _safe(cells: Iterable[str | int]) -> list[str | int]:
    return [f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell for cell in cells]


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode(errors="replace")
    buffer.seek(0)
    buffer.truncate()
    return data
