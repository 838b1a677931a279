"""Foxes, cats and horses, and who looks like them."""

from collections.abc import Mapping
from random import Random

from .canvas import Point
from .colours import Colour, mix, rgb
from .figure import Figure

COATS: Mapping[str, str] = {"fox": "e0662b", "wolf": "8b93a3", "dog": "c98b4e", "cat": "2a2536", "rabbit": "d8c3ae"}
CREAM = rgb("fbeedd")
INK = rgb("1b141c")


def coat(name: str, tint: Colour | None) -> Colour:
    """Give an animal's colour, the prompt's own when it names one."""
    own = rgb(COATS[name])
    return mix(own, tint, 0.65) if tint else own


def paint_fox(figure: Figure, fur: Colour, dice: Random) -> None:
    """Seat a fox, wolf or dog facing the viewer, its tail curled beside it."""
    dusk = figure.canvas.palette.near
    deep, warm = mix(fur, dusk, 0.45), mix(fur, figure.rim, 0.18)
    white = mix(CREAM, figure.canvas.palette.sky[-2], 0.16)
    figure.shadow(0.5)
    figure.curve(
        [
            (0.05, 0.0),
            (0.34, -0.01),
            (0.58, 0.08),
            (0.66, 0.27),
            (0.6, 0.45),
            (0.5, 0.53),
            (0.52, 0.4),
            (0.46, 0.25),
            (0.3, 0.15),
            (0.1, 0.16),
        ],
        (warm, fur, deep),
        rim=True,
    )
    figure.curve(
        [(0.6, 0.44), (0.5, 0.545), (0.52, 0.42), (0.5, 0.33), (0.58, 0.36), (0.645, 0.33)],
        (white, mix(white, fur, 0.3)),
    )
    figure.curve(
        [
            (-0.2, 0.0),
            (-0.27, 0.1),
            (-0.235, 0.3),
            (-0.15, 0.48),
            (0.0, 0.56),
            (0.15, 0.48),
            (0.235, 0.3),
            (0.27, 0.1),
            (0.2, 0.0),
            (0.0, -0.015),
        ],
        (fur, mix(fur, deep, 0.35), deep),
        rim=True,
    )
    for side in (-1, 1):
        figure.curve(
            [(side * 0.13, 0.0), (side * 0.28, 0.0), (side * 0.3, 0.1), (side * 0.22, 0.24), (side * 0.12, 0.12)],
            (mix(fur, deep, 0.2), deep),
        )
    figure.curve(
        [(-0.12, 0.46), (0.0, 0.52), (0.12, 0.46), (0.1, 0.3), (0.045, 0.17), (0.0, 0.12), (-0.045, 0.17), (-0.1, 0.3)],
        (white, mix(white, fur, 0.4)),
    )
    for side in (-1, 1):
        figure.limb(
            [(side * 0.075, 0.3, 0.1), (side * 0.07, 0.14, 0.075), (side * 0.075, 0.02, 0.085)],
            (fur, mix(fur, INK, 0.75), INK),
        )
        figure.oval(side * 0.078, 0.016, 0.056, 0.024, INK)
    _paint_fox_head(figure, fur, deep, white, warm, dice)


def _paint_fox_head(figure: Figure, fur: Colour, deep: Colour, white: Colour, warm: Colour, dice: Random) -> None:
    tilt = dice.uniform(-0.012, 0.012)

    def turned(points: list[Point]) -> list[Point]:
        return [(x + tilt + (y - 0.6) * tilt * 3, y) for x, y in points]

    for side in (-1, 1):
        figure.poly(
            turned([(side * 0.075, 0.83), (side * 0.215, 1.02), (side * 0.255, 0.74)]),
            (mix(fur, INK, 0.6), fur, fur),
            rim=True,
        )
        figure.poly(
            turned([(side * 0.12, 0.83), (side * 0.2, 0.955), (side * 0.222, 0.79)]),
            (mix(INK, fur, 0.15), mix(white, fur, 0.55)),
        )
    head = [(0.0, 0.885), (0.13, 0.858), (0.24, 0.76), (0.275, 0.655), (0.19, 0.585), (0.085, 0.52), (0.0, 0.462)]
    figure.curve(turned([*head, *[(-x, y) for x, y in head[-2:0:-1]]]), (warm, fur, mix(fur, deep, 0.3)), rim=True)
    for side in (-1, 1):
        cheek = [
            (0.05, 0.62),
            (0.12, 0.675),
            (0.2, 0.66),
            (0.285, 0.65),
            (0.19, 0.58),
            (0.085, 0.515),
            (0.012, 0.467),
            (0.012, 0.53),
        ]
        figure.poly(turned([(side * x, y) for x, y in cheek]), (white, mix(white, fur, 0.16)))
        ruff = [(0.2, 0.62), (0.315, 0.625), (0.245, 0.59), (0.27, 0.555), (0.17, 0.56)]
        figure.poly(turned([(side * x, y) for x, y in ruff]), mix(white, deep, 0.12))
        ((ex, ey),) = turned([(side * 0.112, 0.692)])
        figure.poly(
            [(ex - 0.046, ey - 0.006), (ex - 0.01, ey + 0.026), (ex + 0.046, ey + 0.012), (ex + 0.012, ey - 0.022)][
                ::side
            ],
            INK,
        )
        figure.oval(ex, ey + 0.002, 0.019, 0.02, mix(figure.canvas.palette.accent, rgb("ffc14d"), 0.7))
        figure.oval(ex, ey + 0.002, 0.008, 0.018, INK)
        figure.oval(ex - 0.007, ey + 0.011, 0.005, 0.005, (255, 255, 255))
    figure.curve(
        turned([(-0.04, 0.507), (0.0, 0.52), (0.04, 0.507), (0.018, 0.473), (0.0, 0.463), (-0.018, 0.473)]), INK
    )
    figure.oval(tilt - 0.012, 0.505, 0.01, 0.005, mix(INK, white, 0.5))
    blaze = [(0.0, 0.845), (0.02, 0.7), (0.035, 0.6), (0.02, 0.53), (-0.02, 0.53), (-0.035, 0.6), (-0.02, 0.7)]
    figure.poly(turned(blaze), mix(fur, figure.rim, 0.3), opacity=0.4)


