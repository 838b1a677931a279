"""Astronauts, robots and travellers."""

from .canvas import ring
from .colours import Colour, mix, rgb
from .figure import Figure

SUIT = rgb("eef1f6")
INK = rgb("14131d")


def paint_astronaut(figure: Figure, accent: Colour, *, riding: bool = False) -> None:
    """Dress somebody for the void; riding, the seat is at (0, 0) and only the near leg shows."""
    palette = figure.canvas.palette
    suit = mix(SUIT, palette.light, 0.15)
    shade = mix(suit, palette.far, 0.6)
    fill = (suit, mix(suit, shade, 0.35), shade)
    hip = 0.08 if riding else 0.42
    if not riding:
        figure.shadow(0.3, 0.55)
        for side in (-1, 1):
            figure.limb(
                [(side * 0.08, 0.46, 0.16), (side * 0.1, 0.25, 0.135), (side * 0.115, 0.07, 0.13)], fill, rim=True
            )
            figure.curve(
                [(side * 0.05, 0.0), (side * 0.05, 0.1), (side * 0.17, 0.1), (side * 0.21, 0.03), (side * 0.19, 0.0)],
                (shade, mix(shade, INK, 0.5)),
            )
            figure.limb([(side * 0.045, 0.13, 0.02), (side * 0.18, 0.13, 0.02)], accent)
    scale = 1.0 if not riding else 1.25

    def up(y: float) -> float:
        return hip + y * scale

    figure.poly(
        [(-0.21, up(0.1)), (-0.21, up(0.38)), (0.06, up(0.38)), (0.06, up(0.1))],
        (shade, mix(shade, INK, 0.4)),
        rim=True,
    )
    figure.limb(
        [(-0.1, up(0.33), 0.12), (-0.2, up(0.2), 0.11), (-0.13, up(0.09), 0.095)], (shade, mix(shade, INK, 0.3))
    )
    figure.curve(
        [
            (-0.15, up(0.0)),
            (-0.165, up(0.2)),
            (-0.12, up(0.37)),
            (0.0, up(0.4)),
            (0.12, up(0.37)),
            (0.165, up(0.2)),
            (0.15, up(0.0)),
            (0, up(-0.03)),
        ],
        fill,
        rim=True,
    )
    figure.poly(
        [(-0.06, up(0.13)), (0.08, up(0.13)), (0.08, up(0.24)), (-0.06, up(0.24))], (mix(shade, INK, 0.25), shade)
    )
    for index, lamp in enumerate((accent, rgb("ffd23f"), rgb("4fd1c5"))):
        figure.oval(-0.03 + index * 0.04, up(0.205), 0.012, 0.012, lamp)
    figure.poly([(-0.05, up(0.15)), (0.07, up(0.15)), (0.07, up(0.17)), (-0.05, up(0.17))], mix(suit, shade, 0.3))
    if riding:
        figure.oval(-0.01, 0.07, 0.155, 0.13, fill[1])
        figure.limb([(-0.02, 0.06, 0.22), (0.1, 0.0, 0.215), (0.17, -0.14, 0.18), (0.1, -0.36, 0.14)], fill, rim=True)
        figure.curve(
            [(0.0, -0.46), (0.0, -0.36), (0.15, -0.35), (0.24, -0.42), (0.22, -0.47)], (shade, mix(shade, INK, 0.5))
        )
        figure.limb([(0.01, -0.33, 0.03), (0.16, -0.33, 0.03)], accent)
        figure.limb([(0.05, up(0.33), 0.13), (0.19, up(0.17), 0.115), (0.36, up(0.17), 0.1)], fill, rim=True)
        figure.oval(0.39, up(0.175), 0.05, 0.05, (accent, mix(accent, INK, 0.4)))
    else:
        figure.limb([(0.12, up(0.33), 0.12), (0.25, up(0.3), 0.11), (0.29, up(0.48), 0.095)], fill, rim=True)
        figure.oval(0.295, up(0.53), 0.05, 0.05, (accent, mix(accent, INK, 0.4)))
    figure.limb([(-0.1, up(0.385), 0.03), (0.1, up(0.385), 0.03)], accent)
    _paint_helmet(figure, up(0.52), 0.175 * (1 if not riding else 1.12), fill)


def _paint_helmet(figure: Figure, y: float, radius: float, fill: tuple[Colour, ...]) -> None:
    palette = figure.canvas.palette
    figure.oval(0, y, radius, radius * 0.96, fill, rim=True)
    visor = [(px, py) for px, py in ring(0.035, y - 0.004, radius * 0.77, radius * 0.66)]
    sky = mix(palette.sky[-1], rgb("ff9b54"), 0.5)
    figure.poly(
        visor,
        (
            mix(INK, palette.sky[-2], 0.4),
            mix(sky, INK, 0.25),
            mix(palette.accent, rgb("ffd98a"), 0.5),
            mix(palette.far, INK, 0.5),
        ),
    )
    figure.curve(
        [(-0.06, y + 0.06), (0.0, y + 0.085), (0.05, y + 0.082), (-0.01, y + 0.055), (-0.055, y + 0.02)],
        (255, 255, 255),
        opacity=0.75,
    )
    figure.oval(0.105, y - 0.035, 0.012, 0.02, (255, 255, 255))


