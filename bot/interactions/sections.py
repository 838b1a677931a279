"""A community's settings as the sections of a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.cards.mentions import channel_mark
from bot.cards.phrases import sentences
from bot.cards.sentences import words
from bot.cards.settings_card import ceiling_hint, settings_card
from bot.domain.community import Community
from bot.domain.community_fields import LONGEST_STYLE, write_field
from bot.domain.limits import Limits
from bot.grammar.options import CLARITY, NO_STYLE, NUMBER, RATIO, STYLE, Option

from .controls import PanelAction, PanelButton
from .forms import Field, Form, FormId, Kind, Section
from .inputs import Abilities

_SHORT, _LONG_LINE, _WORDS, _LONGEST_TABLE = 20, 200, 2000, 3000
MOST_CHANNELS = 25  # of a list to choose from
LIMITS = ("user_daily", "user_running", "user_waiting", "monthly", "cooldown")
DEFAULTS: tuple[tuple[str, Option], ...] = (
    ("default_ratio", RATIO),
    ("default_clarity", CLARITY),
    ("default_n", NUMBER),
    ("default_style", STYLE),
)
HEAVY = 4096


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


def ways_in(locale: str) -> tuple[PanelButton, ...]:
    return (
        PanelButton(action=PanelAction.HELD, label=words("home-people", locale)),
        PanelButton(action=PanelAction.AUDIT, label=words("home-audit", locale)),
    )


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
    for name, option in DEFAULTS:
        offered = [(str(choice.value), choice.label) for choice in option.choices(now.locale)]
        if option is STYLE:
            offered += [(style, style) for style in now.community.styles]
        value = (str(getattr(now.community, name) or NO_STYLE),)
        yield Field(kind=Kind.CHOICE, name=name, label=now.label(name), value=value, choices=tuple(offered))


def _limits(now: _Now) -> Iterator[Field]:
    for name in LIMITS:
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
        weight = str(now.community.weights.get(HEAVY, 1))
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
        most=MOST_CHANNELS,
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
