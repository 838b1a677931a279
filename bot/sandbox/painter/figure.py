"""A small coordinate system for one figure: it stands on (0, 0), is one high, and y goes up."""

from collections.abc import Iterable, Sequence

from .canvas import Canvas, Fill, Point, limb, ring, smooth
from .colours import Colour, mix


class Figure:
    """Strokes in a figure's own measure, placed, scaled and perhaps mirrored on a canvas."""

    def __init__(self, canvas: Canvas, x: float, foot: float, height: float, *, mirrored: bool = False) -> None:
        self.canvas = canvas
        self.x = x
        self.foot = foot
        self.size = height
        self._side = -1 if mirrored else 1
        palette = canvas.palette
        self.rim: Colour = mix(palette.light, palette.horizon, 0.25)

    def at(self, x: float, y: float) -> Point:
        """Give the canvas point of a point of the figure."""
        return self.x + self._side * x * self.size, self.foot - y * self.size

    def poly(self, points: Iterable[Point], fill: Fill, *, opacity: float = 1.0, rim: bool = False) -> None:
        """Fill straight edges."""
        lit = self.rim if rim else None
        edge = -0.009 * self.size * self._side, 0.009 * self.size
        self.canvas.shape([self.at(x, y) for x, y in points], fill, opacity=opacity, rim=lit, rim_from=edge)

    def curve(self, points: Sequence[Point], fill: Fill, *, opacity: float = 1.0, rim: bool = False) -> None:
        """Fill a closed smooth curve through the points."""
        self.poly(smooth(points), fill, opacity=opacity, rim=rim)

    def limb(self, joints: Sequence[tuple[float, float, float]], fill: Fill, *, rim: bool = False) -> None:
        """Fill a bent shape through (x, y, width) joints."""
        self.poly(limb(joints), fill, rim=rim)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Fill, *, rim: bool = False) -> None:
        """Fill an ellipse."""
        self.poly(ring(x, y, rx, ry), fill, rim=rim)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.8) -> None:
        """Add light around a point."""
        self.canvas.glow(*self.at(x, y), radius * self.size, colour, strength)

    def shadow(self, width: float, strength: float = 0.4, *, at: float = 0.0) -> None:
        """Ground the figure with a soft shadow under its feet."""
        self.canvas.shape(
            ring(*self.at(at, 0.0), width * self.size, width * self.size * 0.13),
            self.canvas.palette.near,
            opacity=strength,
            blur=0.02 * self.size,
        )
