"""Bars as SVG: upright ones for days and months, lying ones for people and channels. `Raster` makes them a PNG.

A card of its own, white with a thin edge, so that it reads on a light and on a dark chat alike. Sized so that the
smallest letters still are some ten pixels high where a chat shows the picture at half its width.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bot.drawing.lettering import clean, font_family, shorten, text_element, width

WIDTH = 640
_HEIGHT = 400  # of upright bars; lying ones grow with their number
_EDGE = 28
_TOP = 150  # where the bars' part begins
_ROW = 38
_TITLE, _BIG, _SMALL = 23, 34, 16
_INK, _GREY, _GRID = "#1d2433", "#596275", "#e7e9f0"
# From a bar's foot up: delivered; charged but not delivered; ordered but not charged; reserved, still being drawn.
_COLOURS = ("#4a56d8", "#8a4fc4", "#c9ccd6", "#b9c0f5")
_DONE = _COLOURS[0]
_MOST_VALUES = 14  # more upright bars than this have no number on top
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """Stacked parts, whose sum is the bar: `charged` without being delivered, `ordered` without being charged.

    `label` stands at the bar's foot.
    """

    label: str
    done: int
    still: int = 0
    charged: int = 0
    ordered: int = 0

    @property
    def parts(self) -> tuple[int, int, int, int]:
        """In the order of the colours."""
        return (self.done, self.charged, self.ordered, self.still)

    @property
    def whole(self) -> int:
        return sum(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is written around the bars; `parts` name the colours, as `Bar.parts` has them."""

    title: str
    subtitle: str = ""
    sums: str = ""  # a line below it
    total: str = ""
    unit: str = ""
    parts: tuple[str, str, str, str] = ("", "", "", "")
    nothing: str = ""  # where there is no bar to draw


def upright(bars: Sequence[Bar], words: Words) -> str:
    """The SVG of one bar a day or month, in order."""
    ticks = _ticks(max((bar.whole for bar in bars), default=0))
    left = _EDGE + width(f"{ticks[-1]:,}", _SMALL) + 10
    bottom = _HEIGHT - 46
    scale = (bottom - _TOP) / ticks[-1]
    step = (WIDTH - _EDGE - left) / max(1, len(bars))
    thick = min(48.0, step * 0.68)
    parts = list(_heading(words, bars=bars))
    for tick in ticks:
        y = bottom - tick * scale
        parts.append(_line(left, y, WIDTH - _EDGE, _GRID if tick else "#c5cad8"))
        parts.append(text_element(f"{tick:,}", left - 10, y + 5.5, _SMALL, fill=_GREY, anchor="end"))
    if not any(bar.whole for bar in bars):
        parts.append(_nothing(words, (left + WIDTH - _EDGE) / 2, (_TOP + bottom) / 2))
    every = math.ceil(len(bars) / _MOST_LABELS)
    for index, bar in enumerate(bars):
        middle = left + step * (index + 0.5)
        top = bottom - bar.whole * scale
        for upto, colour in _stack(bar):
            draw = _bar if upto == bar.whole else _box
            parts.append(draw(middle - thick / 2, bottom - upto * scale, thick, upto * scale, colour))
        if bar.whole and len(bars) <= _MOST_VALUES:
            value = f"{bar.whole:,}"
            parts.append(text_element(value, middle, top - 7, _SMALL, fill=_INK, anchor="middle", bold=True))
        if index % every == 0:
            label = shorten(clean(bar.label), _SMALL, step * every - 4)
            parts.append(text_element(label, middle, bottom + 25, _SMALL, fill=_GREY, anchor="middle"))
    return _svg(parts, _HEIGHT, words.title)


