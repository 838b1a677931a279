"""Controls of the direction of writing: invisible, and able to turn around the words that a bot writes beside them."""

from __future__ import annotations

import re

# Embeddings, overrides, isolates and marks: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
DIRECTION_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROLS = re.compile(f"[{DIRECTION_CONTROLS}]")


def without_direction_controls(text: str) -> str:
    """The text as its letters alone direct it: Arabic and Hebrew stay readable, joiners and all."""
    return text if text.isascii() else _CONTROLS.sub("", text)
