"""A community's settings as the sections of a form, and what was filled in as changes of settings."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from bot.actions.people_rules import LONGEST_REASON
from bot.cards.mentions import channel_mark
from bot.cards.phrases import sentences
from bot.cards.sentences import words
from bot.cards.settings_card import ceiling_hint, settings_card
from bot.domain.community import Community
from bot.domain.community_fields import LONGEST_STYLE, write_field
from bot.domain.limits import Limits
from bot.domain.moderation import LOCK
from bot.grammar.options import CLARITY, NO_STYLE, NUMBER, RATIO, STYLE, Option

from .controls import PanelAction, PanelButton
from .forms import Field, Form, FormId, Kind, Section
from .inputs import Abilities, Input

PEOPLE = "people"
LOCKS: Mapping[str, timedelta] = MappingProxyType(
    {"lock": LOCK, "lock-day": timedelta(days=1), "lock-week": timedelta(days=7)}
)
DEEDS = (*LOCKS, "block", "lift", "forgive", "reset")

_SHORT, _LONG_LINE, _WORDS, _LONGEST_TABLE = 20, 200, 2000, 3000
_MOST_CHANNELS = 25  # of a list to choose from
_LIMITS = ("user_daily", "user_running", "user_waiting", "monthly", "cooldown")
_DEFAULTS: tuple[tuple[str, Option], ...] = (
    ("default_ratio", RATIO),
    ("default_clarity", CLARITY),
    ("default_n", NUMBER),
    ("default_style", STYLE),
)
_HEAVY = 4096
# The field in which a key is chosen, and the one with its number.
_TABLES = (("role", "role_daily"), ("channel", "channel_daily"), ("channel_daily_where", "channel_daily"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came back. `changes` are for Settings.change.

    `words` by the field's name, `…add` or `…remove`, each with whether it counts only as a word of its own.
    """

    changes: Mapping[str, str]
    paused: bool | None
    words: Mapping[str, tuple[tuple[str, bool], ...]]


def settings_form(section: str, community: Community, limits: Limits, abilities: Abilities, locale: str) -> Form:
    """One section, or all of them if it has no name. KeyError for a section that there isn't."""
    now = _Now(community, limits, abilities, locale)
    names = (section,) if section else tuple(SECTIONS)
    sections = tuple(Section(name=name, fields=tuple(SECTIONS[name](now)), notes=_notes(name, now)) for name in names)
    if section:
        return Form(id=FormId.SETTINGS, title=words(f"section-{section}", locale), target=section, sections=sections)
    return Form(
        id=FormId.SETTINGS,
        title=words("studio-title", locale),
        submit=words("form-save", locale),
        intro=(words("studio-intro", locale),),
        sections=(Section(name="state", fields=tuple(_state(now))), *sections),
        ways=ways_in(locale),
    )


def people_form(locale: str) -> Form:
    """What to do about a person."""
    deeds = tuple((deed, words(f"deed-{deed}", locale)) for deed in DEEDS)
    fields = (
        Field(kind=Kind.PERSON, name="person", label=words("people-person", locale), required=True),
        Field(kind=Kind.CHOICE, name="deed", label=words("people-deed", locale), choices=deeds, required=True),
        Field(kind=Kind.LINE, name="reason", label=words("people-reason", locale), most=LONGEST_REASON),
    )
    return Form(
        id=FormId.PEOPLE,
        title=words("section-people", locale),
        target=PEOPLE,
        submit=words("people-do", locale),
        sections=(Section(name=PEOPLE, fields=fields),),
    )


def ways_in(locale: str) -> tuple[PanelButton, ...]:
    return (
        PanelButton(action=PanelAction.HELD, label=words("home-people", locale)),
        PanelButton(action=PanelAction.AUDIT, label=words("home-audit", locale)),
    )


def read_settings(given: Input, community: Community) -> Filled:
    """A field that the form didn't have is left as it is."""
    section = given.target
    changes: dict[str, str] = {}
    for name, read in _READ.items():
        if section in {"", name}:
            changes |= read(given, community)
    lists = {"": ("words_add", "words_remove"), "words": ("add", "remove")}.get(section, ())
    return Filled(
        changes=changes,
        paused={"yes": True, "no": False}.get(given.text("paused")),
        words={name: tuple(_words_in(given.text(name))) for name in lists},
    )


# The fields


