"""What goes to standard output for programs: JSON and paths, whatever encoding the stream has."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """JSON that standard output can carry: what it can't encode is escaped, which means the same."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text if _encodable(text) else json.dumps(value, indent=indent)


def write_paths(paths: Iterable[Path]) -> None:
    """One a line; a name that the stream can't encode comes in the bytes of the file system."""
    for path in paths:
        line = f"{path}\n"
        if _encodable(line):
            sys.stdout.write(line)
            continue
        sys.stdout.flush()
        sys.stdout.buffer.write(os.fsencode(line))
        sys.stdout.buffer.flush()


def _encodable(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
