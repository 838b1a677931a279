"""What a person did in Slack as an event that orders once, whichever socket or process it comes to.

Slack delivers a message again under other event ids: when it is edited, and to another process after a lost
acknowledgement. What stays is its channel and its time stamp (https://docs.slack.dev/reference/events/message).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.order_event import EVENT_KEPT, OrderEvent, event_key

NAME = "slack"


def order_event(body: Mapping[str, Any], context: Mapping[str, Any], now: datetime) -> OrderEvent | None:
    """None for what carries nothing to tell it by. Buttons also have a double press."""
    team = str(context.get("team_id") or context.get("enterprise_id") or "")
    match body.get("type"):
        case "event_callback":
            event = body.get("event") or {}
            return _event(now, team, "message", event.get("channel"), event.get("ts"))
        case "view_submission":
            view = body.get("view") or {}
            return _event(now, team, "view", view.get("id"), view.get("hash"))
        case "block_actions":
            return _press(body, team, now)
        case _:
            return _event(now, team, "trigger", body.get("trigger_id"))


def is_old_edit(event: Mapping[str, Any], now: datetime) -> bool:
    """Whether this is an edit of a message that is too old to know whether a job has come of it."""
    if not event.get("edited"):
        return False
    try:
        written = float(event.get("ts") or 0)
    except (TypeError, ValueError):
        return True
    return now.timestamp() - written > EVENT_KEPT.total_seconds()


def _press(body: Mapping[str, Any], team: str, now: datetime) -> OrderEvent | None:
    container: Mapping[str, Any] = body.get("container") or {}
    action: Mapping[str, Any] = next(iter(body.get("actions") or ()), {})
    where = container.get("message_ts") or container.get("view_id") or (body.get("view") or {}).get("id")
    parts = (
        team,
        "press",
        (body.get("user") or {}).get("id"),
        container.get("channel_id"),
        where,
        action.get("action_id"),
        action.get("value"),
    )
    press = event_key(NAME, *(str(part or "") for part in parts))
    at = action.get("action_ts") or body.get("trigger_id")
    return OrderEvent(id=event_key(press, str(at)), at=now, press=press) if at else None


def _event(now: datetime, team: str, *parts: object) -> OrderEvent | None:
    if not all(parts):
        return None
    return OrderEvent(id=event_key(NAME, team, *map(str, parts)), at=now)
