"""Pictures for the sandbox, painted with nothing but Pillow."""

from .frame import picture_size
from .painter import paint, paint_plain

__all__ = ["paint", "paint_plain", "picture_size"]
