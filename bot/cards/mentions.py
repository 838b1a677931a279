"""Channels and persons within a text, by their ids: a platform shows them by the names that they have there."""

from __future__ import annotations

import re
from collections.abc import Callable

_CHANNEL, _PERSON, _END = "\ue000", "\ue002", "\ue001"
_MARK = re.compile(f"([{_CHANNEL}{_PERSON}])([A-Za-z0-9]{{1,40}}){_END}")


def channel_mark(channel_id: str) -> str:
    """The channel's id as it stands in a card's text; what can't be an id stays as it is."""
    return _marked(_CHANNEL, channel_id)


def person_mark(user_id: str) -> str:
    return _marked(_PERSON, user_id)


def with_mentions(text: str, *, channel: Callable[[str], str], person: Callable[[str], str]) -> str:
    """The text with what `channel` and `person` make of the ids in it."""
    return _MARK.sub(lambda found: (channel if found[1] == _CHANNEL else person)(found[2]), text)


def _marked(mark: str, name: str) -> str:
    return f"{mark}{name}{_END}" if name.isascii() and name.isalnum() else name
