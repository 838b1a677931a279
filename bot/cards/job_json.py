"""A job as the page and the terminal's --json give it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.cards.failure_text import failure_sentence
from bot.cards.phrases import alt_text
from bot.domain.defaults import OPTION_NAMES
from bot.domain.job import Job, JobState


def job_json(
    job: Job, *, picture_url: Callable[[int], str], eta: datetime | None = None, locale: str = "en"
) -> dict[str, object]:
    """JSON-able: id, state, prompt, ratio, clarity, n, style, pictures, error, eta, created_at, finished_at.

    `pictures`: url, alt, width and height of each; `picture_url` is given its number, counted from 1 as in
    the names of files. `error`: null, or code and message in the language of `locale`. Times are ISO 8601 in UTC;
    `eta` and `finished_at` may be null. A deleted job has no pictures any more.
    """
    request = job.request
    kept = () if job.deleted_at is not None else job.pictures
    return {
        "id": job.id,
        "state": job.state.value,
        "prompt": request.prompt,
        **{name: getattr(request, name) for name in OPTION_NAMES},
        "pictures": [
            {
                "url": picture_url(number),
                "alt": alt_text(job, number, locale),
                "width": picture.width,
                "height": picture.height,
            }
            for number, picture in enumerate(kept, start=1)
        ],
        "error": _error(job, locale),
        "eta": None if job.state.finished else _time(eta),
        "created_at": _time(job.created_at),
        "finished_at": _time(job.finished_at),
    }


def _error(job: Job, locale: str) -> dict[str, str] | None:
    if job.state is not JobState.FAILED or job.failure is None:
        return None
    message = "".join(part for part in failure_sentence(job, locale) if isinstance(part, str))
    return {"code": job.failure.code.value, "message": message}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
