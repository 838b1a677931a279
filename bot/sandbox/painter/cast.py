"""Who and what a prompt names, put on the stage that the land has left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from .animals import coat, paint_cat, paint_fox, paint_horse
from .canvas import Canvas, Point
from .colours import Colour, mix, rgb
from .figure import Figure
from .people import paint_astronaut, paint_robot, paint_traveller
from .sky import paint_birds
from .things import paint_balloon, paint_boat, paint_cabin, paint_castle, paint_lighthouse, paint_rocket, paint_tree
from .water import paint_rock
from .words import Brief

RED = rgb("c8352f")
ORANGE = rgb("ff7a45")
SAILCLOTH = rgb("f4ead6")
SEAT = (0.42, 0.7)
"""Where on a horse somebody sits, in the horse's own measure."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where figures stand: (x, foot) in units, on the `side` (-1 left, 1 right) away from the light."""

    canvas: Canvas
    brief: Brief
    dice: Random
    horizon: float
    x: float
    foot: float
    side: int

    @property
    def tint(self) -> Colour | None:
        """The colour that the prompt names, if any."""
        return self.brief.tint

    def figure(
        self, height: float, *, x: float | None = None, foot: float | None = None, mirrored: bool | None = None
    ) -> Figure:
        """Give the measure of a figure; unless told otherwise it faces the light."""
        return Figure(
            self.canvas,
            self.x if x is None else x,
            self.foot if foot is None else foot,
            height,
            mirrored=self.side > 0 if mirrored is None else mirrored,
        )


def paint_cast(canvas: Canvas, brief: Brief, dice: Random, horizon: float, ground: list[Point], side: int) -> None:
    """Paint every subject of the brief, those in the distance first."""
    middle = canvas.width * (0.5 + side * 0.16 * min(1.0, canvas.width - 0.4))
    named = [name for name in _CAST if name in brief.subjects]
    if {"horse", "astronaut"} <= set(named):
        named.remove("astronaut")  # who rides the horse and comes with it
    standing = [name for name in named if name not in _ALOFT]
    for name in named:
        x = middle
        if len(standing) > 1 and name in standing:
            share = (standing.index(name) + 0.5) / len(standing)
            x = canvas.width * (0.12 + 0.76 * share)
        level = min(ground, key=lambda point: abs(point[0] - x))[1]  # called at once
        foot = min(level + 0.05, canvas.height - 0.13)
        _CAST[name](Stage(canvas, brief, dice, horizon, x, foot, side))


def _birds(stage: Stage) -> None:
    palette = stage.canvas.palette
    colour = mix(palette.near, palette.far, 0.1)
    paint_birds(stage.canvas, stage.dice, stage.canvas.width / 2, stage.horizon / 2, 26, colour)


def _lighthouse(stage: Stage) -> None:
    foot = stage.foot
    height = 0.5
    if stage.brief.scene == "sea":
        rock = min(stage.horizon + 0.16, stage.canvas.height - 0.3)
        paint_rock(stage.canvas, stage.dice, stage.x, rock + 0.06, 0.66, 0.13)
        foot, height = rock - 0.055, min(0.66, rock - 0.17)
    lit = stage.canvas.palette.dark or stage.brief.mood in {"dusk", "dawn"}
    stripe = mix(stage.tint or RED, stage.canvas.palette.near, 0.1)
    paint_lighthouse(stage.figure(height, foot=foot, mirrored=False), stripe, lit=lit)


def _balloons(stage: Stage) -> None:
    accent = stage.canvas.palette.accent
    paint_balloon(stage.figure(0.36, foot=stage.horizon * 0.78), mix(stage.tint or RED, accent, 0.2))
    for share, rise, height in ((0.2, 0.46, 0.14), (0.84, 0.36, 0.1)):
        x = stage.canvas.width * (share if stage.side > 0 else 1 - share)
        paint_balloon(stage.figure(height, x=x, foot=stage.horizon * rise), accent)


def _boat(stage: Stage) -> None:
    foot = min(stage.horizon + 0.17, stage.canvas.height - 0.22)
    paint_boat(stage.figure(0.4, foot=foot), mix(SAILCLOTH, stage.tint, 0.6) if stage.tint else SAILCLOTH)


def _tree(stage: Stage) -> None:
    accent = stage.canvas.palette.accent
    leaf = rgb("e88fb0") if stage.brief.mood in {"day", "dawn"} else accent
    paint_tree(stage.figure(0.6), stage.dice, stage.tint or mix(leaf, accent, 0.25))


def _horse(stage: Stage) -> None:
    height = 0.5
    # A horse stands before its own origin, so it is moved back to be in the middle of its place.
    x = stage.x + (SEAT[0] if stage.side > 0 else -SEAT[0]) * height
    horse = stage.figure(height, x=x)
    paint_horse(horse, stage.tint or rgb("8a4b2c"))
    if "astronaut" in stage.brief.subjects:
        seat_x, seat_y = horse.at(*SEAT)
        paint_astronaut(stage.figure(height * 0.62, x=seat_x, foot=seat_y), ORANGE, riding=True)


def _astronaut(stage: Stage) -> None:
    paint_astronaut(stage.figure(0.5), stage.tint or ORANGE)


_ALOFT = ("bird", "balloon", "rocket")
_CAST: Mapping[str, Callable[[Stage], None]] = {
    "bird": _birds,
    "castle": lambda s: paint_castle(s.figure(0.36, foot=s.horizon + 0.16), s.dice, s.tint or rgb("3b5f8a")),
    "lighthouse": _lighthouse,
    "balloon": _balloons,
    "rocket": lambda s: paint_rocket(s.figure(0.4, foot=s.horizon * 0.72), s.tint or RED),
    "boat": _boat,
    "tree": _tree,
    "cabin": lambda s: paint_cabin(s.figure(0.24), s.dice, s.tint or rgb("7c2f33")),
    "robot": lambda s: paint_robot(s.figure(0.5), s.tint or rgb("7fa6b8")),
    "person": lambda s: paint_traveller(s.figure(0.3), s.tint or rgb("a8322d")),
    "horse": _horse,
    "astronaut": _astronaut,
    "wolf": lambda s: paint_fox(s.figure(0.46), coat("wolf", s.tint), s.dice),
    "dog": lambda s: paint_fox(s.figure(0.42), coat("dog", s.tint), s.dice),
    "cat": lambda s: paint_cat(s.figure(0.42), coat("cat", s.tint)),
    "rabbit": lambda s: paint_cat(s.figure(0.32), coat("rabbit", s.tint), long_ears=True),
    "fox": lambda s: paint_fox(s.figure(0.46), coat("fox", s.tint), s.dice),
}
