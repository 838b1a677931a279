"""Colours: mixing them, and the palettes that a mood brings."""

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass, replace

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Go from `one` (share 0) to `other` (share 1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def rgb(hexadecimal: str) -> Colour:
    """Read `e76f51`."""
    return int(hexadecimal[:2], 16), int(hexadecimal[2:4], 16), int(hexadecimal[4:], 16)


def tinted(colour: Colour, tint: Colour, share: float) -> Colour:
    """Take on a tint's hue but keep the lightness, so that a blue dusk is still a dusk."""
    _, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    hue, _, tint_saturation = colorsys.rgb_to_hls(*(part / 255 for part in tint))
    target = colorsys.hls_to_rgb(hue, lightness, (saturation + tint_saturation) / 2)
    return mix(colour, tuple(round(part * 255) for part in target), share)  # type: ignore[arg-type]  # three parts in, three out


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one mood; `sky` runs from the zenith to the horizon, `far` to `near` is the land."""

    sky: tuple[Colour, ...]
    light: Colour
    far: Colour
    near: Colour
    accent: Colour
    dark: bool = False

    def tint(self, colour: Colour) -> "Palette":
        """Lean towards a colour that the prompt names."""
        return replace(
            self,
            sky=tuple(tinted(part, colour, 0.55) for part in self.sky),
            far=tinted(self.far, colour, 0.6),
            near=tinted(self.near, colour, 0.5),
            accent=mix(self.accent, colour, 0.7),
        )

    @property
    def horizon(self) -> Colour:
        """The sky where it meets the land."""
        return self.sky[-1]


def _palette(sky: str, light: str, far: str, near: str, accent: str, *, dark: bool = False) -> Palette:
    return Palette(tuple(map(rgb, sky.split())), rgb(light), rgb(far), rgb(near), rgb(accent), dark)


MOODS: Mapping[str, tuple[Palette, ...]] = {
    "day": (
        _palette("2f7fb8 69b3d6 bfe3e6 fdf3d7", "fffbe6", "8fb8c4", "1f4a48", "f2a65a"),
        _palette("3a8fb0 86c7c9 d5ead9 fff1cf", "fffdf0", "93bdb5", "24483a", "ef8354"),
    ),
    "dawn": (
        _palette("3b5b92 8c8fc0 e8aeb4 ffd9a8 fff0cf", "fff4d6", "a58fb5", "2c2f55", "ff9e6d"),
        _palette("49659b 9aa5cf f2c1c6 ffe0bd", "fff3dc", "a9a5c9", "2d3b5e", "f79d84"),
    ),
    "dusk": (
        _palette("241a4d 5b2a6e b8456b f0804f ffc66b", "ffe7a8", "9c4a6b", "1c1233", "ffb347"),
        _palette("1d2350 4c3a7d a2527f ee8a6a ffd08a", "ffedbd", "8a5080", "171333", "ffa552"),
        _palette("143049 2f5f75 8a8f80 eaa65c ffd98b", "fff0c0", "6a6f70", "0f1d28", "ff8c42"),
    ),
    "night": (
        _palette("050a24 0d1c45 1d3a6b 35608c", "f4f1de", "2a4a75", "050b1c", "ffd37a", dark=True),
        _palette("0a0722 1c1446 3a2a6e 6a4c93", "fdf0ff", "41357a", "0a0818", "ffcf86", dark=True),
        _palette("041a24 07303c 115260 2f8177", "e9fff4", "1a5960", "031117", "ffd37a", dark=True),
    ),
    "storm": (
        _palette("10171f 1f2d38 3a4d58 6d8084 a7aea2", "e9f3f5", "4a5c66", "0b141b", "ffce6b", dark=True),
        _palette("14132a 27294a 454d6b 7c8795 b9b7ac", "eef0ff", "4d5472", "0d0f1f", "ffc45e", dark=True),
    ),
    "neon": (
        _palette("0a0420 1e0a45 4a1172 a01f80 ff4f8b", "ff8fd0", "4d1a74", "0b0620", "19e3ff", dark=True),
        _palette("020c24 08244e 11477e 2a86a8 5fe0d0", "8ffcff", "14457a", "030a1e", "ff3fa4", dark=True),
        _palette("0c0524 2a0d52 64197c c93c78 ff9a5c", "ffc1a0", "5a1f70", "0c0720", "2bf0e0", dark=True),
    ),
    "space": (
        _palette("03030f 0a0a24 17143f 2c2256", "fff6e0", "7a7896", "22202f", "ff9f6b", dark=True),
        _palette("020812 06182a 0d2f48 1c4f66", "f2fbff", "7f93a0", "1a242c", "ffb870", dark=True),
    ),
    "autumn": (
        _palette("5b7a99 a5b0b0 e6cfa6 ffdf9e", "fff3c9", "c98b5a", "3d1f14", "e4572e"),
        _palette("6a5b7a b9959a eebd93 ffd9a0", "fff0cc", "b5705a", "34171a", "f08a24"),
    ),
    "winter": (
        _palette("5a7ea6 93b4d0 cfdfea f6efe9", "fffaf0", "b4c8da", "33506e", "e86a5c"),
        _palette("50618f 8f9cc4 cdd0e3 fbe7e1", "fff5ee", "aab6d6", "2e3d63", "f2836b"),
    ),
}
