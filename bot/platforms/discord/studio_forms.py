"""The forms of /studio: each shows what holds now and is read back as changes of settings.

At most five fields a form: https://docs.discord.com/developers/interactions/receiving-and-responding#modal
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.actions.people_rules import LONGEST_REASON
from bot.cards.sentences import words
from bot.cards.settings_card import ceiling_hint
from bot.domain.community import Community
from bot.domain.community_fields import LONGEST_STYLE, write_field
from bot.domain.limits import Limits
from bot.grammar.options import CLARITY, NO_STYLE, NUMBER, RATIO, STYLE, Option

from .limits import FORM_HINT, FORM_LABEL, FORM_SECONDS, FORM_TITLE, SELECT_OPTIONS
from .routes import Used, form_id
from .studio_words import studio_word
from .text import clip

ROUTE = "studio"
SECTIONS = ("defaults", "limits", "groups", "house", "channels", "words", "styles", "people")
DEEDS = ("lock", "block", "lift", "forgive", "reset")

_NUMBER, _NAME, _WORDS = 9, 64, 2000
_LIMITS = ("user_daily", "user_running", "user_waiting", "monthly", "cooldown")
_HEAVY = 4096
_PLACES = [
    discord.ChannelType.text,
    discord.ChannelType.forum,
    discord.ChannelType.news,
    discord.ChannelType.voice,  # with a chat of its own
]
_TEXT_PLACES = [discord.ChannelType.text, discord.ChannelType.news]

Field = tuple[str, str, "ui.Item[Any]"]  # label, hint, input


def studio_form(section: str, community: Community, limits: Limits, locale: str) -> ui.Modal:
    """`limits` are the operator's. KeyError for a section that there isn't."""
    title = clip(studio_word(f"section-{section}", locale), FORM_TITLE)
    form = ui.Modal(title=title, custom_id=form_id(ROUTE, section), timeout=FORM_SECONDS)
    for label, hint, item in _FIELDS[section](community, limits, locale):
        form.add_item(ui.Label(text=clip(label, FORM_LABEL), description=hint or None, component=item))
    return form


def changes_of(section: str, used: Used, community: Community) -> Mapping[str, str]:
    """What the submitted form changes, as text that `Settings.change` reads. Words and people are no settings."""
    read = _CHANGES.get(section)
    return {} if read is None else read(used, community)


def words_in(text: str) -> Iterator[tuple[str, bool]]:
    """One a line, with whether it counts only as a word of its own: never where a script has no spaces."""
    for line in filter(None, map(str.strip, text.splitlines())):
        word = line.strip("*").strip()
        within = line != line.strip("*") or any(unicodedata.east_asian_width(letter) in "WF" for letter in word)
        yield word, not within


def _read_defaults(used: Used, _: Community) -> Mapping[str, str]:
    style = used.text("default_style")
    found = {name: used.text(name) for name in ("default_ratio", "default_clarity", "default_n")}
    return found | {"default_style": "" if style == NO_STYLE else style}


def _read_limits(used: Used, _: Community) -> Mapping[str, str]:
    return {name: used.text(name) for name in _LIMITS}


def _read_house(used: Used, community: Community) -> Mapping[str, str]:
    weights = {**community.weights, _HEAVY: used.text("weight") or "1"}
    return {
        "weights": _table(weights),
        "timezone": used.text("timezone"),
        "retention_days": used.text("retention_days"),
    }


def _read_places(used: Used, community: Community) -> Mapping[str, str]:
    # A select shows 25; those behind them stay.
    allowed = (*used.all("allowed_channels"), *community.allowed_channels[SELECT_OPTIONS:])
    return {
        "allowed_channels": ", ".join(allowed),
        "moderation_channel": used.text("moderation_channel"),
        "gallery_channel": used.text("gallery_channel"),
    }


def _read_groups(used: Used, community: Community) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for chosen, field in (("role", "role_daily"), ("channel", "channel_daily")):
        table: dict[Any, Any] = dict(getattr(community, field))
        for number in used.all(chosen):
            table.pop(number, None)
            if typed := used.text(field):
                table[number] = typed
        found[field] = _table(table)
    return found


def _read_styles(used: Used, community: Community) -> Mapping[str, str]:
    styles = {name: words for name, words in community.styles.items() if name not in used.all("remove")}
    name, said = used.text("name").lower(), " ".join(used.text("words").split())
    if name or said:
        styles[name] = said
    return {"styles": "\n".join(f"{name}: {words}" for name, words in styles.items())}


_CHANGES: Mapping[str, Callable[[Used, Community], Mapping[str, str]]] = {
    "defaults": _read_defaults,
    "limits": _read_limits,
    "groups": _read_groups,
    "house": _read_house,
    "channels": _read_places,
    "styles": _read_styles,
}


def _table(table: Mapping[Any, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in table.items())


def _defaults(community: Community, _: Limits, locale: str) -> Iterator[Field]:
    for name, option in (("default_ratio", RATIO), ("default_clarity", CLARITY), ("default_n", NUMBER)):
        chosen = getattr(community, name)
        yield words(f"field-{name}", locale), "", _select(name, option, chosen, locale)
    chosen = community.default_style or NO_STYLE
    own = [discord.SelectOption(label=name, value=name, default=name == chosen) for name in community.styles]
    select = _select("default_style", STYLE, chosen, locale)
    select.options = [*select.options, *own][:SELECT_OPTIONS]
    yield words("field-default_style", locale), "", select


def _limits(community: Community, limits: Limits, locale: str) -> Iterator[Field]:
    for name in _LIMITS:
        yield (
            words(f"field-{name}", locale),
            _hint(name, "empty-operator", community, limits, locale),
            _line(name, write_field(community, name)),
        )


def _by_group(community: Community, limits: Limits, locale: str) -> Iterator[Field]:
    role = ui.RoleSelect[Any](custom_id="role", min_values=0, max_values=1, required=False)
    yield studio_word("role", locale), "", role
    yield (
        studio_word("role-daily", locale),
        _hint("role_daily", "empty-remove", community, limits, locale),
        _line("role_daily"),
    )
    yield studio_word("channel", locale), "", _channels("channel", (), most=1, kinds=_PLACES)
    yield studio_word("channel-daily", locale), studio_word("empty-remove", locale), _line("channel_daily")


def _house(community: Community, _: Limits, locale: str) -> Iterator[Field]:
    weight = str(community.weights.get(_HEAVY, 1))
    yield studio_word("weight", locale), studio_word("weight-hint", locale), _line("weight", weight)
    zone = _line("timezone", community.timezone, most=_NAME)
    yield words("field-timezone", locale), studio_word("zone-hint", locale), zone
    kept = _line("retention_days", write_field(community, "retention_days"))
    yield words("field-retention_days", locale), studio_word("empty-operator", locale), kept


def _places(community: Community, _: Limits, locale: str) -> Iterator[Field]:
    allowed = _channels("allowed_channels", community.allowed_channels, most=SELECT_OPTIONS, kinds=_PLACES)
    yield words("field-allowed_channels", locale), studio_word("allowed-hint", locale), allowed
    for name in ("moderation_channel", "gallery_channel"):
        now = getattr(community, name)
        select = _channels(name, () if now is None else (now,), most=1, kinds=_TEXT_PLACES)
        yield words(f"field-{name}", locale), "", select


def _blocked(_: Community, __: Limits, locale: str) -> Iterator[Field]:
    hint = studio_word("words-hint", locale)
    yield studio_word("words-add", locale), hint, _paragraph("add", most=_WORDS)
    yield studio_word("words-remove", locale), hint, _paragraph("remove", most=_WORDS)


def _own_styles(community: Community, _: Limits, locale: str) -> Iterator[Field]:
    yield studio_word("style-name", locale), "", _line("name", most=31)
    yield studio_word("style-words", locale), "", _paragraph("words", most=LONGEST_STYLE)
    if community.styles:
        options = [discord.SelectOption(label=name, value=name) for name in list(community.styles)[:SELECT_OPTIONS]]
        select = ui.Select[Any](
            custom_id="remove", options=options, min_values=0, max_values=len(options), required=False
        )
        yield studio_word("style-remove", locale), "", select


def _people(_: Community, __: Limits, locale: str) -> Iterator[Field]:
    yield studio_word("person", locale), "", ui.UserSelect[Any](custom_id="person")
    options = [discord.RadioGroupOption(label=studio_word(f"deed-{deed}", locale), value=deed) for deed in DEEDS]
    yield studio_word("deed", locale), "", ui.RadioGroup[Any](custom_id="deed", options=options)
    yield studio_word("reason", locale), "", _line("reason", most=LONGEST_REASON)


_FIELDS: Mapping[str, Callable[[Community, Limits, str], Iterator[Field]]] = {
    "defaults": _defaults,
    "limits": _limits,
    "groups": _by_group,
    "house": _house,
    "channels": _places,
    "words": _blocked,
    "styles": _own_styles,
    "people": _people,
}


def _hint(name: str, empty: str, community: Community, limits: Limits, locale: str) -> str:
    """What leaving it empty means, and the operator's ceiling."""
    told = ceiling_hint(name, community, limits, locale)
    stop = "。" if locale.startswith("zh") else ". "
    return clip(stop.join(filter(None, (told, studio_word(empty, locale)))), FORM_HINT)


def _line(name: str, value: str = "", *, most: int = _NUMBER) -> ui.TextInput[Any]:
    return ui.TextInput(custom_id=name, default=value or None, max_length=most, required=False)


def _paragraph(name: str, *, most: int) -> ui.TextInput[Any]:
    return ui.TextInput(custom_id=name, style=discord.TextStyle.paragraph, max_length=most, required=False)


def _select(name: str, option: Option, chosen: str | int, locale: str) -> ui.Select[Any]:
    return ui.Select(
        custom_id=name,
        options=[
            discord.SelectOption(label=choice.label, value=str(choice.value), default=choice.value == chosen)
            for choice in option.choices(locale)
        ],
    )


def _channels(
    name: str, chosen: Sequence[str], *, most: int, kinds: list[discord.ChannelType]
) -> ui.ChannelSelect[Any]:
    now = [
        discord.SelectDefaultValue(id=int(number), type=discord.SelectDefaultValueType.channel)
        for number in chosen[:most]
        if number.isascii() and number.isdecimal()
    ]
    return ui.ChannelSelect(
        custom_id=name, channel_types=kinds, min_values=0, max_values=most, default_values=now, required=False
    )
