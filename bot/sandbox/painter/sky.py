# ruff: noqa: PLR2004 - a drawing is made of numbers; a name for each would hide the shapes
"""Everything above the horizon, and the weather in front of it."""

from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops

from .canvas import Canvas, Point, limb
from .colours import Colour, mix, rgb

WHITE: Colour = (255, 255, 255)


def noise(dice: Random, size: tuple[int, int], cells: tuple[int, int], octaves: int = 4) -> Image.Image:
    """Give soft greyscale noise: random grids, each finer and fainter than the one before."""
    total = Image.new("L", size, 128)
    share = 0.5
    for octave in range(octaves):
        grid = cells[0] << octave, cells[1] << octave
        layer = Image.frombytes("L", grid, dice.randbytes(grid[0] * grid[1])).resize(size, Image.Resampling.BICUBIC)
        total = Image.blend(total, layer, share if octave else 1.0)
        share *= 0.72
    return total


def paint_sky(canvas: Canvas, horizon: float) -> None:
    """Fill the picture with the palette's sky, ending at the horizon."""
    canvas.gradient(canvas.palette.sky, 0, min(canvas.height, horizon + 0.02))


def paint_stars(canvas: Canvas, dice: Random, horizon: float, count: int) -> None:
    """Scatter stars, denser and brighter towards the top."""
    small: list[list[Point]] = []
    large: list[list[Point]] = []
    for _ in range(count):
        x, y = dice.uniform(0, canvas.width), horizon * dice.random() ** 1.4
        radius = 0.0007 + 0.0011 * dice.random() ** 2
        points = [(x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius)]
        (large if dice.random() < 0.35 else small).append(points)
    canvas.shapes(small, (205, 214, 240), opacity=0.6)
    canvas.shapes(large, (255, 250, 235))
    for _ in range(max(3, count // 70)):
        x, y = dice.uniform(0, canvas.width), horizon * 0.7 * dice.random()
        canvas.glow(x, y, 0.012 + 0.016 * dice.random(), (190, 210, 255), 0.8)


def paint_milky_way(canvas: Canvas, dice: Random, colours: tuple[Colour, ...]) -> None:
    """Lay coloured clouds of gas across the whole sky."""
    side = 256
    slope = (
        Image.linear_gradient("L").resize((side * 2, side * 2)).rotate(dice.uniform(25, 60), Image.Resampling.BILINEAR)
    )
    slope = slope.crop((side // 2, side // 2, side // 2 * 3, side // 2 * 3))  # without the corners that turned in
    band = slope.point([max(0, round(255 - abs(level - 128) * 5.5)) for level in range(256)])
    for colour in colours:
        cloud = noise(dice, (side, side), (4, 4), 4).point(
            [max(0, min(255, (level - 100) * 3)) for level in range(256)]
        )
        canvas.shine(ImageChops.multiply(cloud, band).point([level * 7 // 10 for level in range(256)]), colour)


def paint_clouds(
    canvas: Canvas, dice: Random, horizon: float, *, cover: float, colour: Colour, lit: Colour, heavy: bool = False
) -> None:
    """Lay streaks of cloud, or heavy banks; `cover` from 0 to 1, `lit` is the colour of their upper edges."""
    size = 320, max(80, min(480, round(320 * horizon / canvas.width)))
    columns, rows = max(2, round(1.8 * canvas.width)), max(2, round((3.4 if heavy else 8) * horizon))
    field = noise(dice, size, (columns, rows), 5 if heavy else 4)
    edge = 150 - 60 * cover
    body = field.point([max(0, min(235, round((level - edge) * 4.2))) for level in range(256)])
    # Clouds thin out towards the zenith, where the sky should stay deep.
    ramp = Image.linear_gradient("L").resize(size).point([min(255, 70 + level) for level in range(256)])
    body = ImageChops.multiply(body, ramp)
    lifted = body.copy()
    lifted.paste(body, (0, 4))
    canvas.wash(body.point([level * (9 if heavy else 6) // 10 for level in range(256)]), colour, 0, horizon)
    rim = ImageChops.subtract(body, lifted).point(
        [min(255, level * (5 if heavy else 15) // 10) for level in range(256)]
    )
    canvas.wash(rim, lit, 0, horizon)


def paint_sun(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Put a sun with its halo into the sky."""
    light = canvas.palette.light
    canvas.glow(x, y, radius * 9, mix(canvas.palette.horizon, light, 0.3), 0.62)
    canvas.glow(x, y, radius * 3.2, light, 0.75)
    canvas.oval(x, y, radius, radius, (mix(light, WHITE, 0.4), light, mix(light, canvas.palette.accent, 0.16)))


def paint_moon(canvas: Canvas, dice: Random, x: float, y: float, radius: float) -> None:
    """Put a full moon with its seas into the sky."""
    light = canvas.palette.light
    canvas.glow(x, y, radius * 7, mix(canvas.palette.sky[-2], light, 0.45), 0.55)
    canvas.glow(x, y, radius * 2.4, light, 0.5)
    canvas.oval(x, y, radius, radius, (light, mix(light, canvas.palette.sky[-1], 0.25)))
    for _ in range(7):
        size = radius * dice.uniform(0.1, 0.3)
        turn, reach = dice.uniform(0, 2 * pi), radius * 0.62 * dice.random() ** 0.6
        shade = mix(light, canvas.palette.sky[-1], 0.4)
        canvas.oval(x + reach * sin(turn), y + reach * sin(turn + 1.57), size, size * 0.85, shade, opacity=0.45)


def paint_planet(canvas: Canvas, dice: Random, x: float, y: float, radius: float, colour: Colour) -> None:
    """Put a banded planet, lit from one side, into a black sky."""
    canvas.glow(x, y, radius * 1.7, colour, 0.6)
    ringed = dice.random() < 0.6
    if ringed:
        _paint_planet_ring(canvas, x, y, radius, mix(colour, WHITE, 0.15), pi, 2 * pi)
    deep = mix(colour, (5, 5, 20), 0.82)
    bands = [mix(colour, dice.choice((WHITE, deep, canvas.palette.accent)), dice.uniform(0.05, 0.4)) for _ in range(9)]
    canvas.oval(x, y, radius, radius, bands)
    side = 128
    # The night side: the difference of the disc and the same disc pushed towards the sun, softly.
    shade = Image.radial_gradient("L").resize((side, side), box=(66, 60, 250, 244))
    shade = shade.point([max(0, min(245, round((level - 78) * 2.1))) for level in range(256)])
    disc = Canvas((side, side), canvas.palette)
    disc.image.paste((0, 0, 0), (0, 0, side, side))
    disc.oval(0.5, 0.5, 0.505, 0.505, WHITE)
    night = ImageChops.multiply(shade, disc.image.convert("L"))
    canvas.stamp(night, x - radius, y - radius, 2 * radius, mix(deep, canvas.palette.sky[0], 0.7))
    if ringed:
        _paint_planet_ring(canvas, x, y, radius, mix(colour, WHITE, 0.4), 0, pi)


def _paint_planet_ring(
    canvas: Canvas, x: float, y: float, radius: float, colour: Colour, start: float, end: float
) -> None:
    tilt = 0.32
    for reach, thick, opacity in ((1.62, 0.13, 0.75), (1.86, 0.06, 0.5)):
        arc: list[tuple[float, float, float]] = []
        for step in range(41):
            turn = start + (end - start) * step / 40
            px, py = radius * reach * cos(turn), radius * reach * 0.24 * sin(turn)
            thin = 0.45 + 0.55 * abs(sin(turn))
            arc.append(
                (x + px * cos(tilt) + py * sin(tilt), y - px * sin(tilt) + py * cos(tilt), radius * thick * thin)
            )
        canvas.shape(limb(arc, 2), colour, opacity=opacity)


def paint_aurora(canvas: Canvas, dice: Random, horizon: float) -> None:
    """Hang curtains of green and violet light over the sky."""
    size = 240, 120
    for colour, low in ((rgb("37f2a0"), 0.75), (rgb("8a5cff"), 0.5), (rgb("2fd0d8"), 0.62)):
        phase, swing = dice.uniform(0, 6.28), dice.uniform(0.07, 0.15)
        mask = Image.new("L", size)
        rays = dice.randbytes(size[0])
        for column in range(size[0]):
            share = column / size[0]
            foot = low + swing * sin(phase + share * 5.5) + swing * 0.4 * sin(phase * 2 + share * 13)
            foot_row, tall = round(foot * size[1]), round(size[1] * (0.3 + 0.12 * sin(share * 9 + phase)))
            power = 0.45 + 0.55 * rays[column] / 255
            strip = Image.linear_gradient("L").resize((1, max(2, tall))).point([round(v * power) for v in range(256)])
            mask.paste(strip, (column, foot_row - tall))
        soft = mask.resize((60, 120), Image.Resampling.BOX).resize(size, Image.Resampling.BICUBIC)
        full = Image.new("L", (size[0], round(size[1] * canvas.height / max(0.2, horizon))))
        full.paste(soft)
        canvas.shine(full.point([level * 8 // 10 for level in range(256)]), colour)


def paint_lightning(canvas: Canvas, dice: Random, x: float, horizon: float) -> None:
    """Strike once, with two branches, from the clouds to the horizon."""
    canvas.glow(x, horizon * 0.28, 0.55, (170, 185, 255), 0.75)
    points = [(x, -0.02)]
    while points[-1][1] < horizon:
        px, py = points[-1]
        points.append((px + dice.uniform(-0.035, 0.035), py + dice.uniform(0.025, 0.06)))
    bolt = [(px, py, 0.0065 * (1 - 0.55 * i / len(points))) for i, (px, py) in enumerate(points)]
    for px, py in points[1::2]:
        canvas.glow(px, py, 0.09, (150, 170, 255), 0.5)
    for start in (len(points) // 4, len(points) // 2):
        lean = dice.choice((-1, 1))
        branch = [points[start]]
        for _ in range(5):
            px, py = branch[-1]
            branch.append((px + lean * dice.uniform(0.012, 0.04), py + dice.uniform(0.015, 0.045)))
        canvas.shape(limb_of(branch, 0.003), (215, 222, 255))
    canvas.shape(_zigzag(bolt), (250, 250, 255))


def limb_of(points: list[Point], width: float) -> list[Point]:
    """Give the outline of a jagged line that thins out."""
    return _zigzag([(x, y, width * (1 - 0.8 * i / len(points))) for i, (x, y) in enumerate(points)])


def _zigzag(joints: list[tuple[float, float, float]]) -> list[Point]:
    return [(x - w / 2, y) for x, y, w in joints] + [(x + w / 2, y) for x, y, w in reversed(joints)]


def paint_rain(canvas: Canvas, dice: Random, colour: Colour, drops: int = 520) -> None:
    """Draw slanting rain, a faint layer behind a stronger one."""
    for share, opacity, length, width in ((0.7, 0.22, 0.035, 0.0011), (0.3, 0.34, 0.07, 0.0018)):
        streaks: list[list[Point]] = []
        for _ in range(round(drops * share * canvas.width * canvas.height)):
            x, y = dice.uniform(-0.05, canvas.width), dice.uniform(-0.05, canvas.height)
            tall = length * dice.uniform(0.6, 1.3)
            streaks.append([(x, y), (x + width, y), (x + width - tall * 0.22, y + tall), (x - tall * 0.22, y + tall)])
        canvas.shapes(streaks, colour, opacity=opacity)


def paint_snow(canvas: Canvas, dice: Random) -> None:
    """Let snow fall, near flakes larger and softer."""
    for count, low, high, opacity in (
        (260, 0.0012, 0.0024, 0.8),
        (110, 0.0028, 0.0048, 0.75),
        (22, 0.007, 0.012, 0.35),
    ):
        flakes = []
        for _ in range(round(count * canvas.width * canvas.height)):
            radius = dice.uniform(low, high)
            x, y = dice.uniform(0, canvas.width), dice.uniform(0, canvas.height)
            flakes.append([(x + px, y + py) for px, py in _hexagon(radius)])
        canvas.shapes(flakes, (250, 252, 255), opacity=opacity)


def paint_mist(canvas: Canvas, dice: Random, level: float, thickness: float, colour: Colour, strength: float) -> None:
    """Let a bank of mist lie at a height."""
    size = 160, 48
    lens = Image.linear_gradient("L").resize(size).point([round(255 * sin(v / 255 * pi) ** 2) for v in range(256)])
    cloud = noise(dice, size, (4, 2), 3).point([min(255, 70 + v) for v in range(256)])
    mask = ImageChops.multiply(lens, cloud).point([round(v * strength) for v in range(256)])
    canvas.wash(mask, colour, max(0.0, level - thickness / 2), min(canvas.height, level + thickness / 2))


def paint_birds(canvas: Canvas, dice: Random, x: float, y: float, count: int, colour: Colour) -> None:
    """Let a loose flock pass."""
    wings = []
    for _ in range(count):
        bx, by, span = x + dice.gauss(0, 0.09), y + dice.gauss(0, 0.035), dice.uniform(0.009, 0.02)
        lift = span * dice.uniform(0.25, 0.55)
        wings.append(
            [
                (bx - span, by - lift),
                (bx - span * 0.45, by - lift * 0.75),
                (bx, by),
                (bx + span * 0.45, by - lift * 0.8),
                (bx + span, by - lift * 0.9),
                (bx + span * 0.4, by - lift * 0.45),
                (bx, by + span * 0.14),
                (bx - span * 0.4, by - lift * 0.4),
            ]
        )
    canvas.shapes(wings, colour)


def _hexagon(radius: float) -> list[Point]:
    return [(radius * sin(turn * pi / 3), radius * sin(turn * pi / 3 + pi / 2)) for turn in range(6)]
