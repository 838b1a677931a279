"""A refusal in the audit trail: what is kept of it, and how it is read back. Never a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.errors import BadOption, OverLimit, Refused
from bot.domain.moderation import EASEL, EASEL_NAME, AuditAction, AuditEntry
from bot.domain.people import Person
from bot.domain.ports import NewAudit

_NUMBERS = frozenset({"limit", "used", "wanted", "fits", "left", "points", "room"})
_MOMENTS = frozenset({"resets_at", "until"})
# Codes of BadOption: the same text is refused at any time.
WRONG_AS_TYPED = frozenset(
    {
        *("bad-ratio", "bad-n", "bad-clarity", "bad-style", "foreign-option"),
        *("prompt-empty", "prompt-too-long", "matrix-too-large"),
    }
)
_NOT_VALUES = frozenset({"code", "channel"})
# Of what was typed wrongly; `understood` and `others` quote the rest of the request.
_KEPT_OF_OPTIONS = frozenset({"word", "option", "nearest", "length", "limit", "most"})
_MOST_KEPT = 100  # characters of one value of these: a wrong word has any length


def refusal_audit(refused: Refused, author: Person, channel_id: str) -> NewAudit:
    """The target is the person who was refused; code, channel and the sentence's values are the detail.

    Of a BadOption only the wrong word is kept, clipped, and never the prompt around it.
    """
    values = {
        name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in refused.values.items()
    }
    if isinstance(refused, BadOption):
        values = {name: value[:_MOST_KEPT] for name, value in values.items() if name in _KEPT_OF_OPTIONS}
    return NewAudit(
        platform=author.platform,
        community_id=author.community_id,
        actor_id=EASEL,
        actor_name=EASEL_NAME,
        action=AuditAction.REFUSED,
        target=author.user_id,
        detail=values | {"code": refused.code, "channel": channel_id},
    )


def refusal_of(entry: AuditEntry) -> Refused:
    """The refusal that an entry tells of, as far as it was kept."""
    code = entry.detail.get("code", "")
    kind = OverLimit if code.startswith("limit-") else Refused
    refused = kind(code, **_values(entry.detail))
    refused.entry_id = entry.id
    return refused


def _values(detail: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in detail.items():
        if name in _NUMBERS:
            values[name] = int(text)
        elif name in _MOMENTS:
            values[name] = datetime.fromisoformat(text)
        elif name not in _NOT_VALUES:
            values[name] = text
    return values
