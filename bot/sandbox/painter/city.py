# ruff: noqa: PLR2004 - a drawing is made of numbers; a name for each would hide the shapes
"""A skyline with lit windows, neon and a wet street that mirrors it."""

from random import Random

from PIL import Image, ImageOps

from .canvas import Canvas, Point
from .colours import mix, rgb
from .sky import WHITE, paint_mist

Rect = tuple[float, float, float, float]
NEON = tuple(map(rgb, ("ff2f92", "19e3ff", "ffd23f", "8a5cff", "37f2a0")))


def paint_city(canvas: Canvas, dice: Random, ground: float, *, neon: bool, wet: bool) -> None:
    """Build three rows of towers down to the ground line; below it a street, mirroring when wet."""
    palette = canvas.palette
    rows = 3
    for row in range(rows):
        depth = (row + 1) / rows
        towers = _towers(canvas, dice, ground, depth)
        body = mix(mix(palette.far, palette.horizon, 0.25), palette.near, depth**0.7)
        foot = mix(body, palette.horizon, 0.5 - 0.36 * depth)
        crowns = [_crown(dice, tower) for tower in towers]
        canvas.shapes([*map(_corners, towers), *crowns], (body, body, foot))
        edges = [(x + w * 0.93, y, w * 0.07, h) for x, y, w, h in towers]
        canvas.shapes(map(_corners, edges), mix(body, palette.horizon, 0.35), opacity=0.5)
        _paint_windows(canvas, dice, towers, depth, neon=neon)
        if neon and row > 0:
            _paint_signs(canvas, dice, towers)
        paint_mist(canvas, dice, ground - 0.06, 0.3, palette.horizon, 0.5 * (1 - depth) + 0.14)
    _paint_street(canvas, dice, ground, wet=wet or neon)


def _towers(canvas: Canvas, dice: Random, ground: float, depth: float) -> list[Rect]:
    towers: list[Rect] = []
    x = -0.05 * dice.random()
    tallest = ground * (0.86 - 0.12 * depth)
    while x < canvas.width:
        width = (0.05 + 0.055 * depth) * dice.uniform(0.7, 1.5)
        middle = abs((x + width / 2) / canvas.width - 0.5) * 2
        # A street opens in the middle: the nearer the row, the lower it is there.
        open_view = 1 - depth * 0.75 * max(0.0, 1 - middle * 1.35)
        height = tallest * dice.uniform(0.38, 1.0) * open_view
        towers.append((x, ground - height, width, height + 0.01))
        x += width * dice.uniform(0.92, 1.25) if depth < 1 else width * dice.uniform(1.0, 1.5)
    return towers


def _corners(rect: Rect) -> list[Point]:
    x, y, width, height = rect
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def _crown(dice: Random, tower: Rect) -> list[Point]:
    x, y, width, _ = tower
    kind = dice.randrange(4)
    if kind == 0:
        mast = width * 0.03
        return [
            (x + width / 2 - mast, y),
            (x + width / 2, y - width * dice.uniform(0.5, 1.1)),
            (x + width / 2 + mast, y),
        ]
    if kind == 1:
        return _corners((x + width * 0.2, y - width * 0.22, width * 0.6, width * 0.25))
    if kind == 2:
        return [(x, y), (x, y - width * 0.35), (x + width, y)]
    return _corners((x + width * 0.35, y - width * 0.1, width * 0.2, width * 0.12))


def _paint_windows(canvas: Canvas, dice: Random, towers: list[Rect], depth: float, *, neon: bool) -> None:
    palette = canvas.palette
    warm = mix(palette.accent if not neon else rgb("ffd98a"), palette.light, 0.35)
    cool = mix(palette.light, rgb("9fd8ff"), 0.5) if palette.dark or neon else mix(palette.horizon, WHITE, 0.2)
    pitch = 0.0095 + 0.0075 * depth
    warm_panes: list[list[Point]] = []
    cool_panes: list[list[Point]] = []
    for x, y, width, height in towers:
        columns = int(width / pitch) - 1
        if columns < 1:
            continue
        inset = (width - columns * pitch) / 2
        lit = dice.uniform(0.12, 0.55)
        for line in range(int((height - 0.02) / (pitch * 1.35))):
            for column in range(columns):
                if dice.random() < lit:
                    pane = (
                        x + inset + column * pitch + pitch * 0.2,
                        y + pitch * 0.9 + line * pitch * 1.35,
                        pitch * 0.55,
                        pitch * 0.72,
                    )
                    (warm_panes if dice.random() < 0.68 else cool_panes).append(_corners(pane))
    strength = (0.3 + 0.6 * depth) if palette.dark or neon else 0.16 + 0.3 * depth
    if warm_panes:
        canvas.shapes(warm_panes, warm, opacity=strength)
    if cool_panes:
        canvas.shapes(cool_panes, cool, opacity=strength * 0.8)


