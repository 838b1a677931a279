"""What is in a message that somebody points at: words to draw, or one of our pictures."""

from __future__ import annotations

import re

import discord

from bot.domain.job import is_job_id
from bot.domain.request import MAX_PROMPT

from .attachments import walk
from .render import prompt_on
from .text import clip

_CUSTOM_EMOJI = re.compile(r"<a?:(\w{1,32}):\d{1,20}>")
_TIME_STAMP = re.compile(r"<t:-?\d{1,14}(:\w)?>")


def words_of(message: discord.Message) -> str:
    """Its words as people read them, mentions as names, no longer than a prompt; empty where it has none."""
    own = prompt_on(message)
    said = own or message.clean_content or _of_embeds(message)
    plain = _TIME_STAMP.sub("", _CUSTOM_EMOJI.sub(r"\1", said))
    return clip(plain.strip(), MAX_PROMPT).strip()


def job_on(message: discord.Message) -> str | None:
    """The job that the buttons of one of our messages belong to; None on a gallery's page, which has several."""
    ids = {_job_id(getattr(one, "custom_id", None)) for one in walk(message.components)} - {None}
    return ids.pop() if len(ids) == 1 else None


def _job_id(custom_id: str | None) -> str | None:
    kind, _, rest = (custom_id or "").partition(":")
    target = rest.partition(":")[2].partition(":")[0]
    return target if kind == "im" and is_job_id(target) else None


def _of_embeds(message: discord.Message) -> str:
    return next((embed.description for embed in message.embeds if embed.description), "")