def lying(bars: Sequence[Bar], words: Words) -> str:
    """The SVG of one bar a person or channel, in the order given, the number at its end."""
    most = max((bar.whole for bar in bars), default=0) or 1
    names = [shorten(clean(bar.label), _SMALL, WIDTH * 0.34) or "–" for bar in bars]
    left = _EDGE + max((width(name, _SMALL) for name in names), default=0) + 14
    values = max((width(f"{bar.whole:,}", _SMALL) for bar in bars), default=0) * 1.1
    scale = (WIDTH - _EDGE - left - values - 12) / most
    parts = list(_heading(words, bars=bars))
    for index, (bar, name) in enumerate(zip(bars, names, strict=True)):
        y = _TOP + _ROW * index - 6
        parts.append(text_element(name, left - 14, y + 21, _SMALL, fill=_INK, anchor="end"))
        length = max(3.0, bar.whole * scale)
        for upto, colour in _stack(bar) or [(0, _DONE)]:
            shown = max(3.0, upto * scale)
            parts.append(
                f'<rect x="{left:.1f}" y="{y + 3:.1f}" width="{shown:.1f}" height="24" rx="5" fill="{colour}"/>'
            )
        parts.append(text_element(f"{bar.whole:,}", left + length + 10, y + 21, _SMALL, fill=_INK, bold=True))
    if not bars:
        parts.append(_nothing(words, WIDTH / 2, _TOP + 15))
    return _svg(parts, _TOP + _ROW * max(1, len(bars)) + 16, words.title)


def _heading(words: Words, *, bars: Sequence[Bar]) -> Iterator[str]:
    total, unit = clean(words.total), clean(words.unit)
    aside = max(width(total, _BIG) * 1.1, width(unit, _SMALL))
    title = shorten(clean(words.title), _TITLE, (WIDTH - 2 * _EDGE - aside - 20) / 1.08)
    yield text_element(title, _EDGE, 46, _TITLE, fill=_INK, bold=True)
    yield text_element(total, WIDTH - _EDGE, 50, _BIG, fill=_DONE, anchor="end", bold=True)
    yield text_element(unit, WIDTH - _EDGE, 74, _SMALL, fill=_GREY, anchor="end")
    subtitle = shorten(clean(words.subtitle), _SMALL, WIDTH / 2)
    yield text_element(subtitle, _EDGE, 74, _SMALL, fill=_GREY)
    yield text_element(shorten(clean(words.sums), _SMALL, WIDTH - 2 * _EDGE), _EDGE, 98, _SMALL, fill=_GREY)
    there = [any(parts) for parts in zip(*(bar.parts for bar in bars), strict=True)]
    if not any(there[1:]):
        return
    x: float = _EDGE
    for is_there, colour, label in zip(there, _COLOURS, words.parts, strict=True):
        if is_there:
            yield f'<rect x="{x:.1f}" y="110" width="13" height="13" rx="3" fill="{colour}"/>'
            yield text_element(clean(label), x + 19, 122, _SMALL, fill=_GREY)
            x += width(clean(label), _SMALL) + 38


def _stack(bar: Bar) -> list[tuple[int, str]]:
    """How far each part reaches, and its colour; the longest first, so that each is drawn over the one before."""
    found, upto = [], 0
    for part, colour in zip(bar.parts, _COLOURS, strict=True):
        upto += part
        if part:
            found.append((upto, colour))
    return found[::-1]


def _nothing(words: Words, x: float, y: float) -> str:
    return text_element(clean(words.nothing), x, y, _SMALL, fill=_GREY, anchor="middle")


def _svg(parts: Sequence[str], height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}"'
        f' role="img" font-family="{font_family()}"><title>{escape(clean(title))}</title>'
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:g}" rx="14" fill="#ffffff" stroke="#d9dce6"/>'
        f"{''.join(parts)}</svg>"
    )


def _line(left: float, y: float, right: float, colour: str) -> str:
    return f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="{colour}" stroke-width="1"/>'


def _box(x: float, y: float, wide: float, high: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{colour}"/>'


def _bar(x: float, y: float, wide: float, high: float, colour: str) -> str:
    """Round at the top, flat at its foot."""
    if high <= 0:
        return ""
    radius = min(5.0, wide / 3, high)
    return (
        f'<path d="M{x:.1f} {y + high:.1f}V{y + radius:.1f}q0 {-radius:.1f} {radius:.1f} {-radius:.1f}'
        f'h{wide - 2 * radius:.1f}q{radius:.1f} 0 {radius:.1f} {radius:.1f}V{y + high:.1f}Z" fill="{colour}"/>'
    )


def _ticks(most: int) -> list[int]:
    """Whole numbers from 0 to `most` or a little beyond, three to five of them, as people count."""
    raw = max(1, most) / 4
    magnitude = 10 ** math.floor(math.log10(raw)) if raw >= 1 else 1
    step = next(int(factor * magnitude) for factor in (1, 2, 5, 10) if factor * magnitude >= raw)
    return list(range(0, step * max(1, math.ceil(most / step)) + 1, step))
