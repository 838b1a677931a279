"""The operator as one who acts: permitted everywhere, and named in every community's audit trail."""

from __future__ import annotations

from bot.domain.people import Person

OPERATOR_ID = "operator"


def operator_at(platform: str, community_id: str) -> Person:
    """Whoever runs this Easel, in a community of their choice."""
    return Person(
        platform=platform,
        community_id=community_id,
        user_id=OPERATOR_ID,
        name="Operator",
        moderator=True,
        manager=True,
        operator=True,
    )
