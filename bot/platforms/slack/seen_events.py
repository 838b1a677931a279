"""Slack sends again what it believes unheard: after a lost acknowledgement, a reconnection, a slow answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from .limits import REMEMBERED


class SeenEvents:
    """Remembers what was done lately, so that it is done once."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._seen: OrderedDict[str, None] = OrderedDict()

    def first(self, key: str) -> bool:
        """Whether this key is new. An empty one always is: there is nothing to tell it by."""
        if not key:
            return True
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return True

    def forget(self, key: str) -> None:
        """Nothing was done: the same may come again with something else in it."""
        self._seen.pop(key, None)


def key_of(body: Mapping[str, Any]) -> str:
    """What stays the same when Slack sends the same again: an event's id, a trigger's, a state of a form."""
    if body.get("type") == "event_callback":
        return f"event:{body['event_id']}" if body.get("event_id") else ""
    if body.get("type") == "view_submission":
        view = body.get("view") or {}
        return f"view:{view.get('id')}:{view.get('hash')}"
    return f"trigger:{body['trigger_id']}" if body.get("trigger_id") else ""
