"""A panel as one message in components v2, redrawn in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui

from bot.cards.sentences import words
from bot.domain.card import Text
from bot.domain.ports import UsageGroup
from bot.interactions.controls import PanelAction, PanelButton, Select
from bot.interactions.panels import Panel, Row

from .layout import layout_of
from .limits import ROW_BUTTONS
from .look import COLOURS
from .outgoing import Outgoing
from .panel_ids import RouteButton, RouteSelect
from .text import clip, markdown

_LONGEST_NOTICE, _LONGEST_ROWS = 600, 2900
_GROUPS = (UsageGroup.PERSON, UsageGroup.CHANNEL, UsageGroup.ROLE, UsageGroup.DAY, UsageGroup.MONTH)
_SNOWFLAKE = re.compile(r"(?<![\d:@#&])\d{17,20}(?![\d:])")


def panel_view(panel: Panel, guild: discord.Guild | None, locale: str) -> ui.LayoutView:
    box: ui.Container[Any] = ui.Container(accent_colour=COLOURS[panel.tone])
    if panel.heading:
        box.add_item(ui.TextDisplay(f"### {panel.heading}"))
    add_done(box, panel.done, panel.notice, guild, locale)
    lines = "\n".join(
        f"{'-' if row.number is None else f'{row.number}.'} {line(row.text, guild)}" for row in panel.rows
    )
    lines = lines or panel.text
    if lines:
        box.add_item(ui.TextDisplay(clip(lines, _LONGEST_ROWS)))
    add_buttons(box, (row.button for row in panel.rows))
    add_buttons(box, panel.buttons)
    return in_page(box)


def usage_view(out: Outgoing, locale: str) -> ui.LayoutView:
    """The card and its chart, with what it can be grouped by."""
    view = layout_of(out.card, pictures=out.shown())
    groups = tuple((group.value, words(f"command-group-{group}", locale)) for group in _GROUPS)
    select = Select(action=PanelAction.USAGE, label=words("studio-group", locale), choices=groups)
    view.add_item(ui.ActionRow(RouteSelect.of(select)))
    home = PanelButton(action=PanelAction.HOME, label=words("studio-home", locale))
    view.add_item(ui.ActionRow(RouteButton.of(home)))
    return view


def line(text: Text, guild: discord.Guild | None) -> str:
    """One line of Markdown, with people, channels and roles by their names here."""
    return mentioned(" ".join(markdown(text).split()), guild)


def add_done(
    box: ui.Container[Any], done: Sequence[Row], notice: Text, guild: discord.Guild | None, locale: str
) -> None:
    """What has just been done, with buttons that take it back; else the notice, if any."""
    said = "\n".join(line(row.text, guild) for row in done)
    said = f"**{words('studio-saved', locale)}** · {said}" if said else markdown(notice)
    if said:
        box.add_item(ui.TextDisplay(clip(said, _LONGEST_NOTICE)))
    add_buttons(box, (row.button for row in done))


def add_buttons(box: ui.Container[Any], buttons: Iterable[PanelButton | None]) -> None:
    drawn = [RouteButton.of(button) for button in buttons if button is not None]
    for at in range(0, len(drawn), ROW_BUTTONS):
        box.add_item(ui.ActionRow(*drawn[at : at + ROW_BUTTONS]))


def in_page(box: ui.Container[Any]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(box)
    return view


def mentioned(text: str, guild: discord.Guild | None) -> str:
    """Ids of this server's channels and roles as Discord names them; everything else as it is."""

    def name(found: re.Match[str]) -> str:
        number = int(found[0])
        if guild is None:
            return found[0]
        if guild.get_channel_or_thread(number) is not None:
            return f"<#{number}>"
        return f"<@&{number}>" if guild.get_role(number) is not None else found[0]

    return _SNOWFLAKE.sub(name, text)
