# ruff: noqa: PLR2004 - a drawing is made of numbers; a name for each would hide the shapes
"""Ridges, forests, fields, dunes, rocks and water."""

from itertools import pairwise
from math import pi, sin
from random import Random

from .canvas import Canvas, Point, ring, smooth
from .colours import Colour, mix, tinted
from .sky import WHITE, paint_mist


def profile(dice: Random, width: float, level: float, swing: float, roughness: float, steps: int = 220) -> list[Point]:
    """Give a skyline over the whole width: some long waves, and ever smaller ones if it is rough."""
    waves = [(swing * roughness**k, 1.3 * 1.9**k * dice.uniform(0.8, 1.2), dice.uniform(0, 6.28)) for k in range(7)]
    return [
        (width * i / steps, level - sum(a * sin(f * width * i / steps * 2.2 + p) for a, f, p in waves))
        for i in range(steps + 1)
    ]


def peaks(dice: Random, width: float, level: float, height: float, spread: float) -> list[Point]:
    """Give a jagged mountain skyline: summits, broken ever finer by midpoint displacement."""
    line: list[Point] = [(-0.1, level)]
    x = -0.05
    while x < width + 0.1:
        line.append((x, level - height * dice.uniform(0.55, 1.0)))
        x += spread * dice.uniform(0.3, 0.6)
        line.append((x, level - height * dice.uniform(0.1, 0.4)))
        x += spread * dice.uniform(0.3, 0.6)
    line.append((width + 0.15, level))
    rough = height * 0.2
    for _ in range(5):
        finer: list[Point] = []
        for (ax, ay), (bx, by) in pairwise(line):
            finer += [(ax, ay), ((ax + bx) / 2, (ay + by) / 2 + dice.uniform(-rough, rough) * 0.5)]
        line = [*finer, line[-1]]
        rough *= 0.5
    return line


def closed(canvas: Canvas, line: list[Point]) -> list[Point]:
    """Turn a skyline into land: everything below it."""
    floor = canvas.height + 0.02
    return [(line[0][0], floor), *line, (line[-1][0], floor)]


def paint_ridges(
    canvas: Canvas, dice: Random, horizon: float, *, layers: int, jagged: bool, rim: Colour | None = None
) -> list[Point]:
    """Stack ridges from far and pale to near and dark with mist between; give the nearest skyline."""
    palette = canvas.palette
    span = canvas.height - horizon
    line: list[Point] = []
    for layer in range(layers):
        depth = layer / max(1, layers - 1)
        level = horizon + span * (0.02 + 0.6 * depth**1.25)
        colour = mix(palette.far, palette.near, depth**0.85)
        foot = mix(colour, palette.horizon, 0.5 * (1 - depth) + 0.08)
        if jagged and depth < 0.75:
            line = peaks(dice, canvas.width, level + 0.02, 0.32 * (1 - 0.55 * depth), 0.5 + 0.2 * dice.random())
        else:
            line = profile(dice, canvas.width, level, 0.05 + 0.02 * depth, 0.5)
        canvas.shape(
            closed(canvas, line),
            (colour, colour, foot, foot),
            rim=rim and mix(colour, rim, 0.5 - 0.4 * depth),
            rim_from=(0.004, 0.004),
        )
        if jagged and layer < 2 and not palette.dark:
            paint_snowcaps(canvas, dice, line, level, mix(WHITE, palette.horizon, 0.25 + 0.3 * (1 - depth)))
        if layer < layers - 1:
            paint_mist(canvas, dice, level + 0.11, 0.2, mix(palette.horizon, WHITE, 0.1), 0.5 * (1 - depth) + 0.1)
    return line


def paint_snowcaps(canvas: Canvas, dice: Random, line: list[Point], level: float, colour: Colour) -> None:
    """Cover what rises highest above a level, with a ragged lower edge."""
    top = min(y for _, y in line)
    border = top + (level - top) * 0.42
    caps: list[list[Point]] = []
    cap: list[Point] = []
    for index, (x, y) in enumerate(line):
        ragged = border + 0.018 * sin(index * 1.7) + 0.012 * sin(index * 0.61)
        if y < ragged:
            cap.append((x, y))
        elif cap:
            caps.append(cap)
            cap = []
    for cap in caps:
        if len(cap) > 3:
            lower = [(x, min(border, y + 0.012 + 0.6 * (border - y)) + dice.uniform(-0.012, 0.016)) for x, y in cap]
            canvas.shape([*cap, *lower[::-1]], (colour, mix(colour, canvas.palette.far, 0.45)), opacity=0.9)


