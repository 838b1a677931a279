"""Texts of strangers, made fit to be drawn: cleaned, measured about, and cut to a width."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape, quoteattr

# Fonts that have Chinese first, as one font for a whole line looks best; then what bare systems have. resvg draws
# nothing at all where no font of the list is found: https://docs.rs/usvg (`FontResolver`).
FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "Liberation Sans",
    "DejaVu Sans",
)
# Colour emoji have no outlines, lone surrogates are no characters, and overrides of direction turn the line around.
_UNWELCOME = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Me", "So"})
_WIDE, _CAPITAL, _THIN, _OTHER = 1.0, 0.7, 0.32, 0.57  # of the font's size
_THIN_LETTERS = frozenset("fijlrtI.,:;'|!()[] /·")


def clean(text: str) -> str:
    """One line without characters that can't be drawn; may come out empty."""
    joined = " ".join(text.split())
    return " ".join("".join(c for c in joined if unicodedata.category(c) not in _UNWELCOME).split())


def width(text: str, size: float) -> float:
    """About how wide `text` is, rather too wide, in the units of `size`."""
    return size * sum(map(_em, text))


def shorten(text: str, size: float, most: float) -> str:
    """`text`, or its beginning and … where it would be wider than `most`."""
    if width(text, size) <= most:
        return text
    room = most - size * _WIDE  # the dots are as wide as that in a Chinese font
    for end, letter in enumerate(text):
        room -= size * _em(letter)
        if room < 0:
            return f"{text[:end].rstrip()}…"
    return text


def text_element(
    text: str, x: float, y: float, size: float, *, fill: str, anchor: str = "start", bold: bool = False
) -> str:
    """An SVG <text> whose baseline begins, has its middle or ends at (x, y); `text` is escaped here."""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill={quoteattr(fill)} text-anchor="{anchor}"{weight}>'
        f"{escape(text)}</text>"
    )


def font_family(first: str = "") -> str:
    """The value of a font-family attribute, unquoted; `first` is tried before all others."""
    names = [name for name in (first, *FONTS) if name]
    return ", ".join(f"'{name}'" for name in names) + ", sans-serif"


def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    if letter in _THIN_LETTERS:
        return _THIN
    return _CAPITAL if letter.isupper() or letter in "mwMW%@" else _OTHER
