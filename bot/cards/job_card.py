"""A job at a moment → the Card that shows it, as product.md's "message by message" has it."""

from __future__ import annotations

from bot.cards.clip import excerpt
from bot.cards.failure_text import failure_sentence
from bot.cards.lineage import lineage
from bot.cards.phrases import ai_note, card_picture, options_line, span, took
from bot.cards.result_buttons import result_buttons
from bot.cards.sentences import sentence, words
from bot.cards.sheet_card import sheet_card
from bot.domain.card import Button, ButtonAction, Card, CardPicture, Text, Tone
from bot.domain.job import FailureCode, Job, JobKind, JobState
from bot.domain.ports import Opinion
from bot.domain.report import JobReport
from bot.grammar.hints import Hint, hints

_NOT_CHARGED = (JobState.FAILED, JobState.CANCELLED)


def job_card(report: JobReport, locale: str, *, opinion: Opinion | None = None, full: bool = False) -> Card:
    """The card of the job's present state, in the language of `locale`.

    With `done` it is the result with its pictures, to be posted anew; so is `failed`: both mention their author.
    `full`: a result has all of its buttons, with the stars and votes of `opinion`; else Again, Edit and Delete. A
    cancelled or failed job shows the pictures that are kept for its author; else a button that does.
    """
    job = report.job
    if job.deleted_at is not None:
        return Card(tone=Tone.CANCELLED, job_id=job.id, status=sentence("status-deleted", locale))
    if job.kind is JobKind.SHEET:
        return sheet_card(report, locale)
    if job.state is JobState.DONE:
        return _done(report, locale, result_buttons(job, locale, opinion, report.limits) if full else None)
    return _without_result(report, locale, full=full)


def _without_result(report: JobReport, locale: str, *, full: bool) -> Card:
    match report.job.state:
        case JobState.FAILED:
            return _failed(report, locale, full=full)
        case JobState.CANCELLED:
            return _cancelled(report, locale, full=full)
        case JobState.DELIVERING:
            return _card(report, locale, Tone.WORKING, sentence("status-delivering", locale))
        case _:
            return _under_way(report, locale)


def _under_way(report: JobReport, locale: str) -> Card:
    job = report.job
    notes: list[Text] = []
    queued = job.state is JobState.QUEUED
    if queued:
        tone, status = Tone.WAITING, _queued(report, locale)
        notes += _price(report, locale)
    elif report.looking:
        tone, status = Tone.WORKING, sentence("status-looking", locale)
    else:
        time = span(report.estimate.usual_low, report.estimate.usual_high, locale)
        tone, status = Tone.WORKING, sentence("status-drawing", locale, time=time)
    if report.away:
        tone, status = Tone.SLOW, sentence("status-away", locale)
    if report.resumed:
        notes.append(status)
        status = sentence("status-resumed", locale, n=job.request.n)
    if report.slow and not queued and not report.away:
        notes = [status] if report.resumed else []
        tone, status = Tone.SLOW, sentence("status-slow", locale)
    notes += _hints(job, locale)
    return _card(report, locale, tone, status, notes=notes, buttons=(_button(ButtonAction.CANCEL, job, locale),))


def _hints(job: Job, locale: str) -> list[Text]:
    """What in the prompt was probably meant otherwise. Of a series nobody has typed the prompts."""
    if job.series_id is not None:
        return []
    return [hint_sentence(hint, locale) for hint in hints(job.request.prompt)]


def hint_sentence(hint: Hint, locale: str) -> Text:
    return sentence(f"hint-{hint.code}", locale, word=hint.word, instead=hint.instead)


def _price(report: JobReport, locale: str) -> list[Text]:
    """What it counts and what is left after it, where there is a limit."""
    left = None if report.usage is None or report.limits is None else report.usage.left_today(report.limits)
    if left is None:
        return []
    job = report.job
    price, clarity = job.points * job.request.n, str(job.request.clarity)
    return [sentence("note-price", locale, points=job.points, price=price, clarity=clarity, left=left)]


def _options(job: Job, locale: str) -> str:
    """The options, and what they count where a picture is more than one point."""
    line = options_line(job.request, locale)
    if job.points == 1 or job.state in _NOT_CHARGED:
        return line
    pictures = job.delivered if job.state is JobState.DONE else job.request.n
    return f"{line} · {words('options-count', locale, n=job.points * pictures)}"


def _queued(report: JobReport, locale: str) -> Text:
    position = report.position or 0
    if report.ready_at is None:
        return sentence("status-queued", locale, position=position, ready="unknown", moment="")
    return sentence("status-queued", locale, position=position, ready="known", moment=report.ready_at)


