"""What whoever manages the page decides about a person: the same deeds as in every chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions import Actions
from bot.domain.moderation import AuditEntry, Block
from bot.domain.people import Person
from bot.interactions.people import decide
from bot.interactions.people_form import DEEDS

from .answers import Problem
from .names import Names
from .render import iso
from .requests import text_in


async def act_on(actions: Actions, by: Person, body: Mapping[str, Any]) -> AuditEntry:
    """`{"person", "deed", "reason"?}`. A Problem for what is no deed; whatever the action refuses."""
    user_id, deed, reason = text_in(body, "person"), body.get("deed"), body.get("reason", "")
    if deed not in DEEDS or not isinstance(reason, str):
        raise Problem(400, "bad-request")
    return await decide(actions, by, user_id, deed=deed, reason=reason)


def block_json(block: Block, names: Names, locale: str) -> dict[str, Any]:
    """`until` is null where it holds until somebody lifts it."""
    return {
        "id": block.user_id,
        "name": names.name(block.user_id, locale),
        "until": None if block.until is None else iso(block.until),
        "reason": block.reason,
    }
