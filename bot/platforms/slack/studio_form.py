"""The form of a community's settings: it shows what holds now and is read back as changes of settings.

https://docs.slack.dev/reference/block-kit/blocks/input-block
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards.sentences import words
from bot.cards.settings_card import ceiling_hint, settings_card
from bot.domain.community import Community
from bot.domain.community_fields import write_field
from bot.domain.limits import Limits
from bot.grammar.options import CLARITY, NO_STYLE, NUMBER, RATIO, STYLE, Option

from .limits import OPTION_TEXT, SECTION_TEXT, TEXT_INPUT, VIEW_TITLE
from .render import section
from .text import clip, escape
from .words import word

STUDIO_FORM = "im-studio"
PAUSED, ADD, REMOVE = "paused", "words_add", "words_remove"

_LIMITS = ("user_daily", "monthly", "user_running", "user_waiting", "cooldown")
_CHOICES: tuple[tuple[str, Option], ...] = (
    ("default_ratio", RATIO),
    ("default_n", NUMBER),
    ("default_clarity", CLARITY),
    ("default_style", STYLE),
)
_CHANNELS = ("moderation_channel", "gallery_channel")
_TEXTS = ("timezone", "weights", "retention_days")
_TABLES = ("role_daily", "styles")  # of several lines
_CHANNEL_DAILY, _WHERE = "channel_daily", "channel_daily_where"
_PLACES = {"include": ["public", "private"], "exclude_bot_users": True}
_SHORT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What came back. `changes` are for Settings.change; words one a line, with whether only as a word of its own.

    `channel_daily` is one channel's id, and how many points a day everybody there has together; nothing: no limit.
    """

    changes: Mapping[str, str]
    channel_daily: tuple[str, str] | None
    paused: bool | None
    add: tuple[tuple[str, bool], ...]
    remove: tuple[tuple[str, bool], ...]


def studio_view(
    community: Community, limits: Limits, locale: str, *, ways: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """For views.open. `limits` are the operator's, `ways` are buttons that lead to other forms."""
    blocked = settings_card(community, limits, locale).notes[-1]
    blocks = [
        *([{"type": "actions", "elements": [dict(way) for way in ways]}] if ways else []),
        section(escape(word("studio-intro", locale))),
        _pause(community, locale),
        {"type": "divider"},
        *(_text(name, community, locale, hint=ceiling_hint(name, community, limits, locale)) for name in _LIMITS),
        _table("role_daily", community, locale, hint=_role_daily_hint(community, limits, locale)),
        *_channels_daily(community, locale),
        *(_choice(name, option, community, locale) for name, option in _CHOICES),
        *([_table("styles", community, locale, hint=word("studio-styles-hint", locale))] if _fits(community) else []),
        {"type": "divider"},
        _many_channels(community, locale),
        *(_channel(name, community, locale) for name in _CHANNELS),
        {"type": "divider"},
        section(clip(escape("".join(str(part) for part in blocked)), SECTION_TEXT)),
        _lines(ADD, locale),
        _lines(REMOVE, locale),
        {"type": "divider"},
        *(_text(name, community, locale) for name in _TEXTS),
    ]
    return {
        "type": "modal",
        "callback_id": STUDIO_FORM,
        "title": _plain(clip(word("studio-title", locale), VIEW_TITLE)),
        "submit": _plain(word("studio-save", locale)),
        "close": _plain(word("form-close", locale)),
        "blocks": blocks,
    }


def read_studio(view: Mapping[str, Any]) -> Studio:
    """A submitted form; a field that it doesn't have is left as it is."""
    values = {
        block: field
        for block, fields in ((view.get("state") or {}).get("values") or {}).items()
        for field in fields.values()
    }
    changes = {name: _typed(values[name]) for name in (*_LIMITS, *_TEXTS, *_TABLES) if name in values}
    changes |= {name: _chosen(values[name]) for name, _ in _CHOICES if name in values}
    changes |= {name: str(values[name].get("selected_conversation") or "") for name in _CHANNELS if name in values}
    if "allowed_channels" in values:
        changes["allowed_channels"] = ", ".join(values["allowed_channels"].get("selected_conversations") or ())
    if changes.get("default_style") == NO_STYLE:
        changes["default_style"] = ""
    paused = _chosen(values.get(PAUSED) or {})
    where = str((values.get(_WHERE) or {}).get("selected_conversation") or "")
    return Studio(
        changes=changes,
        channel_daily=(where, _typed(values.get(_CHANNEL_DAILY) or {}).strip()) if where else None,
        paused={"yes": True, "no": False}.get(paused),
        add=tuple(_words_in(_typed(values.get(ADD) or {}))),
        remove=tuple(_words_in(_typed(values.get(REMOVE) or {}))),
    )


def with_channel(community: Community, channel_daily: tuple[str, str]) -> str:
    """The whole table of channels with this one's number, for Settings.change."""
    where, number = channel_daily
    others = {channel: most for channel, most in community.channel_daily.items() if channel != where}
    rows = [f"{channel}={most}" for channel, most in others.items()]
    return ", ".join([*rows, f"{where}={number}"] if number else rows)


def _words_in(text: str) -> Iterator[tuple[str, bool]]:
    """One a line; never only as a word of its own where a script has no spaces."""
    for line in filter(None, map(str.strip, text.splitlines())):
        found = line.strip("*").strip()
        within = line != line.strip("*") or any(unicodedata.east_asian_width(letter) in "WF" for letter in found)
        yield found, not within


def _typed(field: Mapping[str, Any]) -> str:
    return str(field.get("value") or "")


def _chosen(field: Mapping[str, Any]) -> str:
    return str((field.get("selected_option") or {}).get("value") or "")


def _role_daily_hint(community: Community, limits: Limits, locale: str) -> str:
    told = ceiling_hint("role_daily", community, limits, locale)
    stop = "。" if locale.startswith("zh") else ". "
    return stop.join(filter(None, (told, word("studio-role_daily-hint", locale))))


def _text(name: str, community: Community, locale: str, *, hint: str = "") -> dict[str, Any]:
    element: dict[str, Any] = {"type": "plain_text_input", "max_length": _SHORT}
    if value := write_field(community, name):
        element["initial_value"] = value[:_SHORT]
    return _input(name, words(f"field-{name}", locale), element, hint=hint)


def _table(name: str, community: Community, locale: str, *, hint: str) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "plain_text_input", "multiline": True, "max_length": TEXT_INPUT}
    if value := write_field(community, name):
        element["initial_value"] = value
    return _input(name, words(f"field-{name}", locale), element, hint=hint)


