"""A job as a row, and a row as a job."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from bot.domain.defaults import OPTION_NAMES
from bot.domain.job import Failure, FailureCode, GalleryCopy, Job, JobKind, JobState, StoredPicture
from bot.domain.people import Destination, Person
from bot.domain.request import ImageRequest
from bot.domain.style import STYLES

from .types import storable

# These have a column of their own name and type.
_PLAIN = frozenset(
    {
        "submitted_at",
        "generating_at",
        "ready_at",
        "finished_at",
        "task_id",
        "submit_open",
        "task_open",
        "result_id",
        "card_open",
        "parent_id",
        "deleted_at",
        "shared_at",
        "owner",
    }
)
# What may change after the job was accepted.
CHANGEABLE = _PLAIN | {"destination", "pictures", "failure", "gallery_copy"}


def fingerprint(job: Job) -> str:
    """The order as the provider sees it, 64 hexadecimal digits: identical orders have the same.

    Without the model, as tasks are matched without it: a lost submit of the same words for two models is one question.
    """
    order = [storable(job.prompt_sent), job.request.ratio, job.request.clarity, job.request.n]
    return hashlib.sha256(json.dumps(order).encode()).hexdigest()


def folded(text: str) -> str:
    """The text as it is searched: whatever its case and width."""
    # Casefolding may undo a normal form: https://www.unicode.org/reports/tr15/#Design_Goals
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def author_columns(author: Person) -> dict[str, Any]:
    return {
        "author_platform": author.platform,
        "author_community_id": author.community_id,
        "author_id": author.user_id,
        "author_name": author.name,
        "author_locale": author.locale,
    }


def author_of(row: RowMapping) -> Person:
    return Person(
        platform=row["author_platform"],
        community_id=row["author_community_id"],
        user_id=row["author_id"],
        name=row["author_name"],
        locale=row["author_locale"],
        roles=tuple(row.get("author_roles", ())),
        guest=bool(row.get("author_guest")),
    )


def job_columns(
    job: Job, day: date, series_index: int | None = None, *, base_day: date | None = None
) -> dict[str, Any]:
    """Every column of the job's row; the limits of `day` and `base_day` are those it counts against.

    `day` is the community's, `base_day` the operator's; `series_index` is its place in its series.
    """
    request = job.request
    return {
        "id": job.id,
        **author_columns(job.author),
        "author_roles": list(job.author.roles),
        "author_guest": job.author.guest,
        "kind": job.kind.value,
        "series_id": job.series_id,
        "series_index": series_index,
        "prompt": request.prompt,
        "prompt_folded": folded(request.prompt),
        **{name: getattr(request, name) for name in OPTION_NAMES},
        "model": request.model,
        "prompt_sent": job.prompt_sent,
        "fingerprint": fingerprint(job),
        "points": job.points,
        "base_points": job.base_points,
        "day": day,
        "base_day": base_day,
        "counted_channel": job.destination.counted_channel,
        "state": job.state.value,
        "created_at": job.created_at,
        **changed_columns({name: getattr(job, name) for name in CHANGEABLE}),
    }


def changed_columns(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The columns behind changed fields of a Job. ValueError: a field that is settled at acceptance."""
    columns: dict[str, Any] = {}
    for name, value in changes.items():
        if name in _PLAIN:
            columns[name] = value
        elif name == "destination":
            columns |= _destination_columns(value)
        elif name == "pictures":
            columns["pictures"] = [asdict(picture) for picture in value]
        elif name == "gallery_copy":
            columns["gallery_copy"] = None if value is None else _copy_columns(value)
        elif name == "failure":
            columns["failure_code"] = None if value is None else value.code.value
            columns["failure_detail"] = None if value is None else value.detail
        else:
            raise ValueError(f"{name!r} of a job can't be changed")
    return columns


def _copy_columns(copy: GalleryCopy) -> dict[str, Any]:
    """Platform and community are the job's."""
    there = copy.destination
    return {"channel_id": there.channel_id, "details": dict(there.details), "result_id": copy.result_id}


def _copy_of(row: RowMapping) -> GalleryCopy | None:
    kept = row["gallery_copy"]
    if kept is None:
        return None
    there = Destination(
        platform=row["platform"],
        community_id=row["community_id"],
        channel_id=kept["channel_id"],
        details=kept["details"],
    )
    return GalleryCopy(destination=there, result_id=kept["result_id"])


def _destination_columns(destination: Destination) -> dict[str, Any]:
    return {
        "platform": destination.platform,
        "community_id": destination.community_id,
        "channel_id": destination.channel_id,
        "card_id": destination.card_id,
        "locale": destination.locale,
        "details": dict(destination.details),
        "private": destination.private,
    }


def job_of(row: RowMapping) -> Job:
    return Job(
        id=row["id"],
        author=author_of(row),
        destination=Destination(
            platform=row["platform"],
            community_id=row["community_id"],
            channel_id=row["channel_id"],
            card_id=row["card_id"],
            locale=row["locale"],
            details=row["details"],
            private=bool(row["private"]),
        ),
        request=_request_of(row),
        kind=JobKind(row["kind"]),
        series_id=row["series_id"],
        prompt_sent=row["prompt_sent"],
        points=row["points"],
        base_points=row["base_points"],
        state=JobState(row["state"]),
        created_at=row["created_at"],
        pictures=tuple(StoredPicture(**picture) for picture in row["pictures"]),
        failure=_failure_of(row),
        gallery_copy=_copy_of(row),
        **{name: row[name] for name in _PLAIN},
    )


def _request_of(row: RowMapping) -> ImageRequest:
    order = {name: row[name] for name in ("prompt", *OPTION_NAMES, "model")}
    # A style may go with a new version, and a community's own may change: `prompt_sent` keeps what was ordered.
    order |= {"style": None, "style_words": ""}
    words = row["prompt_sent"][len(row["prompt"]) + len(", ") :]
    if row["style"] in STYLES:
        order["style"] = row["style"]
    elif row["style"] is not None and words:
        order |= {"style": row["style"], "style_words": words}
    try:
        return ImageRequest(**order)
    except ValueError:
        # It was valid when it was accepted. Stricter rules since must not keep its job from coming to its end.
        request = object.__new__(ImageRequest)
        for name, value in order.items():
            object.__setattr__(request, name, value)
        return request


def _failure_of(row: RowMapping) -> Failure | None:
    if row["failure_code"] is None:
        return None
    return Failure(code=FailureCode(row["failure_code"]), detail=row["failure_detail"] or "")
