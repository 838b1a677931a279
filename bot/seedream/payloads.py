"""The bodies of the API, built and read: pure functions, total over whatever JSON comes.

What can't be read raises Unreadable and nothing else. See docs/seedream.md for the fields.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

from bot.domain.job import Job
from bot.domain.ports import ModelTask, TaskState

PICTURE = 3  # `creation_type` and `type` of pictures
MODEL_CODE = "doubao-seedream-3.0-t2i"
PAGE_SIZE = 50  # the most ids, and the most tasks, of one page call

# Longer than any the vendor gives; what is longer is no id, token or message, and must not fill a database or a log.
LONGEST_ID = 200
LONGEST_TOKEN = 4096
LONGEST_MESSAGE = 500
_LARGEST_CODE = 2**31

# The time of a task that doesn't say when it was made; older than anything anybody asks for.
UNKNOWN_TIME = datetime.fromtimestamp(0, UTC)
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()

_STATES = {
    "Queued": TaskState.WAITING,
    "Ready": TaskState.WAITING,
    "Generating": TaskState.WAITING,
    "Success": TaskState.SUCCEEDED,
    "Error": TaskState.FAILED,
    "Fail": TaskState.FAILED,
}


class Unreadable(ValueError):
    """The provider's answer doesn't have the documented shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The shape around every answer. `msg` and `trace_id` are printable and short."""

    code: int
    data: Any = None
    msg: str = ""
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenToken:
    """`expires` is as sent: documented as a Unix time stamp, None where there is no number."""

    token: str
    expires: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTask:
    """A task, and what reading it left open.

    `unknown_progress` is the `progress_desc` if no document knows it. `whole`: its time and prompt are there, so
    that a lost submit can be told from it.
    """

    task: ModelTask
    unknown_progress: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the task list. `size` counts its entries, `unreadable` those of them that are no tasks."""

    tasks: tuple[ReadTask, ...]
    size: int
    total: int | None
    unreadable: int


def token_body(app_id: str, secret_key: str) -> dict[str, Any]:
    return {"app_id": app_id, "secret_key": secret_key}


def submit_body(job: Job, callback_url: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "ref_prompt": job.prompt_sent,
        "creation_type": PICTURE,
        "aspect_ratio": job.request.ratio,
        "clarity": job.request.clarity,
        "number_of_images": job.request.n,
        "model_code": MODEL_CODE,
    }
    if callback_url:
        body["callback"] = callback_url
    return body


def page_body(ids: Sequence[str] = (), *, page: int = 1, size: int = PAGE_SIZE) -> dict[str, Any]:
    """The body of the page call. No ids: every picture task of the account."""
    return {"unique_ids": list(ids), "type": PICTURE, "page": page, "page_size": size}


def read_envelope(body: bytes) -> Envelope:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:  # also broken UTF-8; nested deeper than the parser goes
        raise Unreadable(f"no JSON ({type(error).__name__})") from None
    if not isinstance(answer, dict):
        raise Unreadable("no JSON object")
    code = answer.get("code")
    if not _is_int(code) or abs(code) > _LARGEST_CODE:
        raise Unreadable("no code")
    return Envelope(
        code=code, data=answer.get("data"), msg=_message(answer.get("msg")), trace_id=_message(answer.get("trace_id"))
    )


def read_token(data: Any) -> GivenToken:
    if not isinstance(data, dict):
        raise Unreadable("no data in the answer to a token call")
    token = data.get("access_token")
    if not isinstance(token, str) or not is_token(token):
        raise Unreadable("no access_token")
    expires = data.get("expire_in")
    return GivenToken(token=token, expires=float(min(expires, 2**62)) if _is_int(expires) else None)


def is_token(text: str) -> bool:
    """Whether it can stand in a header; a line break in it would end the header."""
    return 0 < len(text) <= LONGEST_TOKEN and text.isascii() and text.isprintable() and " " not in text


def read_task_id(data: Any) -> str:
    if not isinstance(data, str) or not is_task_id(data):
        raise Unreadable("no task id")
    return data


def is_task_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST_ID and text.isprintable() and not text.isspace()


def read_task(entry: Any) -> ReadTask:
    if not isinstance(entry, dict):
        raise Unreadable("no task")
    unique_id, progress = entry.get("unique_id"), entry.get("progress_desc")
    if not isinstance(unique_id, str) or not is_task_id(unique_id):
        raise Unreadable("a task without an id")
    if not isinstance(progress, str):
        raise Unreadable("a task without a state")
    photo = entry.get("photo_info")
    if not isinstance(photo, dict):
        photo = {}
    urls = entry.get("output_url")
    prompt = photo.get("ref_prompt")
    created_at = _time(entry.get("create_time"))
    kind = entry.get("type")
    task = ModelTask(
        id=unique_id,
        state=_STATES.get(progress, TaskState.WAITING),
        created_at=created_at,
        urls=tuple(url for url in urls if isinstance(url, str) and url) if isinstance(urls, list) else (),
        error=_message(entry.get("err_msg")),
        prompt=_text(prompt),
        ratio=_text(photo.get("aspect_ratio")) or _text(entry.get("aspect_ratio")),
        clarity=_number(photo.get("clarity")),
        n=_number(photo.get("number_of_images")),
    )
    return ReadTask(
        task=task,
        unknown_progress="" if progress in _STATES else _message(progress) or "(empty)",
        whole=(created_at != UNKNOWN_TIME and isinstance(prompt, str)) or (_is_int(kind) and kind != PICTURE),
    )


def read_page(data: Any) -> Page:
    if not isinstance(data, dict) or "list" not in data:
        raise Unreadable("no list of tasks")
    entries = data["list"]
    total = _total(data)
    if entries is None and not total:  # how some servers write an empty list
        entries = []
    if not isinstance(entries, list):
        raise Unreadable("no list of tasks")
    tasks = []
    for entry in entries:
        try:
            tasks.append(read_task(entry))
        except Unreadable:
            continue  # counted below: one broken entry must not hide the others
    return Page(tasks=tuple(tasks), size=len(entries), total=total, unreadable=len(entries) - len(tasks))


def _total(data: dict[str, Any]) -> int | None:
    """The larger of the two totals in a page: the number is trusted to say that a listing is complete."""
    info = data.get("page_info")
    totals = [data.get("total"), info.get("total_count") if isinstance(info, dict) else None]
    return max((total for total in totals if _is_int(total)), default=None)


def _time(value: Any) -> datetime:
    if not _is_int(value) or not 0 < value < _LATEST:
        return UNKNOWN_TIME
    return datetime.fromtimestamp(value, UTC)


def _number(value: Any) -> int:
    """A whole number from 0, also as digits in a string: the echo of a submit must not be missed for its type."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:  # noqa: PLR2004 - no bignums
        return int(value)
    return value if _is_int(value) and 0 <= value < 10**9 else 0


def _is_int(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: Any) -> str:
    """The text without lone surrogates, which JSON can hold and no database takes."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _message(value: Any) -> str:
    """One short printable line."""
    if not isinstance(value, str):
        return ""
    line = "".join(character if character.isprintable() else " " for character in value[: 2 * LONGEST_MESSAGE])
    return " ".join(line.split())[:LONGEST_MESSAGE]
