"""How /studio looks: one message for whoever manages the server, in components v2, redrawn in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui
from discord.utils import format_dt

from bot.cards.audit_card import audit_line
from bot.cards.sentences import words
from bot.cards.settings_card import ceiling_hint, otherwise
from bot.domain.card import Tone
from bot.domain.community import Community
from bot.domain.community_fields import write_field
from bot.domain.limits import Limits
from bot.domain.moderation import AuditEntry
from bot.domain.ports import UsageGroup
from bot.domain.usage import Allowance

from .command_words import command_word
from .layout import layout_of
from .limits import BUTTON_LABEL
from .look import COLOURS
from .outgoing import Outgoing
from .routes import RouteButton, RouteSelect
from .studio_forms import ROUTE, SECTIONS
from .studio_words import studio_word
from .text import clip, escape, markdown

_GROUPS = (
    ("default_ratio", "default_clarity", "default_n", "default_style"),
    ("user_daily", "user_running", "user_waiting", "cooldown", "monthly", "role_daily", "channel_daily", "weights"),
    ("allowed_channels", "moderation_channel", "gallery_channel"),
    ("timezone", "retention_days"),
)
USAGE_GROUPS = (UsageGroup.PERSON, UsageGroup.CHANNEL, UsageGroup.ROLE, UsageGroup.DAY, UsageGroup.MONTH)
# Four texts of settings, the words, notice and heading share the 4000 characters of one message.
_LONGEST_GROUP, _LONGEST_VALUE, _LONGEST_NOTICE = 600, 250, 600
_LONGEST_AUDIT = 3500
_BAR = 12
_MOST_UNDOS = 5
_SHOWN_WORDS = 30
_FULL, _NEARLY = 100, 80  # per cent
_SNOWFLAKE = re.compile(r"(?<![\d:])\d{17,20}(?![\d:])")
_PERSON = re.compile(r"⟦(\d{1,20})⟧")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the first page tells."""

    community: Community
    limits: Limits  # the operator's
    month: Allowance | None


def overview_view(
    told: Overview, guild: discord.Guild | None, locale: str, *, done: Sequence[AuditEntry] = (), notice: str = ""
) -> ui.LayoutView:
    """`done` is what has just been changed, with Undo; `notice` stands in its place where nothing was."""
    community = told.community
    box: ui.Container[Any] = ui.Container(accent_colour=COLOURS[Tone.SLOW if community.paused else Tone.DONE])
    state = words("settings-paused" if community.paused else "settings-running", locale)
    box.add_item(ui.TextDisplay(f"### {studio_word('title', locale)}\n{state}\n{_budget(told.month, locale)}"))
    add_notice(box, done, notice, guild, locale)
    box.add_item(ui.Separator())
    for names in _GROUPS:
        lines = "\n".join(_setting(name, told, guild, locale) for name in names)
        box.add_item(ui.TextDisplay(clip(lines, _LONGEST_GROUP)))
    box.add_item(ui.TextDisplay(clip(_words(community, locale), _LONGEST_GROUP)))
    sections = [
        discord.SelectOption(label=studio_word(f"section-{section}", locale), value=section) for section in SECTIONS
    ]
    box.add_item(ui.ActionRow(RouteSelect.of(ROUTE, "form", studio_word("change", locale), sections)))
    turn = "resume" if community.paused else "pause"
    style = discord.ButtonStyle.success if community.paused else discord.ButtonStyle.danger
    box.add_item(
        ui.ActionRow(
            RouteButton.of(ROUTE, turn, studio_word(turn, locale), style),
            RouteButton.of(ROUTE, "usage", studio_word("usage", locale)),
            RouteButton.of(ROUTE, "audit", studio_word("audit", locale)),
            RouteButton.of(ROUTE, "held", studio_word("held", locale)),
        )
    )
    return in_page(box)


def usage_view(out: Outgoing, locale: str) -> ui.LayoutView:
    """The card and its chart, with what it can be grouped by."""
    view = layout_of(out.card, pictures=out.shown())
    options = [
        discord.SelectOption(label=command_word(f"group-{group}", locale), value=group.value) for group in USAGE_GROUPS
    ]
    view.add_item(ui.ActionRow(RouteSelect.of(ROUTE, "usage", studio_word("group", locale), options)))
    view.add_item(ui.ActionRow(back(locale)))
    return view


