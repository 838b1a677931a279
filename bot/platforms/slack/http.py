"""HTTP events on our own web server: Slack posts each one, signed.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import asyncio

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier

from bot.domain.ports import Clock

from .limits import STALE_SECONDS
from .seen_events import SeenEvents

PATH = "/slack/events"
# Slack's own payloads are far smaller; a view with a hundred blocks is some 300 KB.
BODY_LIMIT = 2 * 1024 * 1024
BODY_SECONDS = 10.0  # Slack itself waits three for the answer


class _SignedAt(SignatureClock):
    """slack_sdk asks this for the time when it looks whether a request is stale."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


class HttpEvents:
    """Takes only what is signed with the app's secret, fresh, and new.

    A signature counts once: whoever has overheard a request can't send it again. Slack signs each repeat with its
    own time stamp. What was signed before this start an earlier life may have received, so it isn't taken.
    """

    def __init__(self, *, signing_secret: str, clock: Clock) -> None:
        self._verifier = SignatureVerifier(signing_secret, clock=_SignedAt(clock))
        self._clock = clock
        self._began = int(clock.now().timestamp())
        self._signatures = SeenEvents(20_000)  # what five busy minutes bring
        self.app: AsyncApp | None = None

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self.receive)]

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """401 for what Slack did not sign just now; 503 while the app is not running."""
        raw = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while chunk := await request.content.readany():
                    raw += chunk
                    if len(raw) > BODY_LIMIT:
                        return web.Response(status=413)
        except TimeoutError:
            return web.Response(status=408)
        body = raw.decode("utf-8", "replace")
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not self._genuine(body, timestamp, signature):
            return web.Response(status=401)
        if self.app is None:
            return web.Response(status=503, headers={"Retry-After": "5"})
        if not self._signatures.first(signature):
            return web.Response(status=401)
        asked = AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
        answer = await asyncio.shield(self.app.async_dispatch(asked))
        return await to_aiohttp_response(answer)

    def _genuine(self, body: str, timestamp: str, signature: str) -> bool:
        try:
            signed = int(timestamp)
        except ValueError:
            return False
        age = abs(self._clock.now().timestamp() - signed)
        return signed >= self._began and age <= STALE_SECONDS and self._verifier.is_valid(body, timestamp, signature)
