"""The first page of /studio: what holds now, what the month has used, and ways to change it."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui
from discord.utils import format_dt

from bot.cards.sentences import words
from bot.cards.settings_card import ceiling_hint, otherwise
from bot.domain.card import Tone
from bot.domain.community import Community
from bot.domain.community_fields import write_field
from bot.domain.usage import Allowance
from bot.interactions.controls import PanelAction, PanelButton, Select
from bot.interactions.people_form import PEOPLE
from bot.interactions.replies import ShowSettings
from bot.interactions.sections import SECTIONS

from .look import COLOURS
from .panel_ids import RouteSelect
from .panel_view import add_buttons, add_done, in_page, mentioned
from .text import clip, escape

_GROUPS = (
    ("default_ratio", "default_clarity", "default_n", "default_style"),
    ("user_daily", "user_running", "user_waiting", "cooldown", "monthly", "role_daily", "channel_daily", "weights"),
    ("allowed_channels", "moderation_channel", "gallery_channel"),
    ("timezone", "retention_days"),
)
# Four texts of settings, the words, notice and heading share the 4000 characters of one message.
_LONGEST_GROUP, _LONGEST_VALUE = 600, 250
_BAR = 12
_SHOWN_WORDS = 30
_FULL, _NEARLY = 100, 80  # per cent


def settings_view(told: ShowSettings, guild: discord.Guild | None, locale: str) -> ui.LayoutView:
    community = told.community
    box: ui.Container[Any] = ui.Container(accent_colour=COLOURS[Tone.SLOW if community.paused else Tone.DONE])
    state = words("settings-paused" if community.paused else "settings-running", locale)
    box.add_item(ui.TextDisplay(f"### {words('studio-heading', locale)}\n{state}\n{_budget(told.month, locale)}"))
    add_done(box, told.done, told.notice, guild, locale)
    box.add_item(ui.Separator())
    for names in _GROUPS:
        lines = "\n".join(_setting(name, told, guild, locale) for name in names)
        box.add_item(ui.TextDisplay(clip(lines, _LONGEST_GROUP)))
    box.add_item(ui.TextDisplay(clip(_words(community, locale), _LONGEST_GROUP)))
    sections = tuple((section, words(f"section-{section}", locale)) for section in (*SECTIONS, PEOPLE))
    change = Select(action=PanelAction.SECTION, label=words("studio-change", locale), choices=sections)
    box.add_item(ui.ActionRow(RouteSelect.of(change)))
    turn = PanelAction.RESUME if community.paused else PanelAction.PAUSE
    add_buttons(
        box,
        [
            PanelButton(
                action=turn,
                label=words(f"studio-{turn}", locale),
                primary=community.paused,
                danger=not community.paused,
            ),
            *(
                PanelButton(action=action, label=words(f"studio-{action}", locale))
                for action in (PanelAction.USAGE, PanelAction.AUDIT, PanelAction.HELD)
            ),
        ],
    )
    return in_page(box)


def _budget(month: Allowance | None, locale: str) -> str:
    """A bar of what the month has used."""
    if month is None:
        return ""
    heading = words("studio-budget", locale)
    if not month.limit:
        return f"{heading}: {words('studio-budget-open', locale, taken=month.taken)}"
    per_cent = 100 * month.taken // month.limit
    filled = min(_BAR, _BAR * month.taken // month.limit)
    mark = "🟥" if per_cent >= _FULL else "🟨" if per_cent >= _NEARLY else "🟩"
    told = words("studio-budget-of", locale, taken=month.taken, limit=month.limit, percent=per_cent)
    return f"{heading}: {mark * filled}{'⬜' * (_BAR - filled)} {told} · {format_dt(month.resets_at, 'R')}"


def _setting(name: str, told: ShowSettings, guild: discord.Guild | None, locale: str) -> str:
    value = write_field(told.community, name)
    if value:
        hint = ceiling_hint(name, told.community, told.limits, locale)
        shown = f"**{mentioned(escape(clip(value, _LONGEST_VALUE)), guild)}**{f' ({hint})' if hint else ''}"
    else:
        operators = otherwise(name, told.community, told.limits, locale)
        shown = f"**{words('settings-operator', locale, value=operators) if operators else '–'}**"
    return f"{words(f'field-{name}', locale)}: {shown}"


def _words(community: Community, locale: str) -> str:
    blocked = [word.word if word.whole else f"*{word.word}*" for word in community.blocked_words]
    told = escape(", ".join(blocked[:_SHOWN_WORDS])) + ("…" if len(blocked) > _SHOWN_WORDS else "")
    styles = escape(", ".join(community.styles))
    return (
        f"{words('field-blocked_words', locale, n=len(blocked))}: ||{told or '–'}||\n"
        f"{words('field-styles', locale)}: **{styles or '–'}**"
    )
