"""For a prompt that names nothing we know: ribbons, discs and light instead of a scene."""

from math import cos, pi, sin
from random import Random

from .canvas import Canvas, Point, ring
from .colours import mix
from .sky import WHITE, noise, paint_sun


def paint_abstract(canvas: Canvas, dice: Random) -> None:
    """Compose one of three: flowing ribbons, an arch of discs, or drifting sheets of paper."""
    palette = canvas.palette
    canvas.gradient(palette.sky)
    size = 96, 96
    for colour in (palette.accent, palette.light, palette.far):
        cloud = noise(dice, size, (2, 2), 3).point([max(0, min(150, (level - 120) * 3)) for level in range(256)])
        canvas.shine(cloud, mix(colour, palette.near, 0.35))
    kinds = (_ribbons, _discs, _sheets)
    kinds[dice.randrange(3)](canvas, dice)


def _ribbons(canvas: Canvas, dice: Random) -> None:
    palette = canvas.palette
    x, y = canvas.width * dice.uniform(0.3, 0.7), canvas.height * dice.uniform(0.24, 0.4)
    paint_sun(canvas, x, y, 0.12)
    count = 13
    phase, turn = dice.uniform(0, 6.28), dice.uniform(0.5, 1.1)
    for index in range(count):
        depth = index / (count - 1)
        colour = mix(mix(palette.far, palette.accent, 0.75 * (1 - abs(depth * 2 - 1))), palette.near, depth**1.7)
        line: list[Point] = []
        for step in range(161):
            px = canvas.width * step / 160
            wave = 0.11 * sin(px * 2.6 * turn + phase + index * 0.42) + 0.05 * sin(px * 5.7 + phase * 2 + index * 0.8)
            line.append((px, canvas.height * (0.3 + 0.66 * depth) + wave * (1.15 - 0.5 * depth)))
        lower = [(canvas.width, canvas.height + 0.02), (0.0, canvas.height + 0.02)]
        canvas.shape([(px, py + 0.03) for px, py in line] + lower, palette.near, opacity=0.3, blur=0.02)
        canvas.shape([*line, *lower], (mix(colour, palette.light, 0.4), colour, mix(colour, palette.near, 0.4)))
        edge = [(px, py + 0.003) for px, py in line]
        canvas.shape([*line, *edge[::-1]], mix(colour, WHITE, 0.55), opacity=0.8)


def _discs(canvas: Canvas, dice: Random) -> None:
    palette = canvas.palette
    x, y = canvas.width * dice.uniform(0.35, 0.65), canvas.height * dice.uniform(0.42, 0.55)
    count = 11
    for index in range(count):
        share = index / (count - 1)
        radius = 0.62 * (1 - share) ** 0.9 + 0.03
        drift = 0.09 * share
        turn = dice.uniform(-0.3, 0.3) + 1.1
        cx, cy = x + drift * cos(turn * 3), y + drift * sin(turn * 3) * 0.6
        colour = mix(mix(palette.near, palette.accent, share), palette.light, share**2 * 0.8)
        canvas.shape(ring(cx + 0.012, cy + 0.022, radius, radius), palette.near, opacity=0.35, blur=0.02)
        canvas.oval(cx, cy, radius, radius, (mix(colour, palette.light, 0.28), colour, mix(colour, palette.near, 0.35)))
    for _ in range(26):
        turn, reach = dice.uniform(0, 2 * pi), dice.uniform(0.3, 0.85)
        radius = 0.004 + 0.018 * dice.random() ** 2
        px, py = x + reach * cos(turn), y + reach * sin(turn)
        canvas.glow(px, py, radius * 4, palette.light, 0.4)
        canvas.oval(px, py, radius, radius, mix(palette.accent, palette.light, dice.random()))


def _sheets(canvas: Canvas, dice: Random) -> None:
    palette = canvas.palette
    paint_sun(canvas, canvas.width * dice.uniform(0.55, 0.75), canvas.height * 0.26, 0.1)
    for index in range(16):
        depth = index / 15
        cx = canvas.width * dice.uniform(0.05, 0.95)
        cy = canvas.height * (0.3 + 0.62 * depth) + dice.uniform(-0.06, 0.06)
        wide, tall = 0.22 + 0.3 * depth * dice.random(), 0.1 + 0.2 * dice.random()
        tilt, bend = dice.uniform(-0.9, 0.9), dice.uniform(-0.35, 0.35)
        sheet: list[Point] = []
        for side in (-1, 1):
            for step in range(25):
                u = (step / 12 - 1) * -side
                lx, ly = u * wide, side * tall * 0.5 + bend * wide * (1 - u * u)
                sheet.append((cx + lx * cos(tilt) - ly * sin(tilt), cy + lx * sin(tilt) + ly * cos(tilt)))
        colour = mix(mix(palette.far, palette.accent, dice.random()), palette.near, depth * 0.6)
        canvas.shape([(px + 0.015, py + 0.035) for px, py in sheet], palette.near, opacity=0.35, blur=0.025)
        canvas.shape(
            sheet,
            (mix(colour, palette.light, 0.55), colour, mix(colour, palette.near, 0.4)),
            rim=mix(colour, WHITE, 0.6),
            rim_from=(0.002, 0.003),
        )