@dataclass(frozen=True, slots=True)
class _Now:
    """What a form begins with. `limits` are the operator's."""

    community: Community
    limits: Limits
    abilities: Abilities
    locale: str

    def label(self, name: str) -> str:
        return words(f"field-{name}", self.locale)

    def hint(self, code: str, bounded: str = "") -> str:
        """The hint, behind the operator's bound of the setting `bounded`."""
        bound = ceiling_hint(bounded, self.community, self.limits, self.locale) if bounded else ""
        told = words(f"hint-{code}", self.locale) if code else ""
        return sentences((bound, told), self.locale)

    def line(self, name: str, label: str, *, value: str = "", hint: str = "", most: int = _SHORT) -> Field:
        return Field(kind=Kind.LINE, name=name, label=label, hint=hint, value=(value,) if value else (), most=most)

    def setting(self, name: str, *, hint: str = "", most: int = _SHORT) -> Field:
        value = write_field(self.community, name)
        return self.line(name, self.label(name), value=value, hint=self.hint(hint, name), most=most)

    def table(self, name: str) -> Field:
        """A table as text."""
        value = write_field(self.community, name)
        return Field(
            kind=Kind.PARAGRAPH,
            name=name,
            label=self.label(name),
            hint=self.hint(name, name),
            value=(value,) if value else (),
        )


def _state(now: _Now) -> Iterator[Field]:
    offered = (("no", words("settings-running", now.locale)), ("yes", words("settings-paused", now.locale)))
    value = ("yes" if now.community.paused else "no",)
    label = words("studio-state", now.locale)
    yield Field(kind=Kind.CHOICE, name="paused", label=label, value=value, choices=offered)


def _defaults(now: _Now) -> Iterator[Field]:
    for name, option in _DEFAULTS:
        offered = [(str(choice.value), choice.label) for choice in option.choices(now.locale)]
        if option is STYLE:
            offered += [(style, style) for style in now.community.styles]
        value = (str(getattr(now.community, name) or NO_STYLE),)
        yield Field(kind=Kind.CHOICE, name=name, label=now.label(name), value=value, choices=tuple(offered))


def _limits(now: _Now) -> Iterator[Field]:
    for name in _LIMITS:
        yield now.setting(name, hint="empty-operator")


def _groups(now: _Now) -> Iterator[Field]:
    """Nobody knows the id of a channel or a role: it is chosen, and its number typed."""
    if now.abilities.names_roles:
        yield now.table("role_daily")
    else:
        yield Field(kind=Kind.ROLE, name="role", label=words("studio-role", now.locale))
        hint = now.hint("empty-remove", "role_daily")
        yield now.line("role_daily", words("studio-role-daily", now.locale), hint=hint)
    name = "channel_daily_where" if now.abilities.whole_forms else "channel"
    yield Field(kind=Kind.CHANNEL, name=name, label=words("studio-channel", now.locale), most=1)
    yield now.line("channel_daily", words("studio-channel-daily", now.locale), hint=now.hint("empty-remove"))


def _house(now: _Now) -> Iterator[Field]:
    if now.abilities.whole_forms:
        yield now.setting("weights", most=_LONG_LINE)
    else:
        weight = str(now.community.weights.get(_HEAVY, 1))
        yield now.line("weight", words("studio-weight", now.locale), value=weight, hint=now.hint("weight"))
    yield now.setting("timezone", hint="zone", most=_LONG_LINE)
    yield now.setting("retention_days", hint="empty-operator")


def _channels(now: _Now) -> Iterator[Field]:
    yield Field(
        kind=Kind.CHANNEL,
        name="allowed_channels",
        label=now.label("allowed_channels"),
        hint=now.hint("allowed"),
        value=now.community.allowed_channels,
        most=_MOST_CHANNELS,
    )
    for name in ("moderation_channel", "gallery_channel"):
        chosen = getattr(now.community, name)
        value = () if chosen is None else (chosen,)
        yield Field(kind=Kind.TEXT_CHANNEL, name=name, label=now.label(name), value=value, most=1)


def _blocked(now: _Now) -> Iterator[Field]:
    prefix = "words_" if now.abilities.whole_forms else ""
    for name in ("add", "remove"):
        label = words(f"studio-words-{name}", now.locale)
        yield Field(kind=Kind.PARAGRAPH, name=f"{prefix}{name}", label=label, hint=now.hint("words"), most=_WORDS)


