"""LABEL_ON_PICTURES: with which font of this machine it is drawn."""

from __future__ import annotations

from pathlib import Path

from bot.pictures.overlay import Overlay


def visible_label(text: str | None, font_path: Path | None = None) -> Overlay | None:
    """What is drawn on every picture; None for nothing. `font_path` is tried first.

    ValueError: no font has all characters of `text`.
    """
    if text is None:
        return None
    from bot.drawing.fonts import Lettering, find_fonts  # noqa: PLC0415 - letters for those who want some

    for font in find_fonts(font_path):
        lettering = Lettering([font], 20)
        if all(lettering.has_glyph(character) for character in text if not character.isspace()):
            return Overlay(text=text, font=font)
    if text.isascii():
        return Overlay(text=text)  # Pillow brings letters of its own
    raise ValueError(
        f"LABEL_ON_PICTURES: no font of this machine has all characters of {text}. Install one, for example: "
        "apt-get install fonts-wqy-microhei. Or set FONT_PATH."
    )
