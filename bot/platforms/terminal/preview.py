"""Pictures within the terminal, where it can show them: kitty's protocol, iTerm2's, or sixel.

Environment variables name kitty's and iTerm2's; sixel is a feature that any terminal tells of when it is asked for its
device attributes, which every terminal since the VT100 answers. https://sw.kovidgoyal.net/kitty/graphics-protocol/,
https://iterm2.com/documentation-images.html, https://vt100.net/docs/vt3xx-gp/chapter14.html
"""

from __future__ import annotations

import base64
import io
import os
import re
import select
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final

from PIL import Image

_SECONDS: Final = 0.5  # for an answer of the terminal
_SIDE: Final = 480  # pixels of the longest side
_COLOURS: Final = 128
_BAND: Final = 6  # rows in one line of sixels
_CHUNK: Final = 4096  # bytes of base64 in one command of kitty's
_ASK: Final = b"\x1b[c"
_ATTRIBUTES: Final = re.compile(rb"\x1b\[\?([0-9;]*)c")
_RUN: Final = re.compile(r"(.)\1{3,}")
_SIXEL: Final = b"4"
_PRINT_ONLY: Final = frozenset({"", "dumb", "unknown", "linux", "emacs"})


class Protocol(StrEnum):
    KITTY = "kitty"
    ITERM = "iterm"
    SIXEL = "sixel"


def protocol() -> Protocol | None:
    """What the terminal behind stderr can show; None where it is none, can't, or does not answer in time."""
    if not sys.stderr.isatty() or os.environ.get("TERM", "") in _PRINT_ONLY:
        return None
    return named(os.environ) or (Protocol.SIXEL if _has_sixel() else None)


def named(environment: Mapping[str, str]) -> Protocol | None:
    """By what the terminal says of itself. A multiplexer in between passes neither of them on."""
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "").lower()
    if "TMUX" in environment or "STY" in environment or term.startswith(("screen", "tmux")):
        return None
    if "KITTY_WINDOW_ID" in environment or term in {"xterm-kitty", "xterm-ghostty"} or program == "ghostty":
        return Protocol.KITTY
    if program in {"iterm.app", "wezterm"} or environment.get("LC_TERMINAL") == "iTerm2":
        return Protocol.ITERM
    return None


def show(paths: Iterable[Path], way: Protocol) -> None:
    """Draw them on stderr. A picture that can't be read is left out: its path is printed anyway."""
    for path in paths:
        with suppress(OSError, ValueError):
            with Image.open(path) as picture:
                small = picture.convert("RGB")
                small.thumbnail((_SIDE, _SIDE))
            sys.stderr.write(f"{_drawn(small, way)}\n")
            sys.stderr.flush()


def _drawn(picture: Image.Image, way: Protocol) -> str:
    if way is Protocol.SIXEL:
        return sixel(picture)
    data = io.BytesIO()
    picture.save(data, "PNG")
    code = base64.standard_b64encode(data.getvalue()).decode()
    if way is Protocol.ITERM:
        return f"\x1b]1337;File=inline=1;size={data.tell()};preserveAspectRatio=1:{code}\x07"
    chunks = [code[at : at + _CHUNK] for at in range(0, len(code), _CHUNK)]
    # a=T shows it at once, f=100 is PNG, q=2 asks for no answer, m=1 says that more follows.
    return "".join(
        f"\x1b_G{'a=T,f=100,q=2,' if at == 0 else ''}m={int(at < len(chunks) - 1)};{chunk}\x1b\\"
        for at, chunk in enumerate(chunks)
    )


def sixel(picture: Image.Image) -> str:
    """As DEC's sixel graphics: for each six rows, each colour's dots as one line of characters, runs counted."""
    flat = picture.quantize(_COLOURS)
    width, height = flat.size
    palette = flat.getpalette() or []
    used = sorted(index for _, index in flat.getcolors(256) or [] if isinstance(index, int))
    colours = [
        f"#{index};2;" + ";".join(str(round(part * 100 / 255)) for part in palette[index * 3 : index * 3 + 3])
        for index in used
    ]
    pixels = flat.tobytes()
    bands = [
        _band([pixels[row * width : (row + 1) * width] for row in range(top, min(top + _BAND, height))])
        for top in range(0, height, _BAND)
    ]
    return f'\x1bPq"1;1;{width};{height}{"".join(colours)}{"-".join(bands)}\x1b\\'


def _band(rows: list[bytes]) -> str:
    lines = []
    for colour in sorted(set(b"".join(rows))):
        dots = bytearray(len(rows[0]))
        for bit, row in enumerate(rows):
            at = row.find(colour)
            while at >= 0:
                dots[at] |= 1 << bit
                at = row.find(colour, at + 1)
        text = dots.translate(bytes((value + 63) % 256 for value in range(256))).decode("ascii")
        lines.append(f"#{colour}{_RUN.sub(lambda run: f'!{len(run[0])}{run[1]}', text)}")
    return "$".join(lines)


def _has_sixel() -> bool:
    """Ask the terminal, without an echo, for a moment; whatever it answers late is thrown away."""
    try:
        import termios  # noqa: PLC0415 - not on Windows
        import tty  # noqa: PLC0415

        descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except (ImportError, OSError):
        return False
    try:
        if os.tcgetpgrp(descriptor) != os.getpgrp():  # in the background the answer is not ours to read
            return False
        before = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor, termios.TCSANOW)
            os.write(descriptor, _ASK)
            found = _ATTRIBUTES.search(_answer(descriptor))
        finally:
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
    except (OSError, termios.error):
        return False
    finally:
        os.close(descriptor)
    return found is not None and _SIXEL in found[1].split(b";")


def _answer(descriptor: int) -> bytes:
    came, give_up = b"", time.monotonic() + _SECONDS
    while not _ATTRIBUTES.search(came) and (left := give_up - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            came += os.read(descriptor, 256)
    return came
