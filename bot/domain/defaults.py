"""What one person wants where their request doesn't say it."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """A person's own, wherever on their platform they are; None: as the community has it.

    `style` may be a community's own: elsewhere it is passed over. "none" wants no style whatever the community's is.
    """

    ratio: str | None = None
    n: int | None = None
    clarity: int | None = None
    style: str | None = None


# The options of a request, in the order in which they are told.
OPTION_NAMES = tuple(field.name for field in fields(Defaults))
