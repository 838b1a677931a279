"""Cards and jobs as JSON for the page. Texts travel as data and moments as ISO times; never HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.actions.series import begun_at
from bot.cards import gallery_card, job_card, job_json, refusal_card, show_card
from bot.cards.phrases import card_picture
from bot.cards.sentences import words
from bot.domain.card import Card, CardPicture, Moment, Text
from bot.domain.defaults import OPTION_NAMES
from bot.domain.errors import Refused
from bot.domain.gallery import FoundPage, Shown
from bot.domain.job import Job, JobKind
from bot.domain.media import SUFFIXES, shown_as
from bot.domain.people import Person
from bot.domain.ports import Opinion
from bot.domain.report import JobReport
from bot.domain.text_direction import without_direction_controls
from bot.grammar.printing import print_request, quote_prompt

from .names import called
from .platform import HIDDEN

_ENDINGS = tuple(".!?…。！？")


def picture_url(job_id: str, index: int) -> str:
    """Where the page finds a picture; `index` counts from 1, as in the names of downloaded files."""
    return f"/pictures/{job_id}/{index}"


def file_name(job_id: str, index: int, media_type: str) -> str:
    """The name of a downloaded picture whose original is of this kind; KeyError for a kind that none is of."""
    return f"easel-{job_id}-{index}.{SUFFIXES[shown_as(media_type)]}"


def message_json(report: JobReport, locale: str, *, mine: bool, opinion: Opinion | None = None) -> dict[str, Any]:
    """One message of the page: what was asked, the bot's card, and the job behind it. `mine`: the reader asked.

    Without an `opinion` the reader keeps what they know of it.
    """
    job = report.job
    request = job.request
    return {
        "id": job.id,
        "mine": mine,
        "author": called(job.author.name, locale),
        "command": f"/imagine {print_request(request)}",
        "request": {
            "prompt": quote_prompt(request.prompt),  # as one types it
            **{name: getattr(request, name) for name in OPTION_NAMES},
        },
        "card": card_json(job_card(report, locale, opinion=opinion, full=True)),
        "job": job_as_json(report, locale),
        "opinion": None if opinion is None else opinion_json(opinion),
        "hidden": HIDDEN in job.destination.details,
        "sheet": job.kind is JobKind.SHEET,
        "series": job.series_id,
        **_order(job),
        "parent": job.parent_id,
        "created_at": iso(job.created_at),
    }


def _order(job: Job) -> dict[str, str | None]:
    """What messages are sorted by, finer than `created_at`: a sheet stands behind its series, its words before it."""
    asked_at = begun_at(job) if job.kind is JobKind.SHEET else None
    return {"order": _fine(job.created_at), "asked_order": None if asked_at is None else _fine(asked_at)}


def _fine(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def job_as_json(report: JobReport, locale: str) -> dict[str, object]:
    """The job of the web API, with the addresses of its pictures here."""
    job_id = report.job.id
    return job_json(
        report.job, picture_url=lambda index: picture_url(job_id, index), eta=report.ready_at, locale=locale
    )


def card_json(card: Card) -> dict[str, Any]:
    return {
        "tone": card.tone.value,
        "job_id": card.job_id,
        "heading": card.heading,
        "prompt": card.prompt,
        "options": card.options,
        "status": text_json(card.status),
        "command": card.command,
        "pictures": [_picture(card.job_id, index, picture) for index, picture in enumerate(card.pictures, 1)],
        "notes": [text_json(note) for note in card.notes],
        "buttons": [
            {
                "press": button.press.value,
                "label": button.label,
                "target": button.target,
                "index": button.index,
                "primary": button.primary,
                "danger": button.danger,
            }
            for button in card.buttons
        ],
    }


def shown_json(shown: Shown, person: Person) -> dict[str, Any]:
    """One job as a message with all there is to say of it."""
    mine = shown.report.job.author.user_id == person.user_id
    message = message_json(shown.report, person.locale, mine=mine, opinion=shown.opinion)
    return message | {"card": card_json(show_card(shown, person.locale))}


def found_json(found: FoundPage, locale: str) -> dict[str, Any]:
    """A page of a gallery."""
    card = gallery_card(found, locale)
    return {
        "shelf": found.gallery_filter.value,
        "words": " ".join(found.words),
        "page": found.page.page,
        "pages": found.page.pages,
        "total": found.page.total,
        "heading": card.heading,
        "status": "".join(part for part in card.status if isinstance(part, str)),
        "items": [
            {
                "id": job.id,
                "prompt": without_direction_controls(job.request.prompt),
                "ratio": job.request.ratio,
                "author": called(job.author.name, locale),
                "created_at": iso(job.created_at),
                "pictures": [picture_json(job, index, locale) for index in range(1, len(job.pictures) + 1)],
                "hidden": HIDDEN in job.destination.details,
            }
            for job in found.page.jobs
        ],
    }


def shared_opinion_json(opinion: Opinion) -> dict[str, Any]:
    """What everybody together thinks; votes by picture, counted from 1."""
    return {"stars": opinion.stars, "votes": {str(index): votes for index, votes in opinion.votes.items()}}


def opinion_json(opinion: Opinion) -> dict[str, Any]:
    """With what the reader thinks."""
    return {**shared_opinion_json(opinion), "starred": opinion.starred, "vote": opinion.vote}


def picture_json(job: Job, index: int, locale: str) -> dict[str, Any]:
    """Picture `index` (from 1) of a job."""
    return _picture(job.id, index, card_picture(job, index, locale))


def _picture(job_id: str, index: int, picture: CardPicture) -> dict[str, Any]:
    url = picture_url(job_id, index)
    return {
        "url": url,
        "thumb": f"{url}?size=thumb",
        "name": file_name(job_id, index, picture.media_type),
        "alt": picture.alt,
        "width": picture.width,
        "height": picture.height,
    }


def text_json(text: Text) -> list[str | dict[str, str]]:
    return [{"at": iso(part.at)} if isinstance(part, Moment) else part for part in text]


def plain(text: Text) -> str:
    """A text for those who only read: the error's message and hint."""
    return "".join(iso(part.at) if isinstance(part, Moment) else part for part in text)


def as_sentences(lines: Sequence[str], locale: str) -> str:
    """Lines of small print, which end without a full stop, one after the other."""
    between = words("between-sentences", locale)
    stop, gap = between.strip(), between[len(between.strip()) :]
    return gap.join(line if line.endswith(_ENDINGS) else f"{line}{stop}" for line in lines)


def refusal_json(refused: Refused, locale: str, *, prompt: str = "") -> dict[str, Any]:
    """A refusal: its sentence as `message`, what would do as `hint`, its card, and the draft that a press takes."""
    card = refusal_card(refused, locale, draft_id=refused.draft_id, prompt=prompt)
    first, *rest = [text for text in (card.heading, plain(card.status), *map(plain, card.notes)) if text]
    return {
        "code": refused.code,
        "message": first,
        "hint": as_sentences(rest, locale),
        "repair": None if refused.repair is None else refused.repair.text,
        "card": card_json(card),
        "draft": refused.draft_id,
    }


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
