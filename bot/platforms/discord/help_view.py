"""`/help` in components v2: one topic at a time, with examples, and a list of the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands, ui

from bot.cards.help_topics import HelpTopic, help_page, help_topics
from bot.cards.sentences import words
from bot.domain.card import Tone
from bot.grammar.language import language
from bot.interactions.controls import PanelAction, Select

from .command_ids import CommandIds
from .localise import all_texts
from .look import COLOURS, code_block
from .panel_ids import RouteSelect
from .panel_view import in_page
from .text import clip, escape, markdown

_LONGEST_TOLD, _LONGEST_EXAMPLES = 2000, 500


def help_view(interaction: discord.Interaction[Any], topic: str, locale: str) -> ui.LayoutView:
    page = help_page(topic, locale)
    box: ui.Container[Any] = ui.Container(accent_colour=COLOURS[Tone.DONE])
    ids: CommandIds = interaction.client.command_ids
    told = "\n".join(markdown(ids.in_text(paragraph)) for paragraph in page.told)
    box.add_item(ui.TextDisplay(f"### {escape(page.heading)}\n{clip(told, _LONGEST_TOLD)}"))
    if page.examples:
        box.add_item(ui.TextDisplay(code_block("\n".join(page.examples), _LONGEST_EXAMPLES)))
    if topic in {"", HelpTopic.START}:
        lines = [f"- {_line(command, ids, locale)}" for command in _usable(interaction)]
        box.add_item(ui.Separator())
        box.add_item(ui.TextDisplay(clip("\n".join(lines), _LONGEST_TOLD)))
        box.add_item(ui.TextDisplay(words("help-menus", locale)))
    select = Select(action=PanelAction.HELP, label=words("help-pick", locale), choices=help_topics(locale))
    box.add_item(ui.ActionRow(RouteSelect.of(select)))
    return in_page(box)


def _usable(interaction: discord.Interaction[Any]) -> Iterator[app_commands.Command[Any, ..., Any]]:
    """The commands that this person is offered here, by name."""
    for command in sorted(interaction.client.tree.walk_commands(), key=lambda command: command.qualified_name):
        top = command.root_parent or command
        needed = top.default_permissions
        allowed = interaction.guild_id is not None and needed is not None and interaction.permissions >= needed
        if isinstance(command, app_commands.Command) and (needed is None or allowed):
            yield command


def _line(command: app_commands.Command[Any, ..., Any], ids: CommandIds, locale: str) -> str:
    said = command.description
    if language(locale) != "en":
        said = all_texts().get(said, said)
    return f"{ids.mention(command.qualified_name)} – {escape(said)}"
