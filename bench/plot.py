"""Lines over two logarithmic axes, as an SVG: what grows with what."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 440, 300  # of one panel
_LEFT, _TOP, _BOTTOM, _LEGEND = 62, 34, 34, 15
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e")

Points = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Panel:
    """`baselines` are drawn dashed, in the colour of the line with the same name."""

    title: str
    lines: Mapping[str, Points]
    baselines: Mapping[str, Points]


def exponent(points: Points) -> float:
    """K where n^k fits best, by least squares over the logarithms; 0 is what doesn't grow."""
    xs, ys = [math.log(n) for n in points], [math.log(max(value, 1e-9)) for value in points.values()]
    middle, height = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True)) / sum((x - middle) ** 2 for x in xs)


def svg(panels: Sequence[Panel]) -> str:
    longest = max(len(panel.lines) for panel in panels)
    height = _TOP + _HEIGHT + _BOTTOM + _LEGEND * longest + 8
    width = len(panels) * (_LEFT + _WIDTH) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for place, panel in enumerate(panels):
        parts += [f'<g transform="translate({_LEFT + place * (_LEFT + _WIDTH)},{_TOP})">', *_drawn(panel), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _drawn(panel: Panel) -> list[str]:
    drawn = [*panel.lines.values(), *panel.baselines.values()]
    xs = sorted({n for points in drawn for n in points})
    values = [max(value, 1e-9) for points in drawn for value in points.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)
    high = max(high, low + 1)

    def x(n: int) -> float:
        first, last = math.log10(xs[0]), math.log10(xs[-1])
        return _WIDTH * (math.log10(n) - first) / ((last - first) or 1)

    def y(value: float) -> float:
        return _HEIGHT * (1 - (math.log10(max(value, 1e-9)) - low) / (high - low))

    parts = [f'<text x="0" y="-12" font-weight="bold">{escape(panel.title)}</text>']
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(f'<path d="M0 {at:.1f}H{_WIDTH}" stroke="#ddd"/>')
        parts.append(f'<text x="-6" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for n in xs:
        parts.append(f'<path d="M{x(n):.1f} 0V{_HEIGHT}" stroke="#eee"/>')
        parts.append(f'<text x="{x(n):.1f}" y="{_HEIGHT + 18}" text-anchor="middle">{n:,}</text>')
    for number, (name, points) in enumerate(panel.lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        for line, dash in ((points, ""), (panel.baselines.get(name, {}), ' stroke-dasharray="5 4" opacity="0.7"')):
            if line:
                path = "M" + "L".join(f"{x(n):.1f} {y(value):.1f}" for n, value in line.items())
                parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        at = _HEIGHT + _BOTTOM + _LEGEND * number + 8
        parts.append(f'<path d="M0 {at - 4}h22" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="28" y="{at}">{escape(name)}: n^{exponent(points):.2f}</text>')
    return parts