def audit_view(
    entries: Sequence[AuditEntry],
    guild: discord.Guild | None,
    locale: str,
    *,
    before: int | None,
    more: bool,
    done: Sequence[AuditEntry] = (),
    notice: str = "",
) -> ui.LayoutView:
    """One page of the trail, newest first. `before`: what the page began at; `more`: whether older ones follow."""
    box: ui.Container[Any] = ui.Container(accent_colour=COLOURS[Tone.DONE])
    box.add_item(ui.TextDisplay(f"### {words('audit-heading', locale)}"))
    add_notice(box, done, notice, guild, locale)
    lines = [f"- {line(entry, guild, locale)}" for entry in entries] or [words("audit-empty", locale)]
    box.add_item(ui.TextDisplay(clip("\n".join(lines), _LONGEST_AUDIT - _LONGEST_NOTICE)))
    if undos := _undos(entries, locale, page=f"audit.{before or ''}"):
        box.add_item(ui.ActionRow(*undos))
    row = [back(locale)]
    if before is not None:
        row.append(RouteButton.of(ROUTE, "audit", studio_word("newest", locale)))
    if more and entries:
        row.append(RouteButton.of(ROUTE, f"audit.{entries[-1].id}", studio_word("older", locale)))
    box.add_item(ui.ActionRow(*row))
    return in_page(box)


def line(entry: AuditEntry, guild: discord.Guild | None, locale: str) -> str:
    """An entry as Markdown, with people, channels and roles by their names here."""
    told = markdown(audit_line(entry, locale, person_name=lambda number: f"⟦{number}⟧"))
    return _PERSON.sub(r"<@\1>", _mentioned(" ".join(told.split()), guild))


def add_notice(
    box: ui.Container[Any],
    done: Sequence[AuditEntry],
    notice: str,
    guild: discord.Guild | None,
    locale: str,
    *,
    page: str = "home",
) -> None:
    """What has just been done, with buttons that take it back and return to `page`; else the notice, if any."""
    said = "\n".join(line(entry, guild, locale) for entry in done) or escape(notice)
    if not said:
        return
    box.add_item(
        ui.TextDisplay(clip(f"**{studio_word('saved', locale)}** · {said}" if done else said, _LONGEST_NOTICE))
    )
    if undos := _undos(done, locale, page=page):
        box.add_item(ui.ActionRow(*undos))


def _undos(entries: Iterable[AuditEntry], locale: str, *, page: str) -> list[RouteButton]:
    """Buttons that take entries back and return to that page."""
    able = [entry for entry in entries if entry.undoable]
    return [
        RouteButton.of(
            ROUTE,
            f"undo.{entry.id}.{page}",
            clip(words("button-undo", locale, what=words(f"undo-{entry.action.value}", locale)), BUTTON_LABEL),
        )
        for entry in able[:_MOST_UNDOS]
    ]


def back(locale: str) -> RouteButton:
    return RouteButton.of(ROUTE, "home", studio_word("home", locale))


def in_page(box: ui.Container[Any]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(box)
    return view


def _budget(month: Allowance | None, locale: str) -> str:
    """A bar of what the month has used."""
    if month is None:
        return ""
    heading = studio_word("budget", locale)
    if not month.limit:
        return f"{heading}: {studio_word('budget-open', locale).format(taken=month.taken)}"
    per_cent = 100 * month.taken // month.limit
    filled = min(_BAR, _BAR * month.taken // month.limit)
    mark = "🟥" if per_cent >= _FULL else "🟨" if per_cent >= _NEARLY else "🟩"
    told = studio_word("budget-of", locale).format(taken=month.taken, limit=month.limit, percent=per_cent)
    return f"{heading}: {mark * filled}{'⬜' * (_BAR - filled)} {told} · {format_dt(month.resets_at, 'R')}"


def _setting(name: str, told: Overview, guild: discord.Guild | None, locale: str) -> str:
    value = write_field(told.community, name)
    shown = _mentioned(escape(clip(value, _LONGEST_VALUE)), guild) if value else _otherwise(name, told, locale)
    return f"{words(f'field-{name}', locale)}: **{shown}**{_at_most(name, told, locale) if value else ''}"


def _otherwise(name: str, told: Overview, locale: str) -> str:
    value = otherwise(name, told.community, told.limits, locale)
    return words("settings-operator", locale, value=value) if value else "–"


def _at_most(name: str, told: Overview, locale: str) -> str:
    hint = ceiling_hint(name, told.community, told.limits, locale)
    return f" ({hint})" if hint else ""


def _words(community: Community, locale: str) -> str:
    blocked = [word.word if word.whole else f"*{word.word}*" for word in community.blocked_words]
    told = escape(", ".join(blocked[:_SHOWN_WORDS])) + ("…" if len(blocked) > _SHOWN_WORDS else "")
    styles = escape(", ".join(community.styles))
    return (
        f"{words('field-blocked_words', locale, n=len(blocked))}: ||{told or '–'}||\n"
        f"{words('field-styles', locale)}: **{styles or '–'}**"
    )


def _mentioned(text: str, guild: discord.Guild | None) -> str:
    """Ids of this server's channels and roles as Discord names them; everything else as it is."""

    def name(found: re.Match[str]) -> str:
        number = int(found[0])
        if guild is None:
            return found[0]
        if guild.get_channel_or_thread(number) is not None:
            return f"<#{number}>"
        return f"<@&{number}>" if guild.get_role(number) is not None else found[0]

    return _SNOWFLAKE.sub(name, text)