def paint_cat(figure: Figure, fur: Colour, *, long_ears: bool = False) -> None:
    """Seat a cat (or, with long ears, a rabbit) facing the viewer."""
    deep, lit = mix(fur, INK, 0.5), mix(fur, figure.rim, 0.22)
    figure.shadow(0.42)
    if long_ears:
        figure.oval(0.24, 0.1, 0.09, 0.085, mix(CREAM, fur, 0.2), rim=True)
    else:
        figure.limb(
            [(0.1, 0.06, 0.09), (0.36, 0.04, 0.085), (0.5, 0.16, 0.08), (0.47, 0.34, 0.07), (0.53, 0.46, 0.045)],
            (lit, fur, deep),
            rim=True,
        )
    figure.curve(
        [
            (-0.2, 0.0),
            (-0.265, 0.12),
            (-0.22, 0.33),
            (-0.13, 0.52),
            (0.0, 0.57),
            (0.13, 0.52),
            (0.22, 0.33),
            (0.265, 0.12),
            (0.2, 0.0),
            (0, -0.012),
        ],
        (lit, fur, deep),
        rim=True,
    )
    for side in (-1, 1):
        figure.limb(
            [(side * 0.07, 0.3, 0.1), (side * 0.075, 0.13, 0.085), (side * 0.08, 0.02, 0.1)],
            (mix(fur, lit, 0.15), mix(fur, deep, 0.5), deep),
        )
        if long_ears:
            figure.curve(
                [(side * 0.05, 0.78), (side * 0.03, 1.05), (side * 0.1, 1.24), (side * 0.16, 1.08), (side * 0.14, 0.8)],
                (lit, fur),
                rim=True,
            )
            figure.curve(
                [
                    (side * 0.075, 0.84),
                    (side * 0.065, 1.04),
                    (side * 0.1, 1.15),
                    (side * 0.13, 1.04),
                    (side * 0.115, 0.84),
                ],
                mix(rgb("f2a7a7"), fur, 0.4),
            )
        else:
            figure.poly([(side * 0.05, 0.84), (side * 0.195, 0.99), (side * 0.222, 0.72)], (lit, fur), rim=True)
            figure.poly([(side * 0.1, 0.83), (side * 0.178, 0.925), (side * 0.195, 0.77)], mix(rgb("d98a94"), fur, 0.5))
    figure.curve(
        [
            (0, 0.87),
            (0.14, 0.845),
            (0.225, 0.73),
            (0.2, 0.6),
            (0.1, 0.53),
            (0, 0.515),
            (-0.1, 0.53),
            (-0.2, 0.6),
            (-0.225, 0.73),
            (-0.14, 0.845),
        ],
        (lit, fur, mix(fur, deep, 0.5)),
        rim=True,
    )
    iris = mix(rgb("ffd84a"), figure.canvas.palette.accent, 0.25)
    for side in (-1, 1):
        if not long_ears:
            figure.glow(side * 0.095, 0.69, 0.12, iris, 0.35)
        figure.oval(side * 0.095, 0.69, 0.047, 0.046, INK if long_ears else iris)
        figure.oval(side * 0.095, 0.69, 0.028 if long_ears else 0.013, 0.038, INK)
        figure.oval(side * 0.095 - 0.014, 0.707, 0.011, 0.011, (255, 255, 255))
        for lean in (-0.02, 0.008, 0.036):
            figure.limb(
                [(side * 0.05, 0.61, 0.003), (side * 0.17, 0.61 + lean, 0.004), (side * 0.29, 0.6 + lean * 2, 0.002)],
                mix(CREAM, fur, 0.3),
            )
    figure.poly([(-0.024, 0.632), (0.024, 0.632), (0.0, 0.606)], rgb("e39aa0"))
    figure.limb(
        [
            (-0.045, 0.585, 0.004),
            (-0.02, 0.576, 0.006),
            (0.0, 0.602, 0.006),
            (0.02, 0.576, 0.006),
            (0.045, 0.585, 0.004),
        ],
        mix(INK, fur, 0.3),
    )


