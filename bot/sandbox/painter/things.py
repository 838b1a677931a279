# ruff: noqa: PLR2004 - a drawing is made of numbers; a name for each would hide the shapes
"""Lighthouses, boats, houses, castles, balloons, rockets and trees."""

from math import cos, pi, sin, sqrt
from random import Random

from .canvas import limb, ring
from .colours import Colour, mix, rgb
from .figure import Figure
from .land import blob

WARM = rgb("ffcf70")
INK = rgb("14131d")


def paint_lighthouse(figure: Figure, stripe: Colour, *, lit: bool) -> None:
    """Raise a banded tower with a lantern, which throws two beams when it is dark."""
    palette = figure.canvas.palette
    white = mix(rgb("f5efe4"), palette.sky[-2], 0.22)
    bands = 5
    for band in range(bands):
        low, high = band / bands * 0.72, (band + 1) / bands * 0.72
        half = [0.115 - 0.048 * y / 0.72 for y in (low, high)]
        colour = stripe if band % 2 == 0 else white
        figure.poly(
            [(-half[0], low), (half[0], low), (half[1], high), (-half[1], high)],
            (colour, mix(colour, palette.near, 0.12)),
        )
    figure.poly([(-0.115, 0), (-0.067, 0.72), (-0.012, 0.72), (-0.03, 0)], palette.near, opacity=0.34)
    figure.poly([(-0.115, 0), (-0.067, 0.72), (-0.045, 0.72), (-0.08, 0)], palette.near, opacity=0.3)
    figure.poly([(0.115, 0), (0.067, 0.72), (0.057, 0.72), (0.098, 0)], figure.rim, opacity=0.6)
    for y in (0.17, 0.4, 0.6):
        figure.oval(0.012, y, 0.013, 0.023, mix(WARM, palette.near, 0.1 if lit else 0.75))
    figure.poly(
        [(-0.1, 0.715), (0.1, 0.715), (0.085, 0.74), (-0.085, 0.74)],
        (mix(white, palette.near, 0.4), mix(INK, palette.far, 0.3)),
    )
    for x in (-0.085, -0.05, -0.017, 0.017, 0.05, 0.085):
        figure.limb([(x, 0.735, 0.005), (x, 0.785, 0.005)], INK)
    figure.limb([(-0.09, 0.785, 0.007), (0.09, 0.785, 0.007)], INK)
    figure.poly(
        [(-0.052, 0.74), (0.052, 0.74), (0.052, 0.865), (-0.052, 0.865)],
        (mix(WARM, (255, 255, 255), 0.5), WARM) if lit else mix(palette.sky[0], INK, 0.4),
    )
    if lit:
        x, y = figure.at(0, 0.805)
        for angle in (pi + 0.13, -0.1):
            figure.canvas.beam(x, y, angle, 0.11, 2.2, mix(WARM, (255, 255, 255), 0.3))
        figure.glow(0, 0.805, 0.62, WARM, 0.75)
        figure.oval(0, 0.805, 0.034, 0.045, (255, 253, 240))
    for x in (-0.05, -0.017, 0.017, 0.05):
        figure.limb([(x, 0.74, 0.007), (x, 0.866, 0.007)], INK)
    figure.curve(
        [(-0.075, 0.862), (-0.055, 0.905), (0.0, 0.95), (0.055, 0.905), (0.075, 0.862), (0, 0.856)],
        (mix(stripe, figure.rim, 0.3), stripe, mix(stripe, INK, 0.5)),
        rim=True,
    )
    figure.limb([(0, 0.94, 0.01), (0, 1.0, 0.006)], INK)


