"""Standard output and error that never end a command: whatever they can't encode, or refuse to take."""

from __future__ import annotations

import codecs
import errno
import io
import os
import select
import sys
from contextlib import suppress
from typing import Final, TextIO

_ERRORS: Final = "plain"
# What is typographic has a plain form; anything else is escaped.
_PLAIN: Final = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "−": "-", "→": "->", "·": "*", "✓": "+",
    "✗": "x", "×": "x", "≤": "<=", "≥": ">=", "\u00a0": " ", "\u2011": "-",
}  # fmt: skip
_BRAILLE: Final = range(0x2800, 0x2900)  # of spinners
_PATIENCE: Final = 60.0  # seconds for a reader whose pipe is full and does not block


class _Raw(io.RawIOBase):
    """A file descriptor that takes everything. `failure` is the first error; nothing is written after it."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self.failure: OSError | None = None

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._descriptor is not None and os.isatty(self._descriptor)

    def fileno(self) -> int:
        if self._descriptor is None:
            raise io.UnsupportedOperation("the stream is closed")
        return self._descriptor

    def write(self, data: object) -> int:
        left = memoryview(data).cast("B")  # type: ignore[arg-type]  # any buffer
        size = len(left)
        while left and self._descriptor is not None and self.failure is None:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [], _PATIENCE)
            except OSError as error:
                self.failure = error
        return size


class Streams:
    """Takes the place of sys.stdout and sys.stderr for the whole program."""

    def __init__(self) -> None:
        codecs.register_error(_ERRORS, _plain)
        sys.stdout, self._out = _wrapped(sys.stdout, 1)
        sys.stderr, self._err = _wrapped(sys.stderr, 2)

    def finish(self, code: int) -> int:
        """The exit code in the end: a full disk is trouble, a reader that has gone has seen enough."""
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        failure = self._out.failure
        if failure is None or failure.errno == errno.EPIPE:
            return code
        sys.stderr.write(f"The output could not be written ({failure.strerror}). What was done is done.\n")
        sys.stderr.flush()
        return code or 1


def _wrapped(stream: TextIO | None, descriptor: int) -> tuple[TextIO, _Raw]:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if stream is None:  # closed by the shell: >&-, and a file opened since may have its number
        raw = _Raw(None)
    else:
        with suppress(OSError):
            stream.flush()
        raw = _Raw(descriptor)
    text = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=encoding,
        errors=_ERRORS,
        line_buffering=descriptor == 2 or raw.isatty(),  # noqa: PLR2004 - stderr
    )
    return text, raw


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    parts = (_one(character) for character in error.object[error.start : error.end])
    return "".join(parts), error.end


def _one(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    return "*" if ord(character) in _BRAILLE else character.encode("ascii", "backslashreplace").decode()
