"""What whoever manages the page decides about a person: the same deeds as in every chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions.people_rules import PeopleRules
from bot.domain.moderation import AuditEntry, Block
from bot.domain.people import Person

from .answers import Problem
from .names import guest_name
from .render import iso
from .requests import text_in

DEEDS = ("lock", "block", "lift", "forgive", "reset")


async def act_on(people: PeopleRules, by: Person, body: Mapping[str, Any]) -> AuditEntry:
    """`{"person", "deed", "reason"?}`. A Problem for what is no deed; whatever the action refuses."""
    user_id, deed, reason = text_in(body, "person"), body.get("deed"), body.get("reason", "")
    if not isinstance(reason, str):
        raise Problem(400, "bad-request")
    match deed:
        case "lock":
            return await people.lock(by, user_id, reason=reason)
        case "block":
            return await people.block(by, user_id, reason=reason)
        case "lift":
            return await people.lift(by, user_id)
        case "forgive":
            return await people.forgive(by, user_id)
        case "reset":
            return await people.reset_day(by, user_id)
        case _:
            raise Problem(400, "bad-request")


def block_json(block: Block, locale: str) -> dict[str, Any]:
    """`until` is null where it holds until somebody lifts it."""
    return {
        "id": block.user_id,
        "name": guest_name(block.user_id, locale),
        "until": None if block.until is None else iso(block.until),
        "reason": block.reason,
    }