def _done(report: JobReport, locale: str, all_buttons: tuple[Button, ...] | None) -> Card:
    job = report.job
    status = [took(job, locale)]
    if report.usage is not None:
        left = None if report.limits is None else report.usage.left_today(report.limits)
        if left is None:
            status.append(words("usage-unlimited", locale, used=report.usage.today))
        else:
            status.append(words("usage-left", locale, used=report.usage.today, left=left))
    notes: list[Text] = []
    if len(job.pictures) < job.request.n:
        notes.append(sentence("note-fewer", locale, came=len(job.pictures), wanted=job.request.n))
    notes += _hints(job, locale)
    changed = lineage(report, locale)
    if changed is not None:
        notes.append(changed)
    notes.append(
        (f"{ai_note(locale, job.request.spec, sandbox=report.sandbox)} · {words('note-job', locale, id=job.id)}",)
    )
    buttons = all_buttons or (
        _button(ButtonAction.AGAIN, job, locale),
        _button(ButtonAction.EDIT, job, locale),
        _button(ButtonAction.DELETE, job, locale, danger=True),
    )
    pictures = tuple(card_picture(job, index, locale) for index in range(1, len(job.pictures) + 1))
    told = (" · ".join(part for part in status if part),)
    return _card(report, locale, Tone.DONE, told, notes=notes, buttons=buttons, pictures=pictures, mention=True)


def _failed(report: JobReport, locale: str, *, full: bool) -> Card:
    job = report.job
    counts = sentence("note-kept-counts", locale, n=job.charged, id=job.id) if job.charged else None
    return _card(
        report,
        locale,
        Tone.FAILED,
        failure_sentence(job, locale),
        heading=words("heading-failed", locale),
        notes=[counts or sentence("note-not-charged", locale)],
        buttons=(
            *_show_kept(job, locale, full=full),
            *_post_again(job, locale),
            *_once_more(job, locale),
            _button(ButtonAction.EDIT, job, locale),
        ),
        pictures=_kept_pictures(job, locale, full=full),
        mention=True,
    )


def _once_more(job: Job, locale: str) -> tuple[Button, ...]:
    """What was drawn and is kept is shown, not ordered and paid again."""
    if job.unposted:
        return ()
    return (_button(ButtonAction.AGAIN, job, locale, "button-try-again", primary=True),)


def _cancelled(report: JobReport, locale: str, *, full: bool) -> Card:
    job = report.job
    return _card(
        report,
        locale,
        Tone.CANCELLED,
        sentence("status-cancelled", locale),
        notes=[cancelled_sentence(job, locale)],
        buttons=(
            *_show_kept(job, locale, full=full),
            _button(ButtonAction.AGAIN, job, locale),
            _button(ButtonAction.EDIT, job, locale),
        ),
        pictures=_kept_pictures(job, locale, full=full),
    )


def _show_kept(job: Job, locale: str, *, full: bool) -> tuple[Button, ...]:
    return () if not job.unposted or full else (_button(ButtonAction.SHOW, job, locale, "button-show-kept"),)


def _post_again(job: Job, locale: str) -> tuple[Button, ...]:
    """For what only the chat refused, which may have changed its mind."""
    refused = job.failure is not None and job.failure.code is FailureCode.UNDELIVERABLE
    return (_button(ButtonAction.REPOST, job, locale),) if refused and job.unposted else ()


def _kept_pictures(job: Job, locale: str, *, full: bool) -> tuple[CardPicture, ...]:
    return tuple(card_picture(job, index, locale) for index in range(1, len(job.unposted) + 1)) if full else ()


def cancelled_sentence(job: Job, locale: str) -> Text:
    """What a cancelled job counts, as far as it is known."""
    if job.submit_open:
        return sentence("note-cancelled-unknown", locale)
    if job.task_open:
        return sentence("note-cancelled-drawing", locale, n=job.request.n)
    if job.pictures:
        return sentence("note-cancelled-drawn", locale, n=len(job.pictures))
    if job.charged:
        return sentence("note-cancelled-counts", locale, n=job.charged)
    return sentence("note-cancelled" if job.task_id is None else "note-cancelled-nothing", locale)


def _card(
    report: JobReport,
    locale: str,
    tone: Tone,
    status: Text,
    *,
    heading: str = "",
    notes: list[Text] | None = None,
    buttons: tuple[Button, ...] = (),
    pictures: tuple[CardPicture, ...] = (),
    mention: bool = False,
) -> Card:
    small_print = tuple(notes or ())
    if report.sandbox and tone is not Tone.DONE:  # a result says it in its AI label
        small_print += (sentence("note-sandbox", locale),)
    return Card(
        tone=tone,
        job_id=report.job.id,
        heading=heading,
        prompt=excerpt(report.job.request.prompt),
        options=_options(report.job, locale),
        status=status,
        pictures=pictures,
        notes=small_print,
        buttons=buttons,
        # Of a series the sheet calls its author, once for all.
        mention=mention and report.job.series_id is None,
    )


def _button(
    press: ButtonAction, job: Job, locale: str, label: str = "", *, primary: bool = False, danger: bool = False
) -> Button:
    said = words(label or f"button-{press.value}", locale)
    return Button(press=press, label=said, target=job.id, primary=primary, danger=danger)