def paint_robot(figure: Figure, paint: Colour) -> None:
    """Stand a friendly robot in the street."""
    palette = figure.canvas.palette
    steel = mix(rgb("c9d2da"), paint, 0.45)
    dark = mix(steel, INK, 0.6)
    fill = (mix(steel, figure.rim, 0.3), steel, mix(steel, dark, 0.7))
    eye = mix(palette.accent, (255, 255, 255), 0.35)
    figure.shadow(0.34, 0.5)
    for side in (-1, 1):
        figure.limb([(side * 0.1, 0.36, 0.07), (side * 0.115, 0.18, 0.06), (side * 0.115, 0.05, 0.07)], (steel, dark))
        figure.curve(
            [(side * 0.03, 0.0), (side * 0.05, 0.075), (side * 0.17, 0.08), (side * 0.21, 0.0)], fill, rim=True
        )
        figure.limb(
            [(side * 0.22, 0.6, 0.075), (side * 0.31, 0.46, 0.062), (side * 0.28, 0.31, 0.07)], (steel, dark), rim=True
        )
        figure.oval(side * 0.275, 0.28, 0.052, 0.05, fill)
        figure.oval(side * 0.215, 0.605, 0.058, 0.058, fill, rim=True)
    figure.curve(
        [(-0.17, 0.33), (-0.215, 0.5), (-0.19, 0.65), (0, 0.675), (0.19, 0.65), (0.215, 0.5), (0.17, 0.33), (0, 0.31)],
        fill,
        rim=True,
    )
    figure.poly([(-0.1, 0.42), (0.1, 0.42), (0.1, 0.56), (-0.1, 0.56)], (INK, mix(INK, palette.far, 0.4)))
    figure.glow(0, 0.49, 0.18, eye, 0.6)
    figure.oval(0, 0.49, 0.035, 0.035, eye)
    figure.poly([(-0.05, 0.66), (0.05, 0.66), (0.045, 0.71), (-0.045, 0.71)], dark)
    figure.curve(
        [(-0.2, 0.72), (-0.215, 0.83), (-0.19, 0.94), (0, 0.96), (0.19, 0.94), (0.215, 0.83), (0.2, 0.72), (0, 0.7)],
        fill,
        rim=True,
    )
    figure.curve(
        [(-0.16, 0.77), (-0.165, 0.84), (-0.14, 0.9), (0, 0.91), (0.14, 0.9), (0.165, 0.84), (0.16, 0.77), (0, 0.755)],
        (INK, mix(INK, palette.far, 0.3)),
    )
    for side in (-1, 1):
        figure.glow(side * 0.075, 0.835, 0.1, eye, 0.7)
        figure.oval(side * 0.075, 0.835, 0.03, 0.036, eye)
    figure.limb([(0, 0.95, 0.014), (0.0, 1.03, 0.01)], dark)
    figure.glow(0, 1.04, 0.1, palette.accent, 0.8)
    figure.oval(0, 1.045, 0.024, 0.024, palette.accent)


def paint_traveller(figure: Figure, cloak: Colour) -> None:
    """Show somebody from behind, cloaked, looking into the distance."""
    deep = mix(cloak, figure.canvas.palette.near, 0.75)
    figure.shadow(0.24, 0.5)
    for side in (-1, 1):
        figure.limb([(side * 0.05, 0.3, 0.08), (side * 0.06, 0.02, 0.06)], deep)
    figure.limb(
        [(0.24, 0.0, 0.014), (0.22, 0.5, 0.014), (0.235, 0.95, 0.018)], mix(deep, rgb("8a5a34"), 0.45), rim=True
    )
    figure.curve(
        [
            (-0.2, 0.08),
            (-0.17, 0.4),
            (-0.12, 0.68),
            (-0.05, 0.79),
            (0.05, 0.79),
            (0.12, 0.68),
            (0.16, 0.42),
            (0.18, 0.1),
            (0.08, 0.13),
            (-0.03, 0.07),
            (-0.1, 0.12),
        ],
        (mix(cloak, figure.rim, 0.2), cloak, deep),
        rim=True,
    )
    for fold in (-0.08, 0.02, 0.09):
        figure.limb([(fold * 0.6, 0.66, 0.004), (fold, 0.4, 0.014), (fold * 1.3, 0.14, 0.006)], mix(cloak, deep, 0.7))
    figure.limb([(0.1, 0.62, 0.07), (0.17, 0.52, 0.06), (0.222, 0.56, 0.05)], (cloak, deep))
    figure.curve(
        [
            (-0.085, 0.77),
            (-0.095, 0.88),
            (-0.05, 0.97),
            (0.0, 0.995),
            (0.05, 0.97),
            (0.095, 0.88),
            (0.085, 0.77),
            (0, 0.745),
        ],
        (mix(cloak, figure.rim, 0.25), mix(cloak, deep, 0.4)),
        rim=True,
    )
