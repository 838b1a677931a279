"""A request to the page as an event that orders once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.domain.order_event import OrderEvent, content_digest, event_key

from .answers import Problem
from .visitors import Visitor

# https://www.ietf.org/archive/id/draft-ietf-httpapi-idempotency-key-header-07.html, with or without its quotes.
HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def order_event(
    request: web.Request, body: Mapping[str, Any], visitor: Visitor, now: datetime, *, press: bool = False
) -> OrderEvent | None:
    """By its Idempotency-Key; without one, of a button by who pressed what. Problem: the key can't be one.

    A key belongs to its visitor, and to what was asked with it: the same key with another request is refused.
    """
    person = visitor.person
    asked = {"path": request.path, "body": dict(body)}
    key = request.headers.get(HEADER)
    if key is not None:
        if _KEY.fullmatch(key) is None:
            raise Problem(400, "bad-idempotency-key")
        return OrderEvent(id=event_key(person.platform, person.user_id, key), at=now, content=content_digest(asked))
    if not press:
        return None
    pressed = event_key(person.platform, person.user_id, "press", content_digest(asked))
    return OrderEvent(id=event_key(pressed, secrets.token_hex(8)), at=now, press=pressed)
