"""The project's own files, as the tests about the project read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "cogs", "db")
_FOLDERS = (*ROOMS, "tests", "bench", "docs", ".ci")
_TEXT = {".py", ".md", ".js", ".css", ".html", ".ftl", ".toml", ".txt", ".yaml", ".yml", ".svg", ".mako"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def text_files() -> list[Path]:
    """Everything that people read and write: code, pages, documents, and the files without a suffix at the top."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.name not in {".env", ".git"}]
    found += [path for folder in _FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return sorted(path for path in found if path.suffix in _TEXT or path.parent in {ROOT, ROOT / ".ci"})


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])


def table_rows(document: str, heading: str) -> Iterator[list[str]]:
    """The cells of the table that has this text in its first cell, row by row."""
    lines = iter(read(document).splitlines())
    for line in lines:
        if line.startswith(f"| {heading} |"):
            break
    else:
        raise AssertionError(f"{document} has no table that begins with {heading}")
    next(lines)  # the rule below the heading
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
