"""A terminal of its own for a program: a pseudo-terminal, with pyte as the screen that a person would read."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

_SECONDS = 60.0
_ASKED = b"\x1b[c"


class Terminal:
    """`with Terminal([...], …) as terminal:` runs the program on it. `raw` is all that it wrote."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path,
        columns: int = 100,
        attributes: bytes = b"",
    ) -> None:
        """`attributes`: the answer when the program asks for the terminal's device attributes; none is silence."""
        self.raw = b""
        self._attributes = attributes
        self._asked = 0
        self._screen = pyte.HistoryScreen(columns, 40, history=2000)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(  # noqa: S603 - the program under test
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=directory,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        """What a person sees, with what has scrolled away; a line that goes on in the next one is one line."""
        lines = [
            "".join(row[column].data for column in range(self._screen.columns)) for row in self._screen.history.top
        ]
        return "\n".join(line.rstrip() for line in (*lines, *self._screen.display)).rstrip()

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def until(self, words: str) -> None:
        """Read on until the screen shows the words."""
        give_up = time.monotonic() + _SECONDS
        while words not in self.text:
            assert time.monotonic() < give_up, self.text
            assert self._read(0.1) or self.process.poll() is None, self.text

    def until_asked(self, question: str) -> None:
        """Read on until the last line is this question."""
        give_up = time.monotonic() + _SECONDS
        while not self.text.endswith(question):
            assert time.monotonic() < give_up, self.text
            assert self._read(0.1) or self.process.poll() is None, self.text

    def exit_code(self) -> int:
        """Read to the program's end."""
        give_up = time.monotonic() + _SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < give_up, self.text
            self._read(0.1)
        while self._read(0.0):
            pass
        return self.process.returncode

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        with contextlib.suppress(OSError):  # the other side is closed
            came = os.read(self._master, 65536)
            self.raw += came
            self._stream.feed(came)
            if self._attributes and self.raw.count(_ASKED) > self._asked:
                self._asked += 1
                self.type(self._attributes)
            return bool(came)
        return False