def _fits(community: Community) -> bool:
    """Whether a field takes all of its styles; else they are left to the other ways of setting them."""
    return len(write_field(community, "styles")) <= TEXT_INPUT


def _channels_daily(community: Community, locale: str) -> Iterator[dict[str, Any]]:
    """Nobody knows a channel's id: one is chosen, and its number typed."""
    label = words(f"field-{_CHANNEL_DAILY}", locale)
    if community.channel_daily:
        there = ", ".join(f"<#{escape(channel)}>: {most}" for channel, most in community.channel_daily.items())
        yield section(clip(f"{escape(label)}: {there}", SECTION_TEXT))
    where: dict[str, Any] = {"type": "conversations_select", "filter": _PLACES}
    yield _input(_WHERE, label, where)
    number = {"type": "plain_text_input", "max_length": _SHORT}
    yield _input(_CHANNEL_DAILY, word("studio-channel_daily", locale), number, hint=word("studio-none-hint", locale))


def _lines(name: str, locale: str) -> dict[str, Any]:
    element = {"type": "plain_text_input", "multiline": True, "max_length": TEXT_INPUT}
    return _input(name, word(f"studio-{name}", locale), element, hint=word("studio-words-hint", locale))


def _choice(name: str, option: Option, community: Community, locale: str) -> dict[str, Any]:
    offered = [(str(choice.value), choice.label) for choice in option.choices(locale)]
    now = str(getattr(community, name) or NO_STYLE)
    if option is STYLE:
        offered += [(style, style) for style in community.styles]
    return _select(name, words(f"field-{name}", locale), offered, now)


def _pause(community: Community, locale: str) -> dict[str, Any]:
    offered = [("no", words("settings-running", locale)), ("yes", words("settings-paused", locale))]
    return _select(PAUSED, word("studio-state", locale), offered, "yes" if community.paused else "no")


def _select(name: str, label: str, offered: list[tuple[str, str]], now: str) -> dict[str, Any]:
    options = [{"text": _plain(clip(text, OPTION_TEXT)), "value": value} for value, text in offered]
    element: dict[str, Any] = {"type": "static_select", "options": options}
    if initial := [item for item in options if item["value"] == now]:
        element["initial_option"] = initial[0]
    return _input(name, label, element)


def _many_channels(community: Community, locale: str) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "multi_conversations_select", "filter": _PLACES}
    if community.allowed_channels:
        element["initial_conversations"] = list(community.allowed_channels)
    label = words("field-allowed_channels", locale)
    return _input("allowed_channels", label, element, hint=word("studio-allowed-hint", locale))


def _channel(name: str, community: Community, locale: str) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "conversations_select", "filter": _PLACES}
    if now := getattr(community, name):
        element["initial_conversation"] = now
    return _input(name, words(f"field-{name}", locale), element)


def _input(name: str, label: str, element: Mapping[str, Any], *, hint: str = "") -> dict[str, Any]:
    block = {
        "type": "input",
        "block_id": name,
        "label": _plain(label),
        "element": {**element, "action_id": name},
        "optional": True,
    }
    return block | ({"hint": _plain(hint)} if hint else {})


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
