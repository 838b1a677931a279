"""Puts sky, land and figures together."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from .abstract import paint_abstract
from .animals import coat, paint_cat, paint_fox, paint_horse
from .canvas import Canvas, Point
from .city import paint_city
from .colours import MOODS, Palette, mix, rgb
from .figure import Figure
from .land import (
    paint_dunes,
    paint_forest,
    paint_meadow,
    paint_regolith,
    paint_ridges,
    paint_rock,
    paint_sea,
)
from .people import paint_astronaut, paint_robot, paint_traveller
from .sky import (
    paint_aurora,
    paint_birds,
    paint_clouds,
    paint_lightning,
    paint_milky_way,
    paint_mist,
    paint_moon,
    paint_planet,
    paint_rain,
    paint_sky,
    paint_snow,
    paint_stars,
    paint_sun,
)
from .things import (
    paint_balloon,
    paint_boat,
    paint_cabin,
    paint_castle,
    paint_lighthouse,
    paint_rocket,
    paint_tree,
)
from .words import Brief

HORIZONS = {"sea": 0.6, "city": 0.8, "forest": 0.5, "meadow": 0.56, "desert": 0.56, "mountain": 0.5, "space": 0.74}
"""Share of the height."""
OPEN_MOODS = {
    "forest": ("dusk", "dawn", "autumn", "night"),
    "meadow": ("dawn", "dusk", "day", "autumn"),
    "city": ("dusk", "night", "neon", "dawn"),
    "sea": ("dusk", "dawn", "night", "day"),
    "mountain": ("dusk", "dawn", "night", "day"),
    "desert": ("dusk", "dawn", "day", "night"),
    "space": ("space",),
    "": ("dusk", "neon", "dawn", "autumn", "winter", "night"),
}
"""Where the prompt leaves the hour open, four pictures show it at four."""


def palette_for(brief: Brief, index: int, dice: Random) -> Palette:
    """Choose the colours; four pictures of one prompt get four moods where it leaves that open."""
    open_moods = OPEN_MOODS[brief.scene]
    mood = brief.mood or open_moods[(index + dice.randrange(2) * 0) % len(open_moods)]
    choices = MOODS[mood]
    palette = choices[index % len(choices)]
    # A colour that a figure can wear goes to the figure; the rest of the picture only leans towards it.
    if brief.tint and not brief.subjects:
        return palette.tint(brief.tint)
    return replace(palette, accent=mix(palette.accent, brief.tint, 0.6)) if brief.tint else palette


def compose(canvas: Canvas, brief: Brief, dice: Random) -> None:
    """Paint the whole scene but for the finish."""
    if not brief.scene:
        paint_abstract(canvas, dice)
        return
    horizon = canvas.height * HORIZONS[brief.scene] * dice.uniform(0.96, 1.03)
    side = dice.choice((-1, 1))
    light_x = canvas.width * (0.5 + side * dice.uniform(0.14, 0.3))
    _paint_heavens(canvas, brief, dice, horizon, light_x)
    ground = _paint_place(canvas, brief, dice, horizon, light_x)
    _paint_subjects(canvas, brief, dice, horizon, ground, -side)
    if "fog" in brief.weather:
        for level in (horizon, horizon + 0.15, canvas.height - 0.1):
            paint_mist(canvas, dice, level, 0.5, mix(canvas.palette.horizon, (255, 255, 255), 0.2), 0.6)
    if "rain" in brief.weather:
        paint_rain(canvas, dice, mix(canvas.palette.horizon, (255, 255, 255), 0.4))
    if "snow" in brief.weather or brief.mood == "winter":
        paint_snow(canvas, dice)


def _paint_heavens(canvas: Canvas, brief: Brief, dice: Random, horizon: float, light_x: float) -> None:
    palette = canvas.palette
    paint_sky(canvas, horizon)
    stormy = brief.mood == "storm"
    if brief.scene == "space":
        paint_milky_way(canvas, dice, (rgb("5a3fd0"), rgb("c0417f"), rgb("2a8fbf")))
        paint_stars(canvas, dice, horizon, round(520 * canvas.width * canvas.height))
        paint_planet(canvas, dice, light_x, horizon * 0.36, 0.17 * dice.uniform(0.8, 1.15), dice.choice((rgb("d9824a"), rgb("4f9fd8"), rgb("c95f7f"))))
        paint_planet(canvas, dice, canvas.width - light_x * 0.9, horizon * 0.2, 0.042, rgb("9fb4c8"))
        return
    if palette.dark and not stormy:
        paint_stars(canvas, dice, horizon, round((130 if brief.scene == "city" else 330) * canvas.width))
    if "aurora" in brief.weather:
        paint_aurora(canvas, dice, horizon)
    elif palette.dark and (brief.moon or brief.mood in {"night", ""}) and not stormy:
        paint_moon(canvas, dice, light_x, horizon * 0.32, 0.075)
    elif brief.mood == "neon":
        paint_sun(canvas, canvas.width / 2, horizon * 0.62, 0.24)
    elif not stormy:
        low = 0.82 if palette in MOODS["dusk"] or palette in MOODS["dawn"] or brief.mood in {"dusk", "dawn"} else 0.42
        paint_sun(canvas, light_x, horizon * low, 0.07 if low < 0.5 else 0.095)
    cover = 0.95 if stormy else 0.25 + 0.4 * dice.random()
    dark_cloud = mix(palette.sky[0], palette.sky[1], 0.4) if stormy else mix(palette.sky[1], palette.sky[-2], 0.55)
    lit = mix(palette.horizon, palette.light, 0.5)
    paint_clouds(canvas, dice, horizon, cover=cover, colour=dark_cloud, lit=lit)
    if "lightning" in brief.weather:
        paint_lightning(canvas, dice, light_x, horizon)


def _paint_place(canvas: Canvas, brief: Brief, dice: Random, horizon: float, light_x: float) -> list[Point]:
    """Paint the land and give the skyline on which a figure can stand."""
    palette = canvas.palette
    rim = mix(palette.horizon, palette.light, 0.3)
    flat = [(0.0, canvas.height - 0.12), (canvas.width, canvas.height - 0.12)]
    if brief.scene == "sea":
        rough = 1.0 if brief.mood == "storm" else 0.12
        paint_sea(canvas, dice, horizon, rough=rough, light_x=None if brief.mood == "storm" else light_x)
        return flat
    if brief.scene == "city":
        paint_city(canvas, dice, horizon, neon=brief.mood == "neon", wet="rain" in brief.weather or palette.dark)
        return flat
    if brief.scene == "forest":
        return paint_forest(canvas, dice, horizon, rim)
    if brief.scene == "meadow":
        return paint_meadow(canvas, dice, horizon)
    if brief.scene == "desert":
        return paint_dunes(canvas, dice, horizon)
    if brief.scene == "space":
        return paint_regolith(canvas, dice, horizon)
    if not palette.dark:
        paint_birds(canvas, dice, light_x, horizon * 0.6, 9, palette.near)
    return paint_ridges(canvas, dice, horizon, layers=5, jagged=True, rim=rim)


def _paint_subjects(
    canvas: Canvas, brief: Brief, dice: Random, horizon: float, ground: list[Point], side: int
) -> None:
    tall = canvas.height
    x = canvas.width * (0.5 + side * 0.16 * min(1.0, canvas.width - 0.4))
    foot = min(_level(ground, x) + 0.05, tall - 0.13)
    tint = brief.tint
    accent = tint or canvas.palette.accent
    red = tint or rgb("c8352f")
    names = list(brief.subjects)

    def figure(height: float, *, at: float = x, on: float = foot, mirrored: bool = side > 0) -> Figure:
        return Figure(canvas, at, on, height, mirrored=mirrored)

    if "bird" in names:
        paint_birds(canvas, dice, canvas.width * 0.5, horizon * 0.5, 26, mix(canvas.palette.near, canvas.palette.far, 0.1))
    if "lighthouse" in names:
        rock = min(horizon + 0.16, tall - 0.3)
        height = min(0.66, rock - 0.17)
        if brief.scene == "sea":
            paint_rock(canvas, dice, x, rock + 0.06, 0.62, 0.13)
            lit = figure(height, on=rock - 0.055, mirrored=False)
        else:
            lit = figure(height, mirrored=False)
        paint_lighthouse(lit, mix(red, canvas.palette.near, 0.1), lit=canvas.palette.dark or brief.mood in {"storm", "dusk", "dawn"})
    if "balloon" in names:
        paint_balloon(figure(0.36, on=horizon * 0.78), mix(red, accent, 0.2))
        for at, on, height in ((0.2, 0.46, 0.14), (0.84, 0.36, 0.1)):
            paint_balloon(figure(height, at=canvas.width * (at if side > 0 else 1 - at), on=horizon * on), accent)
    if "rocket" in names:
        paint_rocket(figure(0.4, on=horizon * 0.72), red)
    if "boat" in names:
        paint_boat(figure(0.4, on=min(horizon + 0.17, tall - 0.22)), mix(rgb("f4ead6"), tint, 0.6) if tint else rgb("f4ead6"))
    standing: dict[str, Callable[[], None]] = {
        "castle": lambda: paint_castle(figure(0.36, on=horizon + 0.16), dice, tint or rgb("3b5f8a")),
        "tree": lambda: paint_tree(figure(0.6), dice, tint or mix(rgb("e88fb0") if brief.mood in {"", "day", "dawn"} else accent, accent, 0.25)),
        "cabin": lambda: paint_cabin(figure(0.24), dice, tint or rgb("7c2f33")),
        "robot": lambda: paint_robot(figure(0.5), tint or rgb("7fa6b8")),
        "person": lambda: paint_traveller(figure(0.3), tint or rgb("a8322d")),
        "cat": lambda: paint_cat(figure(0.42), coat("cat", tint)),
        "rabbit": lambda: paint_cat(figure(0.32), coat("rabbit", tint), long_ears=True),
        "fox": lambda: paint_fox(figure(0.46), coat("fox", tint), dice),
        "wolf": lambda: paint_fox(figure(0.46), coat("wolf", tint), dice),
        "dog": lambda: paint_fox(figure(0.42), coat("dog", tint), dice),
    }
    rider = "astronaut" in names and "horse" in names
    for name, paint in standing.items():
        if name in names:
            paint()
    if "horse" in names:
        height = 0.5
        left = -0.42 * height if side < 0 else 0.42 * height
        hide = tint or (rgb("e9e2da") if canvas.palette.dark else rgb("6b3f28"))
        horse = figure(height, at=x + left, mirrored=side > 0)
        paint_horse(horse, hide)
        if rider:
            seat_x, seat_y = horse.at(0.42, 0.7)
            paint_astronaut(figure(height * 0.62, at=seat_x, on=seat_y), rgb("ff7a45"), riding=True)
    if "astronaut" in names and not rider:
        paint_astronaut(figure(0.5), rgb("ff7a45") if not tint else tint)


def _level(line: list[Point], x: float) -> float:
    return min(line, key=lambda point: abs(point[0] - x))[1]
