"""Hand a request to the bot that runs on the same database, over loopback, and bring its pictures back.

It speaks the page's own API with the secret that only this machine's user can read (docs/architecture.md).
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot.cards.sentences import sentence
from bot.domain.card import Moment, Text
from bot.domain.text_direction import without_direction_controls
from bot.platforms.terminal.file_names import file_name
from bot.platforms.terminal.outcome import Exit, Outcome, exit_of
from bot.platforms.terminal.progress import plain

_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5)
# The stream is silent for at most fifteen seconds: then comes a ping.
_STREAM_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=40)
_ACCEPTED, _TOO_MANY, _SHUTTING_DOWN = 202, 429, 503


class BotGone(Exception):
    """The running bot can't be reached any more; whatever it had accepted goes on at its next start."""


class Handover:
    """One request's way through the running bot. `say` hears the card's status as it changes."""

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        locale: str,
        say: Callable[[Text], None],
        note: Callable[[Text], None] | None = None,
    ) -> None:
        self._url = url
        self._say = say
        self._note = note or say
        self._locale = locale
        self._headers = {
            "Authorization": f"Bearer {secret}",
            "X-Easel-Platform": "terminal",
            "Accept-Language": locale,
        }

    async def imagine(self, text: str, *, out: Path, stop: asyncio.Event, priced: bool = False) -> Outcome:
        """Ask, follow, fetch; when `stop` is set the job is cancelled. BotGone: it went away meanwhile.

        `priced`: every combination of a matrix is drawn without asking.
        """
        try:
            async with aiohttp.ClientSession(headers=self._headers, timeout=_TIMEOUT) as session:
                await self._say_who_paints(session)
                status, body = await self._order(session, {"text": text, "priced": priced})
                if status != _ACCEPTED:
                    return _refused(status, body["error"], self._locale)
                return await self._follow(session, body["message"], out, stop)
        except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError) as error:
            raise BotGone(str(error)) from error

    async def _order(self, session: aiohttp.ClientSession, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send the request, once more where its answer was lost: the key makes one order of both."""
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        for last in (False, True):
            try:
                async with session.post(f"{self._url}/api/commands", json=request, headers=headers) as answer:
                    return answer.status, await answer.json()
            except (aiohttp.ClientError, TimeoutError):
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _say_who_paints(self, session: aiohttp.ClientSession) -> None:
        async with session.get(f"{self._url}/api/session") as answer:
            if answer.ok and (await answer.json()).get("sandbox"):
                self._note(sentence("terminal-sandbox", self._locale))

    async def _follow(
        self, session: aiohttp.ClientSession, message: dict[str, Any], out: Path, stop: asyncio.Event
    ) -> Outcome:
        job_id = message["id"]
        following = asyncio.create_task(self._last_word(session, job_id))
        stopping = asyncio.create_task(stop.wait())
        self._show(message)
        try:
            await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                self._say(sentence("terminal-cancelling", self._locale))
                async with session.post(f"{self._url}/api/jobs/{job_id}/cancel", json={}) as answer:
                    await answer.read()
            last = await following
        finally:
            for task in (following, stopping):
                task.cancel()
        job, card, paths = last["job"], last["card"], []
        series = await self._series(session, job_id)
        for one in (job, *series):
            sheet = one is job and bool(series)
            paths += await self._fetch(session, one, out, sheet=sheet) if one["state"] == "done" else []
        words = (card["status"], *(() if job["state"] == "done" else card["notes"]))
        said = "\n".join(plain(_text(part), self._locale) for part in words if part)
        return Outcome(exit=exit_of(job), sentence=without_direction_controls(said), job=job, paths=tuple(paths))

    async def _series(self, session: aiohttp.ClientSession, job_id: str) -> list[dict[str, Any]]:
        """The jobs that go on this one, if it is a sheet."""
        async with session.get(f"{self._url}/api/jobs/{job_id}/series") as answer:
            answer.raise_for_status()
            return [message["job"] for message in (await answer.json())["messages"]]

    async def _last_word(self, session: aiohttp.ClientSession, job_id: str) -> dict[str, Any]:
        while True:
            try:
                async for message in self._messages(session, job_id):
                    self._show(message)
                    if message["job"]["state"] in {"done", "failed", "cancelled"}:
                        return message
            except aiohttp.ServerTimeoutError:
                continue  # the stream is taken up again where the job is by then

    async def _messages(self, session: aiohttp.ClientSession, job_id: str) -> AsyncIterator[dict[str, Any]]:
        """The job's messages from the server-sent events, beginning with the present one."""
        params = {"job": job_id}
        async with session.get(f"{self._url}/api/events", params=params, timeout=_STREAM_TIMEOUT) as stream:
            stream.raise_for_status()
            async for line in stream.content:
                if line.startswith(b"data:") and "message" in (data := json.loads(line[5:])):
                    yield data["message"]

    async def _fetch(
        self, session: aiohttp.ClientSession, job: dict[str, Any], out: Path, *, sheet: bool
    ) -> list[Path]:
        paths = []
        for index, picture in enumerate(job["pictures"], start=1):
            async with session.get(f"{self._url}{picture['url']}") as answer:
                answer.raise_for_status()
                suffix = (answer.content_type or "image/png").rpartition("/")[2].replace("jpeg", "jpg")
                path = (out / file_name(job["prompt"], job["id"], index, suffix, sheet=sheet)).absolute()
                await asyncio.to_thread(path.write_bytes, await answer.read())
            paths.append(path)
        return paths

    def _show(self, message: dict[str, Any]) -> None:
        self._say(_text(message["card"]["status"]))


def _text(parts: list[Any]) -> Text:
    """A card's text from its JSON."""
    return tuple(part if isinstance(part, str) else Moment(datetime.fromisoformat(part["at"])) for part in parts)


def _refused(status: int, error: dict[str, Any], locale: str) -> Outcome:
    lines = [error["message"], error.get("hint")]
    if card := error.get("card"):  # its moments are data, and its notes stand in lines of their own
        lines = [plain(_text(part), locale) for part in (card["status"], *card["notes"])]
    if error["code"] == "matrix-offer":
        lines.append(plain(sentence("terminal-all", locale)))
    elif error["code"] == "not-a-request" and error.get("repair"):
        lines.append(plain(sentence("terminal-anyway", locale, text=error["repair"])))
    elif error.get("repair"):
        lines.append(f"→ {error['repair']}")
    said = without_direction_controls("\n".join(line for line in lines if line))
    match status:
        case _ if status == _TOO_MANY:
            code = Exit.OVER_LIMIT
        case _ if status == _SHUTTING_DOWN:
            code = Exit.TROUBLE
        case _:
            code = Exit.USAGE
    return Outcome(
        exit=code,
        sentence=said,
        code=error["code"],
        message=error["message"],
        hint=error.get("hint") or "",
        repair=error.get("repair"),
    )
