"""The page of /studio that names who may not ask, each with a button that lets them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui
from discord.utils import format_dt

from bot.domain.card import Tone
from bot.domain.moderation import AuditEntry, Block

from .look import COLOURS
from .routes import RouteButton
from .studio_forms import ROUTE
from .studio_panel import add_notice, back, in_page
from .studio_words import studio_word
from .text import clip, escape

_PAGE, _ROW = 10, 5
_LONGEST_REASON, _LONGEST_LIST = 150, 3000


def held_view(
    held: Sequence[Block], guild: discord.Guild | None, locale: str, *, page: int = 0, done: Sequence[AuditEntry] = ()
) -> ui.LayoutView:
    """`page` counts from 0 and is brought into range; somebody with several blocks is one line a block, one button."""
    people = list(dict.fromkeys(block.user_id for block in held))
    last = max(0, (len(people) - 1) // _PAGE)
    page = max(0, min(page, last))
    shown = people[page * _PAGE : (page + 1) * _PAGE]
    box: ui.Container[Any] = ui.Container(accent_colour=COLOURS[Tone.DONE])
    box.add_item(ui.TextDisplay(f"### {studio_word('held-heading', locale)}"))
    add_notice(box, done, "", guild, locale, page="held")
    lines = [
        f"{number}. {_line(block, locale)}"
        for number, user in enumerate(shown, page * _PAGE + 1)
        for block in held
        if block.user_id == user
    ]
    box.add_item(ui.TextDisplay(clip("\n".join(lines), _LONGEST_LIST) or studio_word("held-none", locale)))
    lifts = [
        RouteButton.of(ROUTE, f"lift.{user}.{page}", studio_word("lift", locale).format(number=number))
        for number, user in enumerate(shown, page * _PAGE + 1)
    ]
    for at in range(0, len(lifts), _ROW):
        box.add_item(ui.ActionRow(*lifts[at : at + _ROW]))
    row = [back(locale)]
    if page > 0:
        row.append(RouteButton.of(ROUTE, f"held.{page - 1}", "‹"))
    if page < last:
        row.append(RouteButton.of(ROUTE, f"held.{page + 1}", "›"))
    box.add_item(ui.ActionRow(*row))
    return in_page(box)


def _line(block: Block, locale: str) -> str:
    ends = studio_word("held-open", locale) if block.until is None else format_dt(block.until, "R")
    reason = f" · {escape(clip(block.reason, _LONGEST_REASON))}" if block.reason else ""
    return f"<@{block.user_id}> – {ends}{reason}"
