# ruff: noqa: PLR2004 - a drawing is made of numbers; a name for each would hide the shapes
"""The sea, from a lake at noon to a storm."""

from math import pi, sin
from random import Random

from .canvas import Canvas, Point, limb, ring
from .colours import mix
from .land import closed
from .sky import WHITE

SEA_ROWS = 10
NEAR_ROWS = 5
"""Of the waves, those in front of whatever stands or swims in the water."""


def paint_sea(canvas: Canvas, dice: Random, horizon: float, *, rough: float, light_x: float | None) -> None:
    """Lay water from the horizon to the viewer; `rough` from 0 (a lake) to 1 (a storm)."""
    palette = canvas.palette
    deep = mix(palette.near, palette.far, 0.12)
    pale = mix(palette.horizon, palette.far, 0.45)
    canvas.gradient((pale, mix(pale, deep, 0.55), deep, deep), horizon)
    paint_waves(canvas, dice, horizon, range(SEA_ROWS - NEAR_ROWS), rough=rough)
    if light_x is not None:
        canvas.glow(light_x, horizon + 0.1, 0.45, palette.light, 0.32)
        paint_glitter(canvas, dice, horizon, light_x, (0.0, 0.42))


def paint_waves(canvas: Canvas, dice: Random, horizon: float, rows: range, *, rough: float) -> None:
    """Let rows of waves roll in, the first at the horizon; those before a figure hide its foot."""
    palette = canvas.palette
    deep = mix(palette.near, palette.far, 0.12)
    pale = mix(palette.horizon, palette.far, 0.45)
    for row in rows:
        depth = (row + 1) / SEA_ROWS
        level = horizon + (canvas.height - horizon) * depth**1.5 * 0.95
        swing = (0.002 + 0.008 * rough) + (0.006 + 0.078 * rough) * depth**1.3
        length = (0.07 + 0.42 * depth) * dice.uniform(0.85, 1.2)
        phase, second = dice.uniform(0, 6.28), dice.uniform(0, 6.28)
        line: list[Point] = []
        tops: list[float] = []
        steps = 300
        for i in range(steps + 1):
            x = canvas.width * i / steps
            turn = x / length * pi
            # A second, longer wave makes some crests tower and others vanish, as at sea.
            group = 0.55 + 0.45 * sin(turn * 0.37 + second)
            sway = turn + 0.45 * sin(turn * 2 + phase)
            crest = (1 - abs(sin(sway))) ** 1.6 * group if rough > 0.4 else 0.5 * sin(sway * 2) * group
            chop = 0.12 * rough * sin(turn * 7.3 + second) * (0.4 + group)
            line.append((x, level - swing * (crest + chop)))
            tops.append(max(0.0, crest))
        body = mix(mix(pale, deep, 0.3), deep, depth)
        lit = mix(body, palette.horizon, 0.34 * (1 - depth) + 0.1)
        shade = mix(body, palette.near, 0.6)
        canvas.shape(closed(canvas, line), (lit, body, mix(body, shade, 0.5), shade), opacity=0.55 + 0.4 * rough)
        foam = mix(palette.horizon, WHITE, 0.5)
        thick = 0.0016 + 0.019 * rough * depth
        white = [
            (x, y + thick * top * (0.6 + 0.4 * sin(i * 0.9)))
            for i, ((x, y), top) in enumerate(zip(line, tops, strict=True))
        ]
        canvas.shape([*line, *white[::-1]], foam, opacity=0.3 + 0.42 * rough)
        if rough > 0.4:
            crests = [point for point, top in zip(line, tops, strict=True) if top > 0.62]
            drops = [
                ring(
                    x + dice.gauss(0, 0.012),
                    y - dice.random() ** 2 * 0.035 * depth,
                    size := 0.001 + 0.0024 * depth * dice.random(),
                    size,
                    8,
                )
                for x, y in crests
                for _ in range(2)
            ]
            if drops:
                canvas.shapes(drops, foam, opacity=0.7)


def paint_glitter(canvas: Canvas, dice: Random, horizon: float, x: float, depths: tuple[float, float]) -> None:
    """Strew the light's path over the water, between two depths from 0 (the horizon) to 1 (the viewer)."""
    span = canvas.height - horizon
    flakes: list[list[Point]] = []
    for _ in range(round(420 * (depths[1] - depths[0]))):
        depth = depths[0] + (depths[1] - depths[0]) * dice.random()
        cx, cy = x + dice.gauss(0, 0.03 + 0.085 * depth), horizon + 0.004 + span * depth**1.3
        wide = (0.006 + 0.032 * depth) * dice.uniform(0.3, 1.2)
        flakes.append(ring(cx, cy, wide, 0.001 + 0.003 * depth, 10))
    canvas.shapes(flakes, canvas.palette.light, opacity=0.75)


def paint_rock(canvas: Canvas, dice: Random, x: float, level: float, width: float, height: float) -> None:
    """Set a craggy rock into the water; its flat top is `height` above the level."""
    palette = canvas.palette
    half = width / 2
    top: list[Point] = []
    for step in range(23):
        share = step / 22 * 2 - 1
        ledge = 0.014 if step % 3 else -0.008
        lift = height * max(0.0, 1 - abs(share) ** 2.2) + dice.uniform(-0.012, 0.012) + ledge * (abs(share) > 0.3)
        top.append((x + share * half, level - lift))
    stone = mix(palette.near, palette.far, 0.22)
    canvas.shape(
        [*top, (x + half * 1.05, level + 0.06), (x - half * 1.05, level + 0.06)],
        (mix(stone, palette.horizon, 0.25), stone, palette.near),
        rim=mix(palette.horizon, palette.light, 0.4),
        rim_from=(0.005, 0.006),
    )
    for _ in range(5):
        cx, cy = x + dice.uniform(-0.6, 0.6) * half, level - height * dice.uniform(0.1, 0.7)
        crack = [(cx, cy, 0.004), (cx + 0.02, cy + 0.03, 0.005), (cx + dice.uniform(0, 0.05), cy + 0.08, 0.002)]
        canvas.shape(limb(crack), palette.near, opacity=0.7)
