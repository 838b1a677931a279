"""The sheet of a series at a moment: one card for all of its jobs, and the sheet itself once they have ended."""

from __future__ import annotations

from bot.cards.clip import excerpt
from bot.cards.failure_text import failure_sentence
from bot.cards.phrases import ai_note, card_picture, options_line, took
from bot.cards.sentences import sentence, words
from bot.domain.card import Button, ButtonAction, Card, Text, Tone
from bot.domain.job import Job, JobState
from bot.domain.report import JobReport
from bot.grammar.matrix import combinations


def sheet_card(report: JobReport, locale: str) -> Card:
    """As job_card, which calls it."""
    job = report.job
    jobs = len(combinations(job.request))
    tone, status, notes = _state(report, jobs, locale)
    if report.sandbox and job.state is not JobState.DONE:
        notes.append(sentence("note-sandbox", locale))
    return Card(
        tone=tone,
        job_id=job.id,
        heading=words("heading-failed", locale) if tone is Tone.FAILED else "",
        prompt=excerpt(job.request.prompt),
        options=f"{words('options-sheet', locale, jobs=jobs)} · {options_line(job.request, locale)}",
        status=status,
        pictures=tuple(card_picture(job, index, locale) for index in range(1, len(job.pictures) + 1))
        if job.state is JobState.DONE
        else (),
        notes=tuple(notes),
        buttons=_buttons(report, locale),
        mention=job.state in {JobState.DONE, JobState.FAILED},
    )


def sheet_foot(job: Job, *, sandbox: bool = False) -> str:
    """The line below the pictures of a sheet, on the sheet itself."""
    return ai_note(job.destination.locale, job.request.spec, sandbox=sandbox)


def _state(report: JobReport, jobs: int, locale: str) -> tuple[Tone, Text, list[Text]]:
    job = report.job
    match job.state:
        case JobState.DONE:
            told = " · ".join(
                (ai_note(locale, job.request.spec, sandbox=report.sandbox), words("note-job", locale, id=job.id))
            )
            return Tone.DONE, (took(job, locale),), [(told,)]
        case JobState.FAILED:
            return Tone.FAILED, failure_sentence(job, locale), []
        case JobState.CANCELLED:
            return Tone.CANCELLED, sentence("status-cancelled", locale), [sentence("note-cancelled-sheet", locale)]
        case JobState.DELIVERING:
            return Tone.WORKING, sentence("status-delivering", locale), []
        case _:
            return Tone.WORKING, sentence("status-gathering", locale, ended=report.ended, jobs=jobs), []


def _buttons(report: JobReport, locale: str) -> tuple[Button, ...]:
    job = report.job
    if not job.state.finished:
        return (Button(press=ButtonAction.CANCEL, label=words("button-cancel", locale), target=job.id),)
    again = (
        Button(press=ButtonAction.AGAIN, label=words("button-again", locale), target=job.id),
        Button(press=ButtonAction.EDIT, label=words("button-edit", locale), target=job.id),
    )
    if job.state is not JobState.DONE:
        return again
    return (*again, Button(press=ButtonAction.DELETE, label=words("button-delete", locale), target=job.id, danger=True))
