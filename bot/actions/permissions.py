"""Who may do what: each function raises NotAllowed for a person without the permission."""

from __future__ import annotations

from bot.domain.errors import NotAllowed
from bot.domain.people import Person


def require_moderator(person: Person) -> None:
    """Acts on what others made: removes, locks, blocks words, pauses the community, reads the trail."""
    if not (person.moderator or person.manager or person.operator):
        raise NotAllowed("moderators-only")


def require_manager(person: Person) -> None:
    """Changes the community's settings and what people may use."""
    if not (person.manager or person.operator):
        raise NotAllowed("managers-only")


def require_operator(person: Person) -> None:
    """Runs this Easel: pauses everything."""
    if not person.operator:
        raise NotAllowed("operator-only")
