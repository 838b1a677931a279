"""What a browser or a script sends, read with all the distrust it deserves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.domain.cursor import Cursor
from bot.domain.job import is_job_id

from .answers import Problem

BODY_LIMIT = 64 * 1024
BODY_SECONDS = 10.0


async def json_body(request: web.Request) -> Mapping[str, Any]:
    """The body as a JSON object; a Problem (400, 408, 413, 415) for anything else."""
    if request.content_type != "application/json":
        raise Problem(415, "not-json")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            raw = await request.read()
    except TimeoutError:
        raise Problem(408, "too-slow", headers={"Connection": "close"}) from None
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise Problem(400, "bad-json") from None
    if not isinstance(body, dict):
        raise Problem(400, "bad-json")
    return body


def text_in(body: Mapping[str, Any], name: str = "text") -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text.strip():
        raise Problem(400, "no-text")
    return text.strip()


def parent_in(body: Mapping[str, Any]) -> str | None:
    parent = body.get("parent")
    if parent is None:
        return None
    if not isinstance(parent, str) or not is_job_id(parent):
        raise Problem(400, "bad-parent")
    return parent


def cursor_in(request: web.Request, name: str) -> Cursor | None:
    """Where a list goes on; None for its beginning."""
    text = request.query.get(name)
    if text is None:
        return None
    try:
        return Cursor.parse(text)
    except ValueError:
        raise Problem(400, "bad-request") from None
