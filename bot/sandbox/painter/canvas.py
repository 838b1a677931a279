"""A surface measured in units instead of pixels, with the few strokes that everything is made of."""

from collections.abc import Iterable, Sequence
from math import cos, hypot, sin

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .colours import Colour, Palette

Point = tuple[float, float]
Fill = Colour | Sequence[Colour]
"""One colour, or several from the top of a shape to its bottom."""
SMOOTHING = 2
"""Shapes are drawn this many times larger and reduced, which gives clean edges."""


class Canvas:
    """An RGB picture whose shorter side is one unit long; x goes right, y goes down."""

    def __init__(self, size: tuple[int, int], palette: Palette) -> None:
        self.image = Image.new("RGB", size, palette.horizon)
        self.palette = palette
        self.unit = min(size)
        self.width = size[0] / self.unit
        self.height = size[1] / self.unit

    def shape(
        self,
        points: Iterable[Point],
        fill: Fill,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
        rim: Colour | None = None,
        rim_from: Point = (0.006, 0.006),
    ) -> None:
        """Fill a polygon; `rim` lights the edge that looks against the direction `rim_from`."""
        self.shapes([points], fill, opacity=opacity, blur=blur, rim=rim, rim_from=rim_from)

    def shapes(
        self,
        polygons: Iterable[Iterable[Point]],
        fill: Fill,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
        rim: Colour | None = None,
        rim_from: Point = (0.006, 0.006),
    ) -> None:
        """Fill several polygons as one shape."""
        outlines = [list(points) for points in polygons]
        box = self._box([point for outline in outlines for point in outline], blur * 3)
        if box is None:
            return
        left, top, right, bottom = box
        size = right - left, bottom - top
        # What is blurred anyway is drawn small: a blur costs by the pixel.
        detail = SMOOTHING if not blur else 0.25
        mask = Image.new("L", (max(1, round(size[0] * detail)), max(1, round(size[1] * detail))))
        draw = ImageDraw.Draw(mask)
        scale = self.unit * detail
        for outline in outlines:
            draw.polygon([(x * scale - left * detail, y * scale - top * detail) for x, y in outline], fill=255)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(max(0.5, blur * scale)))
            mask = mask.resize(size, Image.Resampling.BILINEAR)
        else:
            mask = mask.reduce(SMOOTHING)
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        self._lay(fill, box, mask)
        if rim:
            step = round(rim_from[0] * self.unit), round(rim_from[1] * self.unit)
            moved = mask.copy()  # so that the edge of the picture is not taken for an edge of the shape
            moved.paste(mask, step)
            self.image.paste(rim, box, ImageChops.subtract(mask, moved))

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Fill, *, opacity: float = 1.0) -> None:
        """Fill an ellipse around (x, y)."""
        self.shape(ring(x, y, rx, ry), fill, opacity=opacity)

    def line(self, points: Sequence[Point], width: float, fill: Fill, *, opacity: float = 1.0) -> None:
        """Draw a line of even width."""
        self.shape(limb([(x, y, width) for x, y in points]), fill, opacity=opacity)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0) -> None:
        """Add light around a point, fading to nothing at the radius."""
        box = self._box([(x - radius, y - radius), (x + radius, y + radius)], 0)
        if box is None:
            return
        # 255 in the middle, 0 at the edge, and steep in between as light is.
        fall = [round(255 * strength * max(0.0, 1 - level / 180) ** 2.2) for level in range(256)]
        side = max(8, min(256, round(radius * self.unit)))
        halo = Image.radial_gradient("L").resize((side, side)).point(fall)
        span = 2 * radius * self.unit
        origin = (x - radius) * self.unit, (y - radius) * self.unit
        left, top, right, bottom = box
        source = (
            (left - origin[0]) / span * side,
            (top - origin[1]) / span * side,
            (right - origin[0]) / span * side,
            (bottom - origin[1]) / span * side,
        )
        source = (max(0, source[0]), max(0, source[1]), min(side, source[2]), min(side, source[3]))
        if source[0] >= source[2] or source[1] >= source[3]:
            return  # it only touches the picture
        halo = halo.resize((right - left, bottom - top), Image.Resampling.BICUBIC, box=source)
        self._light(colour, box, halo)

    def beam(self, x: float, y: float, angle: float, spread: float, length: float, colour: Colour) -> None:
        """Add a cone of light from a point; angles in radians, 0 to the right and growing downwards."""
        tips = [(x + length * cos(angle + side), y + length * sin(angle + side)) for side in (-spread, spread)]
        box = self._box([(x, y), *tips], 0.06)
        if box is None:
            return
        left, top, right, bottom = box
        coarse = 4
        size = max(1, (right - left) // coarse), max(1, (bottom - top) // coarse)
        mask = Image.new("L", size)
        draw = ImageDraw.Draw(mask)
        steps = 24
        # From the far end to the near: each shorter cone is a little brighter.
        for step in range(steps, 0, -1):
            share = step / steps
            cone = [(x, y), *((x + (tx - x) * share, y + (ty - y) * share) for tx, ty in tips)]
            draw.polygon(
                [((px * self.unit - left) / coarse, (py * self.unit - top) / coarse) for px, py in cone],
                fill=round(235 * (1 - share) ** 1.3 + 4),
            )
        mask = mask.filter(ImageFilter.GaussianBlur(max(1, 0.008 * self.unit / coarse)))
        self._light(colour, box, mask.resize((right - left, bottom - top), Image.Resampling.BILINEAR))

    def stamp(self, mask: Image.Image, x: float, y: float, width: float, colour: Colour) -> None:
        """Lay a colour at a place through a small square greyscale picture, enlarged to `width` units."""
        side = max(1, round(width * self.unit))
        self.image.paste(
            colour, (round(x * self.unit), round(y * self.unit)), mask.resize((side, side), Image.Resampling.BICUBIC)
        )

    def wash(self, mask: Image.Image, colour: Colour, top: float = 0.0, bottom: float | None = None) -> None:
        """Lay a colour over a band of the picture through a small greyscale picture, enlarged softly."""
        box = (0, round(top * self.unit), self.image.width, round((bottom or self.height) * self.unit))
        size = box[2], box[3] - box[1]
        self.image.paste(colour, box, mask.resize(size, Image.Resampling.BICUBIC))

    def shine(self, mask: Image.Image, colour: Colour) -> None:
        """Add light over the whole picture through a small greyscale picture."""
        box = (0, 0, *self.image.size)
        self._light(colour, box, mask.resize(self.image.size, Image.Resampling.BICUBIC))

    def gradient(self, colours: Sequence[Colour], top: float = 0.0, bottom: float | None = None) -> None:
        """Fill a band over the whole width, from top to bottom."""
        box = (0, round(top * self.unit), self.image.width, round((bottom or self.height) * self.unit))
        self.image.paste(shading(colours, (box[2], box[3] - box[1])), box[:2])

    def _lay(self, fill: Fill, box: tuple[int, int, int, int], mask: Image.Image) -> None:
        if isinstance(fill[0], int):
            self.image.paste(fill, box, mask)  # type: ignore[arg-type]  # a Colour, as its first part tells
        else:
            self.image.paste(shading(fill, mask.size), box, mask)  # type: ignore[arg-type]  # several Colours

    def _light(self, colour: Colour, box: tuple[int, int, int, int], mask: Image.Image) -> None:
        light = Image.merge("RGB", [mask.point([level * part // 255 for level in range(256)]) for part in colour])
        self.image.paste(ImageChops.screen(self.image.crop(box), light), box[:2])

    def _box(self, points: Sequence[Point], margin: float) -> tuple[int, int, int, int] | None:
        """Give the pixels that the points cover, inside the picture, or None when they are all outside."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left = max(0, int((min(xs) - margin) * self.unit) - 1)
        top = max(0, int((min(ys) - margin) * self.unit) - 1)
        right = min(self.image.width, int((max(xs) + margin) * self.unit) + 2)
        bottom = min(self.image.height, int((max(ys) + margin) * self.unit) + 2)
        return (left, top, right, bottom) if left < right and top < bottom else None


def shading(colours: Sequence[Colour], size: tuple[int, int]) -> Image.Image:
    """Give a picture that runs through the colours from top to bottom."""
    strip = Image.new("RGB", (1, len(colours)))
    strip.putdata(list(colours))
    if len(colours) == 1:
        return strip.resize(size)
    # From the middle of the first pixel to the middle of the last, so that both ends have their pure colour.
    column = strip.resize((1, size[1]), Image.Resampling.BILINEAR, box=(0, 0.5, 1, len(colours) - 0.5))
    return column.resize(size, Image.Resampling.NEAREST)


def ring(x: float, y: float, rx: float, ry: float, steps: int = 56) -> list[Point]:
    """Give the outline of an ellipse."""
    return [(x + rx * cos(i / steps * 6.28319), y + ry * sin(i / steps * 6.28319)) for i in range(steps)]


def smooth(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """Run a closed Catmull-Rom curve through the points."""
    curve: list[Point] = []
    count = len(points)
    for i in range(count):
        before, start, end, after = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        curve += [_between(before, start, end, after, step / steps) for step in range(steps)]
    return curve


def limb(joints: Sequence[tuple[float, float, float]], steps: int = 8) -> list[Point]:
    """Give the outline of a bent shape through (x, y, width) joints: legs, tails, branches."""
    padded = [joints[0], *joints, joints[-1]]
    spine: list[tuple[float, float, float]] = []
    for i in range(1, len(padded) - 2):
        before, start, end, after = padded[i - 1 : i + 3]
        for step in range(steps + (i == len(padded) - 3)):
            share = step / steps
            x, y = _between(before[:2], start[:2], end[:2], after[:2], share)
            spine.append((x, y, start[2] + (end[2] - start[2]) * share))
    left: list[Point] = []
    right: list[Point] = []
    for i, (x, y, width) in enumerate(spine):
        ax, ay, _ = spine[max(0, i - 1)]
        bx, by, _ = spine[min(len(spine) - 1, i + 1)]
        length = hypot(bx - ax, by - ay) or 1.0
        nx, ny = (ay - by) / length * width / 2, (bx - ax) / length * width / 2
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def _between(before: Point, start: Point, end: Point, after: Point, share: float) -> Point:
    s2, s3 = share * share, share * share * share
    x, y = (
        0.5 * (2 * b + (c - a) * share + (2 * a - 5 * b + 4 * c - d) * s2 + (3 * b - a - 3 * c + d) * s3)
        for a, b, c, d in zip(before, start, end, after, strict=True)
    )
    return x, y