def _styles(now: _Now) -> Iterator[Field]:
    if now.abilities.whole_forms:
        if len(write_field(now.community, "styles")) <= _LONGEST_TABLE:  # else it is left to other ways of setting it
            yield now.table("styles")
        return
    yield now.line("name", words("studio-style-name", now.locale), most=31)
    label = words("studio-style-words", now.locale)
    yield Field(kind=Kind.PARAGRAPH, name="words", label=label, most=LONGEST_STYLE)
    if now.community.styles:
        offered = tuple((name, name) for name in now.community.styles)
        label = words("studio-style-remove", now.locale)
        yield Field(kind=Kind.CHOICES, name="remove", label=label, choices=offered)


SECTIONS: Mapping[str, Callable[[_Now], Iterator[Field]]] = MappingProxyType(
    {
        "defaults": _defaults,
        "limits": _limits,
        "groups": _groups,
        "house": _house,
        "channels": _channels,
        "words": _blocked,
        "styles": _styles,
    }
)


def _notes(section: str, now: _Now) -> tuple[str, ...]:
    """What holds now, for fields that begin empty."""
    if section == "groups" and now.community.channel_daily:
        there = ", ".join(f"{channel_mark(channel)}: {most}" for channel, most in now.community.channel_daily.items())
        return (f"{now.label('channel_daily')}: {there}",)
    if section == "words":
        return ("".join(str(part) for part in settings_card(now.community, now.limits, now.locale).notes[-1]),)
    return ()


# Reading them back


def _read_texts(*names: str) -> Callable[[Input, Community], Mapping[str, str]]:
    def read(given: Input, _: Community) -> Mapping[str, str]:
        return {name: given.text(name) for name in names if name in given.values}

    return read


def _read_defaults(given: Input, _: Community) -> Mapping[str, str]:
    found = {name: given.text(name) for name, _ in _DEFAULTS if name in given.values}
    return found | ({"default_style": ""} if found.get("default_style") == NO_STYLE else {})


def _read_groups(given: Input, community: Community) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if "role" not in given.values and "role_daily" in given.values:
        found["role_daily"] = given.text("role_daily")
    for chosen, field in _TABLES:
        table: dict[Any, Any] = dict(getattr(community, field))
        for number in given.all(chosen):
            table.pop(number, None)
            if typed := given.text(field):
                table[number] = typed
        if given.all(chosen):
            found[field] = _write(table)
    return found


def _read_house(given: Input, community: Community) -> Mapping[str, str]:
    found = dict(_read_texts("weights", "timezone", "retention_days")(given, community))
    if "weight" in given.values:
        found["weights"] = _write({**community.weights, _HEAVY: given.text("weight") or "1"})
    return found


def _read_channels(given: Input, community: Community) -> Mapping[str, str]:
    found = dict(_read_texts("moderation_channel", "gallery_channel")(given, community))
    if "allowed_channels" in given.values:
        # A list shows so many; those behind them stay.
        hidden = () if given.abilities.whole_forms else community.allowed_channels[_MOST_CHANNELS:]
        found["allowed_channels"] = ", ".join((*given.all("allowed_channels"), *hidden))
    return found


def _read_styles(given: Input, community: Community) -> Mapping[str, str]:
    if "name" not in given.values:
        return _read_texts("styles")(given, community)
    styles = {name: said for name, said in community.styles.items() if name not in given.all("remove")}
    name, said = given.text("name").lower(), " ".join(given.text("words").split())
    if name or said:
        styles[name] = said
    return {"styles": "\n".join(f"{name}: {said}" for name, said in styles.items())}


_READ: Mapping[str, Callable[[Input, Community], Mapping[str, str]]] = MappingProxyType(
    {
        "defaults": _read_defaults,
        "limits": _read_texts(*_LIMITS),
        "groups": _read_groups,
        "house": _read_house,
        "channels": _read_channels,
        "styles": _read_styles,
    }
)


def _words_in(text: str) -> Iterator[tuple[str, bool]]:
    """One a line, with whether it counts only as a word of its own: never in a script without spaces."""
    for line in filter(None, map(str.strip, text.splitlines())):
        word = line.strip("*").strip()
        within = line != line.strip("*") or any(unicodedata.east_asian_width(letter) in "WF" for letter in word)
        yield word, not within


def _write(table: Mapping[Any, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in table.items())