def conifer(x: float, foot: float, height: float, dice: Random) -> list[Point]:
    """Give the outline of a spruce."""
    tiers = 7
    left: list[Point] = []
    right: list[Point] = []
    for tier in range(tiers):
        share = (tier + 1) / tiers
        y = foot - height * (1 - share * 0.93)
        reach = height * 0.19 * share**0.9 * dice.uniform(0.8, 1.15)
        left += [(x - reach, y), (x - reach * 0.5, y - height * 0.018)]
        right += [(x + reach * dice.uniform(0.85, 1.1), y), (x + reach * 0.5, y - height * 0.018)]
    trunk = height * 0.018
    return [
        (x, foot - height),
        *left,
        (x - trunk, foot - height * 0.06),
        (x - trunk, foot + 0.02),
        (x + trunk, foot + 0.02),
        (x + trunk, foot - height * 0.06),
        *right[::-1],
    ]


def paint_conifers(
    canvas: Canvas, dice: Random, line: list[Point], *, tall: float, gap: float, colour: Colour, foot: Colour
) -> None:
    """Plant spruces along a skyline and fill the ground under them."""
    trees: list[list[Point]] = []
    next_x = -0.05
    for x, y in line:
        while next_x <= x:
            height = tall * dice.uniform(0.5, 1.1)
            trees.append(conifer(next_x, y + 0.06 * height + 0.008, height, dice))
            next_x += gap * dice.uniform(0.5, 1.4)
    canvas.shapes([*trees, closed(canvas, line)], (colour, colour, foot))


def paint_forest(canvas: Canvas, dice: Random, horizon: float, rim: Colour | None) -> list[Point]:
    """Stand rows of spruces behind one another, with mist between; leave a clearing in front."""
    palette = canvas.palette
    far = paint_horizon_ridge(canvas, dice, horizon)
    rows = 4
    line = far
    for row in range(rows):
        depth = (row + 1) / rows
        level = horizon + (canvas.height - horizon) * (0.02 + 0.5 * depth**1.2)
        line = profile(dice, canvas.width, level, 0.018 + 0.012 * depth, 0.5)
        colour = mix(palette.far, palette.near, depth**0.8)
        foot = mix(colour, palette.horizon, 0.45 * (1 - depth) + 0.04)
        paint_conifers(canvas, dice, line, tall=0.16 + 0.17 * depth, gap=0.035 + 0.05 * depth, colour=colour, foot=foot)
        if row < rows - 1:
            paint_mist(
                canvas, dice, level + 0.02, 0.26, mix(palette.horizon, palette.light, 0.3), 0.62 * (1 - depth) + 0.1
            )
    ground = profile(dice, canvas.width, canvas.height - 0.17, 0.012, 0.5)
    near = mix(palette.near, palette.accent, 0.1)
    canvas.shape(
        closed(canvas, ground),
        (mix(near, palette.horizon, 0.22), palette.near),
        rim=rim and mix(rim, palette.near, 0.6),
        rim_from=(0, 0.003),
    )
    return ground


def paint_horizon_ridge(canvas: Canvas, dice: Random, horizon: float) -> list[Point]:
    """Paint one pale range far away."""
    palette = canvas.palette
    line = profile(dice, canvas.width, horizon + 0.01, 0.045, 0.5)
    pale = mix(palette.far, palette.horizon, 0.5)
    canvas.shape(closed(canvas, line), (pale, mix(pale, palette.horizon, 0.6)))
    return line


def paint_meadow(canvas: Canvas, dice: Random, horizon: float) -> list[Point]:
    """Roll hills towards the viewer, with grass and flowers on the nearest."""
    palette = canvas.palette
    line = paint_horizon_ridge(canvas, dice, horizon)
    layers = 4
    for layer in range(layers):
        depth = (layer + 1) / layers
        level = horizon + (canvas.height - horizon) * (0.05 + 0.58 * depth**1.15)
        line = profile(dice, canvas.width, level, 0.03, 0.42)
        colour = mix(palette.far, palette.near, depth**0.9 * 0.9)
        sunny = mix(colour, palette.light, 0.28)
        canvas.shape(closed(canvas, line), (sunny, colour, mix(colour, palette.near, 0.5)))
        if layer < layers - 1:
            paint_mist(canvas, dice, level + 0.03, 0.14, palette.horizon, 0.34 * (1 - depth) + 0.08)
    _paint_grass(canvas, dice)
    return line


