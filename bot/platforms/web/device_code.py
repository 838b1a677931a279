"""The code that is shown on one device and typed on another: short, and without letters that look alike."""

from __future__ import annotations

import secrets
from typing import Final

# Crockford's base 32: https://www.crockford.com/base32.html
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_HALF: Final = 4  # twice four of 32: 40 bits, for five minutes and bounded guesses


def new_code() -> str:
    """As it is shown: `7K3M-Q9XA`."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_HALF)) for _ in range(2))


def read_code(text: str) -> str:
    """What somebody typed, as it is hashed: case, dashes and look-alikes don't matter."""
    return text.upper().translate(_ALIKE)
