"""What a check-up of the installation finds: one line of its table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How it stands with one thing."""

    FINE = "fine"
    NOTE = "note"  # it works, but somebody should know or mend it
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """`part` is what was looked at, `said` what is so, `advice` what to do. None of them ever holds a secret."""

    part: str
    health: Health
    said: str
    advice: str = ""


def fine(part: str, said: str) -> Finding:
    return Finding(part, Health.FINE, said)


def note(part: str, said: str, advice: str = "") -> Finding:
    return Finding(part, Health.NOTE, said, advice)


def broken(part: str, said: str, advice: str = "") -> Finding:
    return Finding(part, Health.BROKEN, said, advice)
