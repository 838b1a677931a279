"""Writing settings into the file `.env`: every other line stays as it is, and the file is whole at every moment."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv.parser import parse_stream

from bot.configuration.env_file import EnvFileProblem, read_env_file

_BOM: Final = b"\xef\xbb\xbf"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@%+=,-]*")  # needs no quotes, for a shell and Docker neither


def write_env_file(path: Path, values: Mapping[str, str]) -> None:
    """Set these in the file, which from then on only its owner can read.

    OSError: the disk or its permissions refuse. EnvFileProblem: the file can't be read, or can't hold such a value.
    Either leaves it as it was.
    """
    target = Path(os.path.realpath(path))  # a link stays one
    if target.exists() and not target.is_file():
        raise EnvFileProblem(f"{path} is no plain file, so nothing can be written into it.")
    before = _settings(target)
    raw = target.read_bytes() if target.exists() else b""
    text = _with(raw.decode("utf-8-sig"), values)
    with tempfile.NamedTemporaryFile("wb", dir=target.parent, prefix=".env-", delete=False) as file:  # with mode 600
        new = Path(file.name)
        try:
            file.write((_BOM if raw.startswith(_BOM) else b"") + text.encode())
            file.flush()
            os.fsync(file.fileno())
            _check(new, {**before, **values}, values, path)
            if raw and hasattr(os, "chown"):
                kept = target.stat()
                with contextlib.suppress(PermissionError):  # only root may, and only root needs to
                    os.chown(new, kept.st_uid, kept.st_gid)
            file.close()  # Windows replaces no open file
            new.replace(target)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def _check(new: Path, expected: Mapping[str, str], values: Mapping[str, str], path: Path) -> None:
    """Other lines may refer to what has changed, so that their values may too."""
    found = _settings(new)
    if found.keys() != expected.keys() or any(found[name] != value for name, value in values.items()):
        raise EnvFileProblem(f"{path} can't hold one of these values. Write it there yourself: docs/settings.md.")


def _with(text: str, values: Mapping[str, str]) -> str:
    """The last line that sets a name is changed; a new one comes below its example, or at the end."""
    end = "\r\n" if "\r\n" in text else "\n"
    parts = [binding.original.string for binding in parse_stream(io.StringIO(text, newline=""))]
    names = [
        (binding.key or "").upper() if not binding.error else ""
        for binding in parse_stream(io.StringIO(text, newline=""))
    ]
    for name, value in values.items():
        line = f"{name}={_quoted(value)}{end}"
        found = [at for at, each in enumerate(names) if each == name]
        example = re.compile(rf"^#[ \t]*{name}=.*(?:\r?\n|\r|\Z)", re.MULTILINE)
        if found:
            parts[found[-1]] = _in_place_of(parts[found[-1]], line)
            continue
        at = next((place for place, part in enumerate(parts) if example.search(part)), None)
        if at is None:
            parts[-1:] = [_ended(part, end) for part in parts[-1:]]
            parts.append(line)
            names.append(name)
            continue
        hit = example.search(parts[at])
        assert hit is not None  # noqa: S101 - just found
        # The parser takes comments one by one or before what follows; either way the line goes right below.
        head = _ended(parts[at][: hit.end()], end)
        parts[at : at + 1] = [head, line, parts[at][hit.end() :]]
        names[at : at + 1] = ["", name, names[at]]
    return "".join(parts)


def _in_place_of(before: str, line: str) -> str:
    """With the blank lines, the `export` and the line's end that the assignment had."""
    blank = before[: len(before) - len(before.lstrip())]
    export = "export " if before.lstrip().startswith("export") else ""
    return f"{blank}{export}{line}"


def _ended(part: str, end: str) -> str:
    return part if not part or part.endswith(("\n", "\r")) else f"{part}{end}"


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _settings(path: Path) -> dict[str, str]:
    """As they count: a name in small letters is the same setting."""
    return {name.upper(): value for name, value in read_env_file(path).values.items()}
