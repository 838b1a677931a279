"""What could not be posted when it was ready, told to its author the next time that there is a way."""

from __future__ import annotations

from bot.cards.clip import excerpt
from bot.cards.failure_text import failure_sentence
from bot.cards.phrases import options_line
from bot.cards.sentences import words
from bot.domain.card import Button, ButtonAction, Card, Tone
from bot.domain.report import JobReport


def untold_card(report: JobReport, locale: str) -> Card:
    job = report.job
    show = Button(press=ButtonAction.SHOW, label=words("button-show-kept", locale), target=job.id, primary=True)
    return Card(
        tone=Tone.DONE,
        job_id=job.id,
        heading=words("untold-heading", locale),
        prompt=excerpt(job.request.prompt),
        options=options_line(job.request, locale),
        status=failure_sentence(job, locale),
        notes=((words("note-job", locale, id=job.id),),),
        buttons=(show,),
    )