def paint_horse(figure: Figure, hide: Colour) -> None:
    """Let a horse canter, in profile; a rider fits at (0.45, 0.74)."""
    deep, lit = mix(hide, INK, 0.5), mix(hide, figure.rim, 0.25)
    mane = mix(INK, hide, 0.18)
    figure.shadow(0.62, 0.4, at=0.42)
    hind_far = [(0.24, 0.58, 0.2), (0.33, 0.41, 0.1), (0.27, 0.29, 0.055), (0.33, 0.13, 0.042), (0.36, 0.05, 0.05)]
    fore_far = [(0.66, 0.56, 0.13), (0.63, 0.37, 0.06), (0.62, 0.2, 0.045), (0.6, 0.06, 0.036), (0.625, 0.0, 0.055)]
    for joints in (hind_far, fore_far):
        figure.limb(joints, (mix(hide, deep, 0.6), deep, INK))
    figure.curve(
        [
            (0.13, 0.69),
            (0.05, 0.7),
            (-0.04, 0.6),
            (-0.1, 0.42),
            (-0.17, 0.33),
            (-0.06, 0.34),
            (0.0, 0.42),
            (0.045, 0.54),
            (0.11, 0.62),
        ],
        (mix(mane, lit, 0.2), mane),
        rim=True,
    )
    body = [
        (0.1, 0.58),
        (0.125, 0.68),
        (0.2, 0.735),
        (0.31, 0.735),
        (0.42, 0.7),
        (0.52, 0.715),
        (0.58, 0.755),
        (0.66, 0.86),
        (0.735, 0.965),
        (0.78, 1.0),
        (0.83, 0.965),
        (0.89, 0.875),
        (0.945, 0.8),
        (0.955, 0.765),
        (0.93, 0.735),
        (0.895, 0.74),
        (0.855, 0.79),
        (0.81, 0.815),
        (0.775, 0.775),
        (0.755, 0.69),
        (0.745, 0.6),
        (0.7, 0.515),
        (0.6, 0.465),
        (0.45, 0.445),
        (0.31, 0.475),
        (0.2, 0.475),
        (0.12, 0.5),
    ]
    figure.curve(body, (lit, hide, mix(hide, deep, 0.7)), rim=True)
    hind_near = [
        (0.2, 0.585, 0.22),
        (0.145, 0.42, 0.12),
        (0.075, 0.29, 0.062),
        (0.09, 0.14, 0.044),
        (0.05, 0.03, 0.05),
        (0.075, 0.0, 0.06),
    ]
    fore_near = [
        (0.685, 0.58, 0.15),
        (0.79, 0.44, 0.078),
        (0.83, 0.385, 0.058),
        (0.765, 0.28, 0.046),
        (0.73, 0.235, 0.05),
    ]
    for joints in (hind_near, fore_near):
        figure.limb(joints, (hide, mix(hide, deep, 0.6), INK))
    figure.oval(0.205, 0.6, 0.105, 0.12, mix(hide, lit, 0.1))
    figure.oval(0.68, 0.605, 0.075, 0.1, mix(hide, lit, 0.08))
    figure.poly([(0.745, 0.955), (0.765, 1.06), (0.805, 0.975)], (lit, hide), rim=True)
    for x, y, fall in (
        (0.755, 0.985, 0.13),
        (0.715, 0.945, 0.16),
        (0.675, 0.89, 0.17),
        (0.635, 0.835, 0.16),
        (0.6, 0.785, 0.13),
    ):
        figure.curve(
            [
                (x + 0.015, y + 0.015),
                (x - 0.03, y + 0.005),
                (x - 0.09, y - fall * 0.45),
                (x - 0.13, y - fall),
                (x - 0.05, y - fall * 0.7),
                (x + 0.02, y - fall * 0.4),
            ],
            (mix(mane, lit, 0.3), mane),
        )
    figure.oval(0.842, 0.905, 0.0135, 0.013, INK)
    figure.oval(0.838, 0.909, 0.004, 0.004, (255, 255, 255))
    figure.oval(0.932, 0.785, 0.009, 0.008, mix(INK, hide, 0.2))
