"""The built-in styles: a name that people type, and the words that it adds to the prompt."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STYLES: Mapping[str, str] = MappingProxyType(
    {
        "photo": "photorealistic, natural light, 35mm photograph",
        "film": "cinematic film still, anamorphic lens, dramatic light",
        "watercolor": "loose watercolor painting, soft washes, paper texture",
        "oil": "oil painting, visible brush strokes, rich colours",
        "ink": "ink drawing, confident black lines, white paper",
        "anime": "anime illustration, clean lines, vivid colours",
        "pixel": "pixel art, limited palette, crisp pixels",
        "clay": "clay model, stop-motion look, soft studio light",
        "flat": "flat vector illustration, simple shapes, bold colours",
        "sketch": "pencil sketch, light shading, construction lines",
    }
)
