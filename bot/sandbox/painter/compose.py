"""Puts sky, land and figures together."""

from dataclasses import replace
from random import Random

from .abstract import paint_abstract
from .canvas import Canvas, Point
from .cast import paint_cast
from .city import paint_city
from .colours import MOODS, Palette, mix, rgb
from .land import (
    paint_dunes,
    paint_forest,
    paint_meadow,
    paint_regolith,
    paint_ridges,
)
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
from .water import NEAR_ROWS, SEA_ROWS, paint_glitter, paint_sea, paint_waves
from .words import Brief

HORIZONS = {"sea": 0.6, "city": 0.8, "forest": 0.5, "meadow": 0.56, "desert": 0.56, "mountain": 0.5, "space": 0.74}
"""Share of the height."""
OPEN_MOODS = {
    "forest": ("dusk", "dawn", "autumn", "night"),
    "meadow": ("dawn", "dusk", "day", "autumn"),
    "city": ("dusk", "night", "neon", "dawn"),
    "sea": ("dusk", "dawn", "night", "day"),
    "mountain": ("dusk", "dawn", "night", "day"),
    "desert": ("autumn", "dusk", "dawn", "night"),
    "space": ("space",),
    "": ("dusk", "neon", "dawn", "autumn", "winter", "night"),
}
"""Where the prompt leaves the hour open, four pictures show it at four."""


def settle(brief: Brief, index: int, dice: Random) -> tuple[Brief, Palette]:
    """Settle the mood and its colours; four pictures of one prompt get four moods where it leaves that open."""
    open_moods = OPEN_MOODS[brief.scene]
    mood = brief.mood or open_moods[index % len(open_moods)]
    choices = MOODS[mood]
    palette = choices[(index if brief.mood else dice.randrange(len(choices))) % len(choices)]
    brief = replace(brief, mood=mood)
    # A colour that a figure can wear goes to the figure; the rest of the picture only leans towards it.
    if brief.tint and not brief.subjects:
        palette = palette.tint(brief.tint)
    elif brief.tint:
        palette = replace(palette, accent=mix(palette.accent, brief.tint, 0.6))
    return brief, palette


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
    foggy, fog = "fog" in brief.weather, mix(canvas.palette.horizon, (255, 255, 255), 0.2)
    if foggy:
        for level in (horizon, horizon + 0.2):
            paint_mist(canvas, dice, level, 0.5, fog, 0.7)
    paint_cast(canvas, brief, dice, horizon, ground, -side)
    if brief.scene == "sea":
        paint_waves(canvas, dice, horizon, range(SEA_ROWS - NEAR_ROWS, SEA_ROWS), rough=_roughness(brief))
        if brief.mood != "storm":
            paint_glitter(canvas, dice, horizon, light_x, (0.42, 1.0))
    if foggy:
        paint_mist(canvas, dice, canvas.height - 0.1, 0.4, fog, 0.4)
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
        paint_planet(
            canvas,
            dice,
            light_x,
            horizon * 0.36,
            0.17 * dice.uniform(0.8, 1.15),
            dice.choice((rgb("d9824a"), rgb("4f9fd8"), rgb("c95f7f"))),
        )
        paint_planet(canvas, dice, canvas.width - light_x * 0.9, horizon * 0.2, 0.042, rgb("9fb4c8"))
        return
    if palette.dark and not stormy:
        paint_stars(canvas, dice, horizon, round((130 if brief.scene == "city" else 330) * canvas.width))
    if "aurora" in brief.weather:
        paint_aurora(canvas, dice, horizon)
    elif palette.dark and (brief.moon or brief.mood == "night") and not stormy:
        paint_moon(canvas, dice, light_x, horizon * 0.32, 0.075)
    elif brief.mood == "neon":
        paint_sun(canvas, canvas.width / 2, horizon * 0.62, 0.24)
    elif not stormy:
        low = brief.mood in {"dusk", "dawn"} and brief.scene != "forest"
        paint_sun(canvas, light_x, horizon * (0.78 if low else 0.4), 0.095 if low else 0.07)
    if "aurora" in brief.weather:
        return
    cover = 0.95 if stormy else 0.25 + 0.4 * dice.random()
    dark_cloud = mix(palette.sky[0], palette.sky[1], 0.4) if stormy else mix(palette.sky[1], palette.sky[-2], 0.55)
    lit = mix(palette.horizon, palette.light, 0.5)
    paint_clouds(canvas, dice, horizon, cover=cover, colour=dark_cloud, lit=lit, heavy=stormy)
    if "lightning" in brief.weather:
        paint_lightning(canvas, dice, light_x, horizon)


def _paint_place(canvas: Canvas, brief: Brief, dice: Random, horizon: float, light_x: float) -> list[Point]:
    """Paint the land and give the skyline on which a figure can stand."""
    palette = canvas.palette
    rim = mix(palette.horizon, palette.light, 0.3)
    flat = [(0.0, canvas.height - 0.12), (canvas.width, canvas.height - 0.12)]
    if brief.scene == "sea":
        paint_sea(canvas, dice, horizon, rough=_roughness(brief), light_x=None if brief.mood == "storm" else light_x)
        return flat
    if brief.scene == "city":
        paint_city(canvas, dice, horizon, neon=brief.mood == "neon", wet="rain" in brief.weather or palette.dark)
        return flat
    if brief.scene == "mountain":
        if not palette.dark:
            paint_birds(canvas, dice, light_x, horizon * 0.6, 9, palette.near)
        return paint_ridges(canvas, dice, horizon, layers=5, jagged=True, rim=rim)
    if brief.scene == "forest":
        return paint_forest(canvas, dice, horizon, rim)
    return {"meadow": paint_meadow, "desert": paint_dunes, "space": paint_regolith}[brief.scene](canvas, dice, horizon)


def _roughness(brief: Brief) -> float:
    return 1.0 if brief.mood == "storm" else 0.12
