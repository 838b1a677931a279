"""The fonts of this machine: text on a picture, and never a box where a font lacks a character."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

FONT_FOLDERS = (
    "~/.local/share/fonts",
    "~/.fonts",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
# In the order of preference: Latin first, so that English looks its best, then Chinese.
FONT_FILES = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Helvetica.ttc",
    "arial.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
)
SIMPLIFIED_CHINESE: dict[str, int] = {"NotoSansCJK-Regular.ttc": 2}
"""The face inside a collection: Noto's holds Japanese, Korean, Simplified Chinese, Traditional, Hong Kong."""
NOBODY_HAS = "\U0010ffff"
"""A code point that is no character, so every font draws its .notdef for it."""


class Lettering:
    """Writes with the first of several fonts that has a glyph for each character.

    Not for use by two threads at once: a font face is not.
    """

    def __init__(self, fonts: Sequence[Path], size: int) -> None:
        self._faces: list[ImageFont.FreeTypeFont] = []
        for path in fonts:
            try:
                self._faces.append(ImageFont.truetype(path, size, index=SIMPLIFIED_CHINESE.get(path.name, 0)))
            except OSError:
                continue  # a broken font is as good as none
        self._notdef = [_mask(face, NOBODY_HAS) for face in self._faces]
        self._choice: dict[str, int | None] = {}
        self.size = size

    def has_glyph(self, character: str) -> bool:
        """Say whether any font can draw the character."""
        return self._face_of(character) is not None

    def drawable(self, text: str) -> str:
        """Keep what can be drawn, with single spaces between words."""
        kept = "".join(
            " " if character.isspace() else character
            for character in unicodedata.normalize("NFC", text)
            if character.isspace() or self.has_glyph(character)
        )
        return " ".join(kept.split())

    def width(self, text: str) -> float:
        """Give the width of a line in pixels."""
        return sum(self._faces[face].getlength(run) for face, run in self._runs(text))

    def wrap(self, text: str, width: float, lines: int) -> list[str]:
        """Break drawable text into lines; what is too much ends in an ellipsis."""
        rows: list[str] = []
        row = ""
        for part in _breakable(text):
            if self.width((row + part).strip()) <= width:
                row += part
                continue
            if row.strip():
                rows.append(row.strip())
            row = part
            while self.width(row) > width and len(row) > 1:  # one word longer than a line
                cut = next(i for i in range(len(row), 0, -1) if i == 1 or self.width(row[:i]) <= width)
                rows.append(row[:cut])
                row = row[cut:]
            if len(rows) > lines:
                break
        rows.append(row.strip())
        rows = [row for row in rows if row]
        if len(rows) <= lines:
            return rows
        last, dots = rows[lines - 1], "…" if self.has_glyph("…") else "..."
        while last and self.width(last + dots) > width:
            last = last[:-1]
        return [*rows[: lines - 1], last.rstrip() + dots]

    def write(self, draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, fill: tuple[int, ...]) -> None:
        """Write one line; `place` is the left end of its baseline."""
        x, y = place
        for face, run in self._runs(text):
            draw.text((x, y), run, fill=fill, font=self._faces[face], anchor="ls")
            x += self._faces[face].getlength(run)

    def _runs(self, text: str) -> Iterator[tuple[int, str]]:
        run, current = "", None
        for character in text:
            face = current if character == " " and current is not None else self._face_of(character)
            if face is None:
                continue
            if run and face != current:
                yield current or 0, run
                run = ""
            run, current = run + character, face
        if run:
            yield current or 0, run

    def _face_of(self, character: str) -> int | None:
        if character not in self._choice:
            self._choice[character] = next(
                (i for i, face in enumerate(self._faces) if _draws(face, character, self._notdef[i])), None
            )
        return self._choice[character]


def find_fonts(font_path: Path | None = None) -> list[Path]:
    """Give the fonts to write with: `font_path` first, then the known ones of this machine, best first."""
    own = [font_path] if font_path is not None and font_path.is_file() else []
    return own + list(_machine_fonts())


@lru_cache(maxsize=1)
def _machine_fonts() -> tuple[Path, ...]:
    found: dict[str, Path] = {}
    for folder in FONT_FOLDERS:
        # Fontconfig looks through these trees as well; its own answer would need its library.
        for root, _, names in os.walk(Path(folder).expanduser()):
            for name in names:
                found.setdefault(name, Path(root, name))
    return tuple(found[name] for name in FONT_FILES if name in found)


def _draws(face: ImageFont.FreeTypeFont, character: str, notdef: bytes) -> bool:
    """Say whether a face has a glyph: one that differs from .notdef and, but for spaces, shows something."""
    if unicodedata.category(character)[0] in "CZ" and character != " ":
        return False  # controls, format characters, surrogates, line separators: nothing to see
    mask = _mask(face, character)
    return mask != notdef and (character == " " or any(mask))


def _mask(face: ImageFont.FreeTypeFont, character: str) -> bytes:
    mask = face.getmask(character, mode="L")
    return bytes(f"{mask.size}", "ascii") + b"\0" + bytes(mask) if sum(mask.size) else b""


def _breakable(text: str) -> Iterator[str]:
    """Cut text where a line may end: after a space, and around every Chinese or Japanese character."""
    word = ""
    for character in text:
        wide = unicodedata.east_asian_width(character) in "WF"
        if wide and word and not unicodedata.category(character).startswith("P"):
            yield word
            word = ""
        word += character
        if character == " " or wide:
            yield word
            word = ""
    if word:
        yield word
