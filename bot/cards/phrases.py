"""The parts that several cards share: options in a line, how long it takes and took, what a picture shows."""

from __future__ import annotations

from collections.abc import Iterable

from bot.cards.clip import clip
from bot.cards.sentences import words
from bot.domain.card import CardPicture
from bot.domain.job import Job, JobKind
from bot.domain.models import ModelSpec
from bot.domain.request import ImageRequest
from bot.grammar.matrix import combinations
from bot.grammar.options import STYLE

_ALT_PROMPT = 1000 - 60  # Discord takes 1024 characters of alt text; the rest is for the words before the prompt
_MINUTE = 60
_MINUTES_FROM = 120  # "90-110 s" still reads well


def options_line(request: ImageRequest, locale: str) -> str:
    """`16:9 · 2 pictures · 2048`, and the style where there is one."""
    parts = [request.ratio, words("pictures", locale, n=request.n), str(request.clarity)]
    if request.style is not None:
        parts.append(STYLE.label(request.style, locale))
    return " · ".join(parts)


def listed(values: Iterable[object], locale: str) -> str:
    """Several values in a row, as the language parts them."""
    return words("between-values", locale).join(map(str, values))


def sentences(parts: Iterable[str], locale: str) -> str:
    """Hints one after the other, as the language parts sentences; empty ones are left out."""
    return words("between-sentences", locale).join(filter(None, parts))


def span(low: float, high: float, locale: str) -> str:
    """`20-35 s`, or minutes where seconds would be a riddle; one number where both ends are the same."""
    least, most = max(1, round(low)), max(1, round(high))
    if most <= _MINUTES_FROM:
        if least >= most:
            return words("time-seconds", locale, seconds=most)
        return words("time-range-seconds", locale, low=least, high=most)
    first, last = max(1, round(low / _MINUTE)), round(high / _MINUTE)
    if first >= last:
        return words("time-minutes-about", locale, minutes=last)
    return words("time-range-minutes", locale, low=first, high=last)


def took(job: Job, locale: str) -> str:
    """How long the person waited, or nothing while they still do."""
    if job.finished_at is None:
        return ""
    seconds = max(1, round((job.finished_at - job.created_at).total_seconds()))
    if seconds <= _MINUTES_FROM:
        time = words("time-seconds", locale, seconds=seconds)
    else:
        time = words("time-minutes", locale, minutes=seconds // _MINUTE, seconds=seconds % _MINUTE)
    return words("status-done", locale, time=time)


def alt_text(job: Job, index: int, locale: str) -> str:
    """What somebody who can't see picture `index` (from 1) is told; at most 1000 characters."""
    prompt = clip(" ".join(job.request.prompt.split()), _ALT_PROMPT)
    if job.kind is JobKind.SHEET:
        return words("alt-sheet", locale, jobs=len(combinations(job.request)), prompt=prompt)
    return words("alt-text", locale, index=index, count=len(job.pictures), prompt=prompt)


def card_picture(job: Job, index: int, locale: str) -> CardPicture:
    """Picture `index` (from 1) with its alt text."""
    picture = job.pictures[index - 1]
    return CardPicture(
        key=picture.key,
        alt=alt_text(job, index, locale),
        width=picture.width,
        height=picture.height,
        media_type=picture.media_type,
    )


def ai_note(locale: str, model: ModelSpec, *, sandbox: bool) -> str:
    """Who painted it: it is always said."""
    return words("note-ai-sandbox" if sandbox else "note-ai", locale, model=model.name)
