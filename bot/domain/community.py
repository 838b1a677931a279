"""What a community (guild, workspace, the page) has decided for itself. Whoever manages it changes these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.models import MODEL
from bot.domain.request import DEFAULT_PICTURES


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedWord:
    """`whole`: only as a word of its own; else also within other words, as Chinese needs."""

    word: str
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """What the operator allows one community in place of the limits for all; None is no exception.

    Made on the operator's machine alone. The names and units are those of Community's own fields; `role_daily` holds
    for the people of a role in place of `user_daily`.
    """

    user_daily: int | None = None
    user_running: int | None = None
    user_waiting: int | None = None
    monthly: int | None = None
    cooldown: int | None = None
    role_daily: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """One community's settings; None means "as the operator has set it".

    Its limits hold below the operator's (bot/domain/ceilings.py), and `exceptions` are the operator's for it.

    Limits count points: a picture is one, unless `weights` says that its clarity counts more. `role_daily` gives the
    people of a role their own daily limit (the most generous of theirs holds), `channel_daily` bounds everybody
    in a channel together. `timezone` is an IANA name: days and months begin there. `retention_days`: how long
    pictures and prompts are kept; starred ones stay.
    """

    platform: str
    community_id: str
    timezone: str = "UTC"
    paused: bool = False
    user_daily: int | None = None
    user_running: int | None = None
    user_waiting: int | None = None
    monthly: int | None = None
    cooldown: int | None = None  # seconds between two requests of one person
    role_daily: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    channel_daily: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    weights: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))  # clarity → points a picture
    allowed_channels: tuple[str, ...] = ()  # none named: all
    blocked_words: tuple[BlockedWord, ...] = ()
    moderation_channel: str | None = None
    gallery_channel: str | None = None
    default_ratio: str = MODEL.default_ratio
    default_clarity: int = MODEL.default_clarity
    default_n: int = DEFAULT_PICTURES
    default_style: str | None = None
    styles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # its own: name → words
    retention_days: int | None = None
    exceptions: Exceptions = field(default_factory=Exceptions)  # never saved with the settings
