"""What somebody did to order pictures, as one event: it orders once, however often and wherever it is delivered."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# How long an event is known. Chats deliver an event again within hours; a message can be edited much later than that.
EVENT_KEPT = timedelta(days=30)
# A second press on the same button within this time after the first one ordered is a double press.
DOUBLE_PRESS = timedelta(seconds=3)


class Repeat(StrEnum):
    """Why a request ordered nothing new."""

    EVENT = "event"  # the same event was delivered again, or to another process
    PRESS = "press"  # the same person pressed the same button twice in a moment


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """An event that may order.

    `id`: what the platform calls the event, the same whenever and to whichever process it is delivered. `press`: who
    pressed which button of which message; empty for what is no button. `at`: when it happened, as far as we know.
    `content`: a digest of what was asked, where the same id with other content is the sender's mistake. `origin`: the
    id of the event whose refusal offered what is taken now; that event orders nothing of its own any more.
    """

    id: str
    at: datetime
    press: str = ""
    content: str = ""
    origin: str = ""


def event_key(*parts: str) -> str:
    """One key of several parts, such as platform, channel and message: no part, whatever is in it, makes another's."""
    return json.dumps(parts)


def content_digest(content: object) -> str:
    """Of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