def paint_boat(figure: Figure, sail: Colour) -> None:
    """Let a small sailing boat heel in the wind."""
    palette = figure.canvas.palette
    hull = mix(rgb("5b2f22"), palette.near, 0.35)
    figure.canvas.shape(
        ring(*figure.at(0, -0.02), 0.42 * figure.size, 0.035 * figure.size), palette.near, opacity=0.5, blur=0.015
    )
    figure.limb([(0.02, 0.1, 0.022), (0.055, 0.98, 0.012)], mix(hull, INK, 0.4))
    light = mix(sail, palette.light, 0.35)
    figure.curve(
        [(0.06, 0.94), (0.1, 0.7), (0.26, 0.42), (0.4, 0.2), (0.2, 0.19), (0.04, 0.2), (0.05, 0.55)],
        (light, sail, mix(sail, palette.far, 0.35)),
        rim=True,
    )
    figure.curve(
        [(0.035, 0.86), (0.0, 0.6), (-0.14, 0.34), (-0.3, 0.2), (-0.15, 0.185), (0.015, 0.2), (0.02, 0.5)],
        (mix(sail, palette.far, 0.2), mix(sail, palette.far, 0.5)),
    )
    figure.curve(
        [
            (-0.42, 0.17),
            (-0.3, 0.02),
            (-0.1, -0.04),
            (0.22, -0.03),
            (0.36, 0.05),
            (0.46, 0.2),
            (0.2, 0.145),
            (-0.15, 0.135),
        ],
        (mix(hull, figure.rim, 0.35), hull, mix(hull, INK, 0.5)),
        rim=True,
    )
    figure.limb(
        [(-0.39, 0.155, 0.014), (-0.1, 0.105, 0.014), (0.2, 0.115, 0.014), (0.44, 0.18, 0.014)],
        mix(palette.light, hull, 0.3),
    )
    figure.limb(
        [(-0.44, -0.03, 0.012), (-0.2, -0.05, 0.024), (0.15, -0.05, 0.024), (0.5, -0.02, 0.01)],
        mix(palette.horizon, (255, 255, 255), 0.6),
    )


def paint_cabin(figure: Figure, dice: Random, roof: Colour) -> None:
    """Build a cabin whose windows are lit and whose chimney smokes."""
    palette = figure.canvas.palette
    wall = mix(rgb("7a4a32"), palette.near, 0.3)
    figure.shadow(0.8, 0.5)
    for puff in range(6):
        x, y = figure.at(0.33 + 0.035 * puff + 0.02 * puff * puff * 0.4, 0.98 + 0.13 * puff)
        figure.canvas.shape(
            blob(dice, x, y, figure.size * (0.04 + 0.022 * puff)),
            mix(palette.horizon, (255, 255, 255), 0.3),
            opacity=0.4 - 0.055 * puff,
            blur=0.006,
        )
    figure.poly(
        [(0.27, 0.6), (0.37, 0.6), (0.37, 0.95), (0.27, 0.95)], (mix(wall, figure.rim, 0.2), mix(wall, INK, 0.4))
    )
    figure.poly(
        [(-0.52, 0), (0.52, 0), (0.52, 0.42), (-0.52, 0.42)], (mix(wall, figure.rim, 0.1), mix(wall, INK, 0.35))
    )
    for y in (0.07, 0.14, 0.21, 0.28, 0.35):
        figure.limb([(-0.52, y, 0.008), (0.52, y, 0.008)], mix(wall, INK, 0.45))
    figure.poly(
        [(-0.64, 0.38), (-0.4, 0.8), (0.44, 0.8), (0.64, 0.38)],
        (mix(roof, figure.rim, 0.3), roof, mix(roof, INK, 0.35)),
        rim=True,
    )
    figure.glow(-0.25, 0.2, 0.6, WARM, 0.55)
    figure.glow(0.28, 0.2, 0.6, WARM, 0.55)
    for x in (-0.26, 0.28):
        figure.poly(
            [(x - 0.1, 0.12), (x + 0.1, 0.12), (x + 0.1, 0.32), (x - 0.1, 0.32)],
            (mix(WARM, (255, 255, 255), 0.45), WARM),
        )
        figure.limb([(x, 0.12, 0.016), (x, 0.32, 0.016)], mix(wall, INK, 0.5))
        figure.limb([(x - 0.1, 0.22, 0.016), (x + 0.1, 0.22, 0.016)], mix(wall, INK, 0.5))
    figure.poly([(-0.065, 0), (0.075, 0), (0.075, 0.29), (-0.065, 0.29)], mix(wall, INK, 0.6))
    figure.oval(0.055, 0.14, 0.01, 0.01, WARM)


