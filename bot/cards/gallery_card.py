"""A page of a gallery, and a picture in the community's gallery channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.cards.clip import clip, excerpt
from bot.cards.phrases import ai_note, card_picture, options_line
from bot.cards.sentences import sentence, words
from bot.domain.card import Button, ButtonAction, Card, Text, Tone
from bot.domain.gallery import FoundPage
from bot.domain.report import JobReport

_LISTED_PROMPT = 80
_PRESSED_PER_ROW = 5


def gallery_card(found: FoundPage, locale: str) -> Card:
    """One picture a job with its number; buttons with the same numbers show all of it, ‹ and › turn the page."""
    page = found.page
    heading = words(f"gallery-{found.gallery_filter.value}", locale)
    said = " ".join(found.words)
    if not page.jobs:
        empty = "gallery-nothing-found" if said else f"gallery-{found.gallery_filter.value}-empty"
        return Card(tone=Tone.DONE, heading=heading, status=sentence(empty, locale, words=said))
    listed: list[Text] = [
        (f"{number}. {clip(' '.join(job.request.prompt.split()), _LISTED_PROMPT)} · {job.request.ratio} · {job.id}",)
        for number, job in enumerate(page.jobs, 1)
    ]
    return Card(
        tone=Tone.DONE,
        heading=heading,
        options=words("gallery-words", locale, words=said) if said else "",
        status=sentence(
            "gallery-page-of-many" if page.more else "gallery-page",
            locale,
            page=page.page + 1,
            pages=page.pages,
            total=page.total,
        ),
        pictures=tuple(card_picture(job, 1, locale) for job in page.jobs if job.pictures),
        notes=(*listed, sentence("gallery-ai", locale)),
        buttons=tuple(_buttons(found)),
    )


def gallery_channel_card(report: JobReport, indexes: Sequence[int], locale: str) -> Card:
    """These pictures (from 1) of a job, as they hang in the gallery channel. Nobody is pinged."""
    job = report.job
    return Card(
        tone=Tone.DONE,
        job_id=job.id,
        prompt=excerpt(job.request.prompt),
        options=options_line(job.request, locale),
        status=sentence("wall-made-by", locale, name=job.author.name),
        pictures=tuple(card_picture(job, index, locale) for index in indexes if 1 <= index <= len(job.pictures)),
        notes=((ai_note(locale, job.request.spec, sandbox=report.sandbox),),),
        buttons=(
            Button(press=ButtonAction.AGAIN, label=words("button-again", locale), target=job.id),
            Button(press=ButtonAction.SHOW, label=words("button-show", locale), target=job.id),
        ),
    )


def _buttons(found: FoundPage) -> Iterator[Button]:
    page = found.page
    for number, job in enumerate(page.jobs, 1):
        yield Button(press=ButtonAction.SHOW, label=str(number), target=job.id, row=(number - 1) // _PRESSED_PER_ROW)
    turning = (len(page.jobs) - 1) // _PRESSED_PER_ROW + 1
    for label, index in (("‹", page.page - 1), ("›", page.page + 1)):
        if 0 <= index < page.pages:
            yield Button(press=ButtonAction.PAGE, label=label, target=found.target, index=index, row=turning)
