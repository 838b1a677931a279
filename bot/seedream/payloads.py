"""The bodies of the API, built and read: pure functions, total over whatever JSON comes.

What can't be read raises Unreadable and nothing else. See docs/seedream.md for the fields.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

from bot.domain.job import Job
from bot.domain.ports import ModelTask, TaskState

PICTURE = 3  # `creation_type` and `type` of pictures
PAGE_SIZE = 50  # the most ids, and the most tasks, of one page call

# Longer than any the vendor gives; what is longer is no id, token or message, and must not fill a database or a log.
LONGEST_ID = 200
LONGEST_TOKEN = 4096
_BETWEEN_LINKS = re.compile(r"\s*[,;]\s*(?=https?://)|\s+")
LONGEST_MESSAGE = 500
_LARGEST_CODE = 2**31

# Seconds: a number above the first of these is a time in milliseconds, above the second in microseconds.
_LATEST, _LATEST_IN_MS = 10**11, 10**14

_STATES = {
    "queued": TaskState.WAITING,
    "ready": TaskState.WAITING,
    "generating": TaskState.WAITING,
    "success": TaskState.SUCCEEDED,
    "succeeded": TaskState.SUCCEEDED,
    "completed": TaskState.SUCCEEDED,
    "error": TaskState.FAILED,
    "fail": TaskState.FAILED,
    "failed": TaskState.FAILED,
}
_NUMBER = re.compile(r"([0-9]{1,9})(?:\.0*)?([kK])?")


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
    """A task. `unknown_progress` is the `progress_desc` if no document knows it."""

    task: ModelTask
    unknown_progress: str = ""


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
        "model_code": job.request.model,
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


def read_beans(data: Any) -> float | None:
    """What is left on the account; None where it isn't said."""
    beans = data.get("resi_total_bean") if isinstance(data, dict) else None
    if isinstance(beans, str):
        with suppress(ValueError):
            beans = float(beans)
    if not isinstance(beans, int | float) or isinstance(beans, bool) or not math.isfinite(beans):
        return None
    return float(beans)


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
    said = _message(progress)
    state = _STATES.get(said.casefold())
    photo = _photo(entry.get("photo_info"))

    def echo(*names: str) -> Any:
        """The field where it is documented, or else beside it."""
        return next((found for part in (photo, entry) for name in names if (found := part.get(name))), None)

    task = ModelTask(
        id=unique_id,
        state=state or TaskState.WAITING,
        created_at=_time(entry.get("create_time")),
        urls=_urls(entry.get("output_url")),
        error=_message(entry.get("err_msg")),
        prompt=_text(echo("ref_prompt", "prompt")),
        ratio=_text(echo("aspect_ratio")).strip(),
        clarity=_number(echo("clarity")),
        n=_number(echo("number_of_images")),
        is_picture=_number(entry.get("type")) in {0, PICTURE},
    )
    return ReadTask(task=task, unknown_progress="" if state else said or "(empty)")


def _photo(value: Any) -> dict[str, Any]:
    """`photo_info`, which some servers put into a list, or write as text."""
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError, RecursionError):
            value = json.loads(value)
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, dict) else {}


def _urls(value: Any) -> tuple[str, ...]:
    """The links: a list of texts, but also one text, several in one, objects with a `url`, or JSON as text."""
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        with suppress(ValueError, RecursionError):
            value = json.loads(value)
    links = value if isinstance(value, list) else [value]
    texts = (link.get("url") if isinstance(link, dict) else link for link in links)
    return tuple(url for text in texts if isinstance(text, str) for url in _BETWEEN_LINKS.split(text) if url)


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


def _time(value: Any) -> datetime | None:
    """A time stamp in seconds, milliseconds or microseconds, also as text, or ISO 8601 with its zone."""
    if isinstance(value, str):
        text = value.strip()
        try:
            value = float(text)
        except ValueError:
            return _iso(text)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < _LATEST_IN_MS * 1000:
        return None
    return datetime.fromtimestamp(value / (1 if value < _LATEST else 10**3 if value < _LATEST_IN_MS else 10**6), UTC)


def _iso(text: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        time = datetime.fromisoformat(text)
        # Without a zone it may be half a day off.
        return None if time.tzinfo is None else time.astimezone(UTC)
    return None


def _number(value: Any) -> int:
    """A whole number from 0, also as text, `2.0` or `2K`: the echo of a submit must not be missed for its type."""
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value.strip())
        value = int(found[1]) * (1024 if found[2] else 1) if found else 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
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
    return one_line(value, LONGEST_MESSAGE)


def one_line(text: str, longest: int) -> str:
    """The text in one printable line of at most so many characters."""
    line = "".join(character if character.isprintable() else " " for character in text[: 2 * longest])
    return " ".join(line.split())[:longest]