def paint_castle(figure: Figure, dice: Random, roof: Colour) -> None:
    """Build a castle of many towers on its rock."""
    palette = figure.canvas.palette
    stone = mix(mix(palette.far, rgb("cfc3b0"), 0.4), palette.near, 0.25)
    shade = mix(stone, palette.near, 0.6)
    figure.curve(
        [
            (-2.2, -1.3),
            (-1.1, -0.42),
            (-0.66, -0.06),
            (-0.4, 0.05),
            (0.4, 0.05),
            (0.68, -0.08),
            (1.15, -0.45),
            (2.2, -1.3),
        ],
        (mix(palette.near, palette.far, 0.35), palette.near),
        rim=True,
    )
    towers = [
        (-0.44, 0.07, 0.36),
        (0.46, 0.07, 0.4),
        (-0.27, 0.085, 0.52),
        (0.29, 0.09, 0.58),
        (-0.08, 0.075, 0.66),
        (0.1, 0.095, 0.76),
    ]
    for x, half, top in towers:
        figure.poly(
            [(x - half, 0), (x + half, 0), (x + half, top), (x - half, top)],
            (mix(stone, figure.rim, 0.25), stone, shade),
        )
        figure.poly(
            [(x - half, 0), (x - half * 0.2, 0), (x - half * 0.2, top), (x - half, top)], palette.near, opacity=0.3
        )
        figure.poly(
            [(x - half * 1.25, top), (x + half * 1.25, top), (x, top + half * 3.1)],
            (mix(roof, figure.rim, 0.35), roof, mix(roof, INK, 0.3)),
            rim=True,
        )
        figure.limb([(x, top + half * 3, 0.006), (x, top + half * 3.9, 0.005)], INK)
        figure.poly(
            [(x, top + half * 3.9), (x + half * 1.1, top + half * 3.65), (x, top + half * 3.35)], palette.accent
        )
        for step in range(2 + round(top * 3)):
            if dice.random() < 0.75:
                wy = top - 0.07 - step * 0.11
                if wy > 0.05:
                    figure.oval(x + dice.uniform(-0.3, 0.3) * half, wy, 0.011, 0.02, WARM)
    merlons = [(-0.58 + i * 0.058, 0.225) for i in range(21)]
    figure.poly(
        [(-0.58, -0.03), (0.6, -0.03), (0.6, 0.23), (-0.58, 0.23)],
        (mix(stone, figure.rim, 0.15), mix(stone, shade, 0.5), shade),
    )
    for x, y in merlons[::2]:
        figure.poly([(x, y), (x + 0.058, y), (x + 0.058, y + 0.045), (x, y + 0.045)], mix(stone, figure.rim, 0.2))
    figure.curve([(-0.07, -0.02), (-0.07, 0.1), (0.01, 0.17), (0.09, 0.1), (0.09, -0.02)], INK)
    figure.glow(0.01, 0.05, 0.16, WARM, 0.5)


def paint_balloon(figure: Figure, cloth: Colour) -> None:
    """Hang a striped hot-air balloon in the sky; (0, 0) is the bottom of its basket."""
    palette = figure.canvas.palette
    other = mix(palette.light, cloth, 0.12)
    gores = 8
    outline = [(y, _envelope(y)) for y in (0.22 + 0.78 * i / 40 for i in range(41))]
    for gore in range(gores):
        left, right = -cos(gore / gores * pi), -cos((gore + 1) / gores * pi)
        colour = cloth if gore % 2 == 0 else other
        shaded = mix(colour, palette.near, 0.42 * (1 - gore / gores))
        figure.poly(
            [(w * left, y) for y, w in outline] + [(w * right, y) for y, w in outline[::-1]],
            (mix(shaded, figure.rim, 0.3), shaded, mix(shaded, palette.near, 0.25)),
        )
    for x in (-0.06, 0.06):
        figure.limb([(x * 1.5, 0.225, 0.006), (x, 0.1, 0.006)], INK)
    figure.glow(0, 0.2, 0.2, WARM, 0.8)
    figure.curve(
        [(-0.07, 0.1), (-0.06, 0.0), (0.06, 0.0), (0.07, 0.1), (0, 0.11)], (rgb("b07a45"), rgb("5d3a22")), rim=True
    )


def _envelope(y: float) -> float:
    """Give half the width of a balloon at a height: a ball above, drawn in below."""
    if y > 0.62:
        return 0.36 * sqrt(max(0.0, 1 - ((y - 0.62) / 0.38) ** 2))
    return 0.06 + 0.3 * sin((y - 0.22) / 0.4 * pi / 2)