def _paint_signs(canvas: Canvas, dice: Random, towers: list[Rect]) -> None:
    for x, y, width, height in towers:
        if dice.random() > 0.55 or height < 0.16:
            continue
        colour = dice.choice(NEON)
        tall = min(height * 0.5, dice.uniform(0.07, 0.2))
        left, top = x + width * dice.choice((0.06, 0.72)), y + height * dice.uniform(0.08, 0.3)
        canvas.glow(left + 0.01, top + tall / 2, tall * 1.15, colour, 0.6)
        canvas.shape(_corners((left, top, 0.022, tall)), mix(canvas.palette.near, colour, 0.25))
        strokes: list[list[Point]] = []
        row = top + 0.008
        while row < top + tall - 0.016:
            strokes += _glyph(dice, left + 0.004, row, 0.014)
            row += 0.02
        canvas.shapes(strokes, mix(colour, WHITE, 0.45))
        frame = [(left, top, 0.0018, tall), (left + 0.0202, top, 0.0018, tall), (left, top, 0.022, 0.0018)]
        canvas.shapes(map(_corners, frame), colour)


def _glyph(dice: Random, x: float, y: float, side: float) -> list[list[Point]]:
    """Give strokes that look like writing and are none."""
    bars = [(x, y + side * share, side, side * 0.13) for share in (0.05, 0.45, 0.85) if dice.random() < 0.75]
    posts = [(x + side * share, y, side * 0.13, side) for share in (0.05, 0.45, 0.82) if dice.random() < 0.6]
    return [_corners(rect) for rect in bars + posts]


def _paint_street(canvas: Canvas, dice: Random, ground: float, *, wet: bool) -> None:
    palette = canvas.palette
    top = round(ground * canvas.unit)
    depth = canvas.image.height - top
    asphalt = mix(palette.near, palette.far, 0.1)
    if not wet:
        canvas.gradient((mix(asphalt, palette.horizon, 0.25), asphalt, palette.near), ground)
        return
    mirrored = canvas.image.crop((0, max(0, top - depth * 2), canvas.image.width, top))
    # Squeezing the height away and back smears the lights downwards, as water on asphalt does.
    mirrored = ImageOps.flip(mirrored).resize((canvas.image.width // 3, 14), Image.Resampling.BOX)
    mirrored = mirrored.resize((canvas.image.width, depth), Image.Resampling.BICUBIC)
    canvas.image.paste(Image.blend(mirrored, Image.new("RGB", mirrored.size, palette.near), 0.32), (0, top))
    ripples: list[list[Point]] = []
    for _ in range(90):
        y = ground + (canvas.height - ground) * dice.random() ** 0.7
        near = (y - ground) / (canvas.height - ground)
        x, wide = dice.uniform(0, canvas.width), (0.02 + 0.12 * near) * dice.uniform(0.4, 1.2)
        ripples.append(_corners((x, y, wide, 0.0008 + 0.002 * near)))
    canvas.shapes(ripples, palette.near, opacity=0.4)
    middle = canvas.width / 2
    dashes: list[list[Point]] = []
    for step in range(6):
        near, end = (step / 6) ** 1.6, ((step + 0.5) / 6) ** 1.6
        y, y2 = ground + (canvas.height - ground) * near, ground + (canvas.height - ground) * end
        w, w2 = 0.001 + 0.012 * near, 0.001 + 0.012 * end
        dashes.append([(middle - w, y), (middle + w, y), (middle + w2, y2), (middle - w2, y2)])
    canvas.shapes(dashes, mix(palette.light, palette.near, 0.3), opacity=0.55)
