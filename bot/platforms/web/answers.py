"""Errors as JSON: `{"error": {"code", "message", "hint", ...}}`, in the reader's language, with the right status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from aiohttp import web

from bot.cards.sentences import words
from bot.domain.errors import BadOption, OverLimit, Refused

from .languages import best_locale

# Refusals of the actions that are neither a wrong option (400) nor a limit (429); any other is 403.
_STATUS: Mapping[str, int] = MappingProxyType(
    {
        "job-gone": 404,
        "draft-gone": 404,
        "share-link-gone": 404,
        "share-link-days": 400,
        "already-finished": 409,
        "event-reused": 422,
        "nothing-to-delete": 409,
        "provider-account": 503,
        "shutting-down": 503,
        "storage-away": 503,
    }
)


class Problem(Exception):
    """A request that ends here, with a status and one of our sentences."""

    def __init__(
        self, status: int, code: str, *, headers: Mapping[str, str] = MappingProxyType({}), **values: str
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers
        self.values = values


def locale_of(request: web.Request) -> str:
    """The language for this request: `?lang` where given, else what the browser prefers."""
    chosen = request.query.get("lang")
    return best_locale(chosen if chosen is not None else request.headers.get("Accept-Language", ""))


def problem_answer(problem: Problem, locale: str) -> web.Response:
    message = words(f"problem-{problem.code}", locale, **problem.values)
    hint = words(f"problem-{problem.code}-hint", locale, **problem.values)
    error = {"code": problem.code, "message": message, "hint": hint}
    answer = web.json_response({"error": error}, status=problem.status, headers=problem.headers)
    if problem.headers.get("Connection") == "close":  # the header alone leaves our end open
        answer.force_close()
    return answer


def refusal_status(refused: Refused) -> int:
    if isinstance(refused, BadOption):
        return 400
    if isinstance(refused, OverLimit):
        return 429
    return _STATUS.get(refused.code, 403)


def refusal_headers(refused: Refused, now: datetime) -> dict[str, str]:
    resets_at = refused.values.get("resets_at")
    if not isinstance(resets_at, datetime):
        return {}
    return {"Retry-After": str(max(1, round((resets_at - now).total_seconds())))}


def refusal_answer(refused: Refused, body: Mapping[str, Any], now: datetime) -> web.Response:
    return web.json_response({"error": body}, status=refusal_status(refused), headers=refusal_headers(refused, now))