def paint_rocket(figure: Figure, trim: Colour) -> None:
    """Launch a rocket on a column of flame."""
    palette = figure.canvas.palette
    white = mix(rgb("f4f3f0"), palette.sky[-1], 0.12)
    for y, radius, strength in ((-0.1, 0.5, 0.9), (-0.45, 0.6, 0.5)):
        figure.glow(0, y, radius, rgb("ff9a3d"), strength)
    figure.curve(
        [(-0.085, 0.06), (-0.12, -0.2), (-0.05, -0.5), (0.0, -0.85), (0.05, -0.5), (0.12, -0.2), (0.085, 0.06)],
        (rgb("fff3c4"), rgb("ffb347"), rgb("ff5e3a")),
        opacity=0.9,
    )
    figure.curve([(-0.045, 0.06), (-0.06, -0.12), (0.0, -0.42), (0.06, -0.12), (0.045, 0.06)], (255, 252, 235))
    for side in (-1, 1):
        figure.curve(
            [(side * 0.1, 0.32), (side * 0.24, 0.14), (side * 0.25, -0.03), (side * 0.13, 0.07)],
            (trim, mix(trim, INK, 0.45)),
            rim=True,
        )
    figure.curve(
        [
            (-0.1, 0.05),
            (-0.15, 0.35),
            (-0.13, 0.65),
            (-0.06, 0.88),
            (0, 0.99),
            (0.06, 0.88),
            (0.13, 0.65),
            (0.15, 0.35),
            (0.1, 0.05),
        ],
        white,
        rim=True,
    )
    figure.curve(
        [(-0.1, 0.05), (-0.15, 0.35), (-0.13, 0.65), (-0.06, 0.88), (0, 0.985), (-0.03, 0.65), (-0.04, 0.3)],
        palette.near,
        opacity=0.3,
    )
    figure.curve(
        [(-0.092, 0.8), (-0.06, 0.885), (0, 0.995), (0.06, 0.885), (0.092, 0.8), (0, 0.78)], (trim, mix(trim, INK, 0.2))
    )
    figure.oval(0, 0.6, 0.068, 0.068, mix(trim, INK, 0.2))
    figure.oval(0, 0.6, 0.049, 0.049, (rgb("9be7ff"), rgb("1f5f8b")))
    figure.oval(-0.015, 0.617, 0.013, 0.013, (255, 255, 255))


def paint_tree(figure: Figure, dice: Random, leaf: Colour) -> None:
    """Grow one old tree with a wide crown."""
    palette = figure.canvas.palette
    bark = mix(rgb("3d2a22"), palette.near, 0.4)
    figure.shadow(0.62, 0.45)
    figure.limb(
        [(0.02, -0.01, 0.17), (0.0, 0.15, 0.085), (-0.015, 0.35, 0.07), (0.01, 0.55, 0.05)],
        (bark, mix(bark, INK, 0.3)),
        rim=True,
    )
    for end_x, end_y, start in ((-0.3, 0.62, 0.27), (0.3, 0.66, 0.33), (-0.14, 0.78, 0.4), (0.17, 0.82, 0.45)):
        figure.poly(
            limb([(0, start, 0.05), (end_x * 0.5, (start + end_y) / 2 - 0.02, 0.035), (end_x, end_y, 0.018)]), bark
        )
    for layer, (count, spread, tone) in enumerate(
        ((46, 1.0, -0.45), (44, 0.92, -0.12), (36, 0.8, 0.22), (26, 0.62, 0.5))
    ):
        colour = mix(leaf, palette.near, -tone) if tone < 0 else mix(leaf, palette.light, tone * 0.75)
        crowns = []
        for i in range(count):
            turn, reach = i / count * 8 * pi + layer, spread * dice.random() ** 0.5
            x, y = figure.at(0.4 * reach * cos(turn), 0.75 + 0.028 * layer + 0.2 * reach * sin(turn))
            crowns.append(blob(dice, x, y, figure.size * dice.uniform(0.045, 0.085) * (1.2 - 0.2 * layer)))
        figure.canvas.shapes(crowns, (mix(colour, palette.light, 0.12), colour, mix(colour, palette.near, 0.25)))
    petals = [ring(*figure.at(dice.gauss(0, 0.34), dice.uniform(0.0, 0.5)), 0.006, 0.004, 8) for _ in range(34)]
    figure.canvas.shapes(petals, mix(leaf, palette.light, 0.35))
