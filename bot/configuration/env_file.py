"""The file `.env`: its text, whatever it is saved as, and every line that is not what it seems to be."""

from __future__ import annotations

import io
import os
import re
import select
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dotenv.main import resolve_variables
from dotenv.parser import Binding, parse_stream

_MOST: Final = 1 << 20  # bytes
_FIFO_SECONDS: Final = 5.0
_BOMS: Final = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_HOW: Final = "save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8)"
_NAME: Final = re.compile(r"[ \t]*(?:(?:export|set|declare[ \t]+-x|-)[ \t]+)*['\"]?([A-Za-z_][A-Za-z0-9_.-]*)")
_ASSIGNMENT: Final = re.compile(rf"{_NAME.pattern}['\"]?[ \t]*[=:]")


class EnvFileProblem(Exception):
    """The file can't be read at all; a sentence for the operator, without any of its content."""


@dataclass(frozen=True, slots=True)
class Line:
    """A name at the beginning of a line. `value` is None where the line, as a whole, says nothing."""

    number: int
    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class EnvFile:
    """`values` as they hold; `lines` are all assignments in their order; `unreadable` lines assign nothing."""

    values: Mapping[str, str]
    lines: tuple[Line, ...] = ()
    unreadable: tuple[Line, ...] = ()


def read_env_file(path: Path) -> EnvFile:
    """What is in the file; nothing where there is none. EnvFileProblem: it is there, but can't be read."""
    try:
        raw = _bytes_of(path)
    except FileNotFoundError:
        return EnvFile({})
    except OSError as error:
        if isinstance(error, IsADirectoryError) or path.is_dir():
            if (path / "pyvenv.cfg").exists():  # somebody's virtual environment
                return EnvFile({})
            raise EnvFileProblem(
                f"{path} is a directory (Docker makes one where the file that is mounted does not exist). Remove it, "
                "or put the file .env in its place."
            ) from None
        raise EnvFileProblem(
            f"{path} can't be read ({error.strerror}). Let the user that runs Easel read it: chown it to that user, "
            "or take it away."
        ) from None
    return _parsed(_text_of(path, raw))


def _bytes_of(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError
        raw = _from_pipe(path, descriptor) if stat.S_ISFIFO(mode) else os.read(descriptor, _MOST + 1)
    finally:
        os.close(descriptor)
    if len(raw) > _MOST:
        raise EnvFileProblem(f"{path} is larger than {_MOST} bytes, which is no file of settings.")
    return raw


def _from_pipe(path: Path, descriptor: int) -> bytes:
    """Password managers offer the file as a named pipe, which they fill when it is opened."""
    raw, give_up = b"", time.monotonic() + _FIFO_SECONDS
    while (left := give_up - time.monotonic()) > 0 and len(raw) <= _MOST:
        select.select([descriptor], [], [], left)
        try:
            part = os.read(descriptor, _MOST)
        except BlockingIOError:
            continue
        if part:
            raw += part
        elif raw:
            return raw
        else:
            time.sleep(0.02)  # nobody writes into it yet
    if not raw:
        raise EnvFileProblem(f"{path} is a pipe, and nothing came out of it within {_FIFO_SECONDS:.0f} seconds.")
    return raw


def _text_of(path: Path, raw: bytes) -> str:
    for bom, name in _BOMS:
        if raw.startswith(bom):
            raise EnvFileProblem(f"{path} is {name}; {_HOW}.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        raise EnvFileProblem(f"{path}, line {number}: a character is not in UTF-8; {_HOW}.") from None
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise EnvFileProblem(f"{path}, line {number}: there is a NUL, as in UTF-16 or a damaged file; {_HOW}.")
    return text


def _parsed(text: str) -> EnvFile:
    bindings = list(parse_stream(io.StringIO(text, newline="")))
    pairs = [(each.key, each.value) for each in bindings if each.key is not None and not each.error]
    values = resolve_variables(pairs, override=True)
    lines: list[Line] = []
    unreadable: list[Line] = []
    for binding in bindings:
        if binding.error or (binding.key is not None and binding.value is None):
            unreadable += _begun(binding, text_too=True)
        elif binding.key is not None:
            lines.append(Line(_first_line(binding), binding.key, binding.value))
            if "\n" in binding.original.string.strip():  # a quote that is closed too late swallows lines
                unreadable += list(_begun(binding, text_too=False))[1:]
    return EnvFile(
        {name: value for name, value in values.items() if value is not None}, tuple(lines), tuple(unreadable)
    )


def _first_line(binding: Binding) -> int:
    """The parser counts blank lines before a binding as its own."""
    start = binding.original.string
    return binding.original.line + start[: len(start) - len(start.lstrip())].count("\n")


def _begun(binding: Binding, *, text_too: bool) -> Iterator[Line]:
    """The names that lines of an unreadable part begin with; `text_too`: also without a sign behind them."""
    first = _first_line(binding)
    for number, line in enumerate(binding.original.string.lstrip().splitlines()):
        found = (_NAME if text_too else _ASSIGNMENT).match(line)
        if found is not None or (text_too and line.strip() and not line.lstrip().startswith("#")):
            yield Line(first + number, found[1] if found else "", None)
