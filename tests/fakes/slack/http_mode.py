"""Sending to the app over HTTP, signed, as Slack does without Socket Mode.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from .acts import ANSWER_WITHIN
from .blocks import Json
from .core import Core

DEADLINE = 10.0  # real seconds, so that a test never hangs


@dataclass(frozen=True)
class HttpAnswer:
    """What the app answered; `late`: Slack had given up by then (3 seconds of its clock)."""

    status: int
    body: str
    content_type: str
    latency: float

    @property
    def late(self) -> bool:
        return self.latency > ANSWER_WITHIN

    @property
    def payload(self) -> Json:
        """The answer as an acknowledgement: JSON, or words."""
        if not self.body:
            return {}
        if self.content_type == "application/json":
            found = json.loads(self.body)
            return found if isinstance(found, dict) else {}
        return {"text": self.body}


def sign(secret: str, timestamp: int, body: str) -> str:
    basis = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()


def encode(payload: Json) -> tuple[str, str]:
    """Body and content type: events as JSON, commands as a form, interactions as a form with JSON in it."""
    if payload.get("type") in {"event_callback", "url_verification", "app_rate_limited"}:
        return json.dumps(payload), "application/json"
    if "command" in payload:
        return urlencode({k: v for k, v in payload.items() if v is not None}), "application/x-www-form-urlencoded"
    return urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"


class HttpMode:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self,
        url: str,
        signing_secret: str | None,
        payload: Json,
        *,
        timestamp: float | None = None,
        signature: str | None = None,
        retry: int = 0,
    ) -> HttpAnswer:
        """Post one payload. No secret: unsigned. `timestamp` (Unix seconds): stale, or the same again for a replay."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE))
        body, kind = encode(payload)
        started = self._core.clock.seconds()
        moment = int(started if timestamp is None else timestamp)
        headers = {"Content-Type": kind, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        if signing_secret is not None:
            headers["X-Slack-Request-Timestamp"] = str(moment)
            headers["X-Slack-Signature"] = signature or sign(signing_secret, moment, body)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        async with self._session.post(url, data=body.encode(), headers=headers) as answer:
            text = await answer.text()
            latency = self._core.clock.seconds() - started
            return HttpAnswer(answer.status, text, answer.content_type, latency)

    async def verify(self, url: str, signing_secret: str) -> bool:
        """Whether the URL gives the challenge back, as Slack wants before it sends events there."""
        challenge = secrets.token_hex(20)
        body = {"token": self._core.app.verification_token, "challenge": challenge, "type": "url_verification"}
        answer = await self.post(url, signing_secret, body)
        if answer.status != 200 or answer.late:
            return False
        return answer.body == challenge or answer.payload.get("challenge") == challenge

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
