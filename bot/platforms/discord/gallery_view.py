"""A page of a gallery in components v2: each picture beside its number and words, and a list to open one from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord import ui
from discord.utils import format_dt

from bot.cards.clip import clip as clip_whole
from bot.cards.phrases import card_picture, options_line
from bot.cards.sentences import words
from bot.domain.card import ButtonAction, Card
from bot.domain.gallery import FoundPage
from bot.domain.job import Job
from bot.domain.ports import GalleryFilter

from .buttons import PickSelect, PressButton
from .limits import ALT_TEXT, SELECT_LABEL
from .look import COLOURS
from .panel_view import in_page
from .text import clip, escape, markdown

_LISTED_PROMPT = 120


def gallery_view(found: FoundPage, card: Card, files: Mapping[str, str], locale: str, *, hidden: bool) -> ui.LayoutView:
    """`card` has the words around the page, `files` the names of the attached thumbnails, by job id."""
    box: ui.Container[Any] = ui.Container(accent_colour=COLOURS[card.tone])
    status = "\n".join(line for line in (escape(card.options), markdown(card.status)) if line)
    box.add_item(ui.TextDisplay(f"### {escape(card.heading)}\n{status}"))
    jobs = found.page.jobs
    by_others = found.gallery_filter is not GalleryFilter.MINE
    for number, job in enumerate(jobs, 1):
        text = ui.TextDisplay[Any](_row(number, job, locale, by_others=by_others))
        if job.id not in files:
            box.add_item(text)
            continue
        thumbnail: ui.Thumbnail[Any] = ui.Thumbnail(
            f"attachment://{files[job.id]}",
            description=clip(card_picture(job, 1, locale).alt, ALT_TEXT),
            spoiler=hidden,
        )
        box.add_item(ui.Section(text, accessory=thumbnail))
    if jobs:
        options = [
            discord.SelectOption(
                label=clip(f"{number} · {_one_line(job)}", SELECT_LABEL),
                description=clip(options_line(job.request, locale), SELECT_LABEL),
                value=job.id,
            )
            for number, job in enumerate(jobs, 1)
        ]
        pick = PickSelect.of(ButtonAction.SHOW, words("gallery-pick", locale), options)
        box.add_item(ui.ActionRow(pick))
    if turning := [button for button in card.buttons if button.press is ButtonAction.PAGE]:
        box.add_item(ui.ActionRow(*(PressButton.of(button) for button in turning)))
    for note in card.notes[len(jobs) :]:  # those before it list the jobs, for where there are no rows
        box.add_item(ui.TextDisplay(f"-# {markdown(note)}"))
    return in_page(box)


def _row(number: int, job: Job, locale: str, *, by_others: bool) -> str:
    author = f"{escape(clip_whole(job.author.name, 40))} · " if by_others else ""
    told = f"{author}{escape(options_line(job.request, locale))} · {format_dt(job.created_at, 'R')}"
    return f"**{number}** · {escape(clip_whole(_one_line(job), _LISTED_PROMPT))}\n{told}\n-# `{job.id}`"


def _one_line(job: Job) -> str:
    return " ".join(job.request.prompt.split())
