"""What is proposed while somebody types. Local data only, and nothing rather than late: typing must not wait."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from discord import app_commands

from bot.actions.gallery import GalleryActions
from bot.actions.settings import Settings
from bot.domain.people import Person
from bot.grammar.options import STYLE

from .text import clip

# https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-choice-structure
MOST_CHOICES = 25
LONGEST_CHOICE = 100
_LOOKUP_SECONDS = 1.0


async def prompt_choices(gallery: GalleryActions, person: Person, typed: str) -> list[app_commands.Choice[str]]:
    """One's own latest prompts. What is typed stands first, so that Enter takes that and nothing else.

    Nothing is proposed for what is too long to be a choice: choosing would cut it.
    """
    if len(typed) > LONGEST_CHOICE:
        return []
    found = [
        prompt
        for prompt in await gallery.recent_prompts(person, typed.strip())
        if len(prompt) <= LONGEST_CHOICE and prompt != typed.strip()
    ]
    if not found:
        return []
    first = [typed] if typed.strip() else []
    return [app_commands.Choice(name=" ".join(text.split()), value=text) for text in [*first, *found][:MOST_CHOICES]]


async def own_styles(settings: Settings, person: Person) -> Iterable[str]:
    """The community's own; none rather than late."""
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            return await settings.styles(person)
    except TimeoutError:
        return ()


def style_choices(own: Iterable[str], typed: str, locale: str) -> list[app_commands.Choice[str]]:
    """The community's own styles, then the built-in ones, that contain what is typed."""
    wanted = typed.strip().casefold()
    offered = [(name, name) for name in own] + [(str(choice.value), choice.label) for choice in STYLE.choices(locale)]
    return [
        app_commands.Choice(name=label[:LONGEST_CHOICE], value=value)
        for value, label in offered
        if wanted in value.casefold() or wanted in label.casefold()
    ][:MOST_CHOICES]


async def job_choices(gallery: GalleryActions, person: Person, typed: str) -> list[app_commands.Choice[str]]:
    """One's own latest jobs by id or words of their prompt."""
    found = await gallery.recent_jobs(person, typed.strip(), count=MOST_CHOICES)
    return [
        app_commands.Choice(
            name=clip(f"{job.id} · {' '.join(job.request.prompt.split())}", LONGEST_CHOICE), value=job.id
        )
        for job in found
    ]