def _paint_grass(canvas: Canvas, dice: Random) -> None:
    palette = canvas.palette
    blades: list[list[Point]] = []
    for _ in range(round(420 * canvas.width)):
        x, y = dice.uniform(0, canvas.width), canvas.height - 0.1 * dice.random() ** 2 + 0.03
        tall, lean = dice.uniform(0.025, 0.075), dice.uniform(-0.018, 0.018)
        blades.append([(x - 0.0022, y), (x + lean * 0.4, y - tall * 0.6), (x + lean, y - tall), (x + 0.0022, y)])
    canvas.shapes(blades, mix(palette.near, palette.far, 0.18))
    petals = (
        palette.accent,
        mix(palette.accent, WHITE, 0.6),
        mix(palette.accent, tinted(palette.accent, palette.far, 0.9), 0.5),
    )
    for petal in petals:
        blossoms = []
        for _ in range(round(34 * canvas.width)):
            x, y = dice.uniform(0, canvas.width), canvas.height - 0.15 * dice.random() ** 1.3 - 0.005
            radius = 0.003 + 0.006 * (1 - (canvas.height - y) / 0.16)
            blossoms.append(ring(x, y, radius, radius * 0.72, 10))
        canvas.shapes(blossoms, petal)


def paint_dunes(canvas: Canvas, dice: Random, horizon: float) -> list[Point]:
    """Lay dunes whose crests part light from shade."""
    palette = canvas.palette
    line = paint_horizon_ridge(canvas, dice, horizon)
    layers = 4
    for layer in range(layers):
        depth = (layer + 1) / layers
        level = horizon + (canvas.height - horizon) * (0.04 + 0.56 * depth**1.2)
        line = profile(dice, canvas.width, level, 0.045, 0.3)
        colour = mix(palette.far, mix(palette.near, palette.accent, 0.35), depth)
        canvas.shape(closed(canvas, line), (mix(colour, palette.light, 0.45), colour, mix(colour, palette.near, 0.6)))
        shade = [
            (x + 0.06 * sin(i * 0.05 + layer), y + (0.03 + 0.09 * depth) * (0.55 + 0.45 * sin(i * 0.043 + layer * 2)))
            for i, (x, y) in enumerate(line)
        ]
        canvas.shape([*line, *shade[::-1]], mix(colour, palette.near, 0.5), opacity=0.5)
    return line


def paint_regolith(canvas: Canvas, dice: Random, level: float) -> list[Point]:
    """Lay the ground of a moon, with craters."""
    palette = canvas.palette
    back = peaks(dice, canvas.width, level + 0.03, 0.13, 0.6)
    canvas.shape(closed(canvas, back), (mix(palette.near, palette.far, 0.45), palette.near), rim=palette.far)
    line = profile(dice, canvas.width, level + 0.05, 0.02, 0.45)
    pale = mix(palette.far, palette.light, 0.35)
    canvas.shape(closed(canvas, line), (pale, palette.far, mix(palette.far, palette.near, 0.75), palette.near))
    for _ in range(11):
        depth = dice.random()
        cx, cy = dice.uniform(0, canvas.width), level + 0.09 + (canvas.height - level - 0.1) * depth
        rx = 0.02 + 0.07 * depth * dice.uniform(0.5, 1.2)
        canvas.oval(cx, cy, rx, rx * 0.3, mix(palette.far, palette.light, 0.45 * (1 - depth)))
        canvas.oval(
            cx + rx * 0.04, cy + rx * 0.03, rx * 0.9, rx * 0.24, (palette.near, mix(palette.near, palette.far, 0.6))
        )
    return line


def blob(dice: Random, x: float, y: float, radius: float, points: int = 9) -> list[Point]:
    """Give a rounded irregular shape: foliage, a boulder, a puff of smoke."""
    reach = [(radius * dice.uniform(0.78, 1.15), i / points * 2 * pi) for i in range(points)]
    return smooth([(x + r * sin(turn), y + r * 0.9 * sin(turn + pi / 2)) for r, turn in reach], 6)
