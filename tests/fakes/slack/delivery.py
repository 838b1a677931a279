"""Bringing acts to the app, by socket or by HTTP, and again if it doesn't acknowledge."""

import asyncio
import uuid
from typing import Any

import aiohttp

from .acts import ANSWER_WITHIN, Ack, Act
from .answers import Answers
from .blocks import Json
from .http_mode import HttpAnswer, HttpMode
from .sockets import Sockets

RETRIES = 3  # https://docs.slack.dev/apis/events-api#retries


class Delivery(Answers):
    redelivers: frozenset[str] = frozenset({"events_api", "slash_commands", "interactive"})
    events_url: str | None = None  # set by `deliver_over_http`

    def __post_init__(self) -> None:
        super().__post_init__()
        self.sockets = Sockets(self)
        self.socket_url = self.sockets.url
        self.sockets.on_response = self._acknowledged
        self.sockets.on_connect = self._connected
        self.http = HttpMode(self)
        self.deliver = self._deliver
        self._parked: list[Act] = []
        self._sent_at: dict[str, tuple[Act, float]] = {}  # by envelope
        self._tasks: set[asyncio.Task[Any]] = set()

    def deliver_over_http(self, url: str | None) -> None:
        """Post everything there, signed with `fake.app.signing_secret`, instead of using sockets."""
        self.events_url = url

    async def post_event(
        self,
        url: str,
        signing_secret: str | None,
        payload: Json,
        *,
        timestamp: float | None = None,
        signature: str | None = None,
        retry: int = 0,
    ) -> HttpAnswer:
        """Post one payload as Slack would; no secret: unsigned; an old `timestamp`: stale or replayed."""
        return await self.http.post(url, signing_secret, payload, timestamp=timestamp, signature=signature, retry=retry)

    async def verify_url(self, url: str, signing_secret: str | None = None) -> bool:
        """Whether the URL passes Slack's challenge."""
        return await self.http.verify(url, signing_secret or self.app.signing_secret)

    def resend(self, act: Act) -> None:
        """Deliver the same envelope once more, as Slack does when an acknowledgement got lost."""
        self._send(act, act.envelopes[-1], retry=max(1, act.deliveries - 1))

    def _deliver(self, act: Act) -> None:
        if self.events_url is None and not self.sockets.connected:
            if act.kind == "events_api":
                self._parked.append(act)
            else:
                act.failure = "dispatch_failed"
            return
        self._send(act, str(uuid.uuid4()), retry=0)

    def _connected(self) -> None:
        parked, self._parked = self._parked, []
        for act in parked:
            self._again(act)

    def _send(self, act: Act, envelope_id: str, *, retry: int) -> None:
        if envelope_id not in act.envelopes:
            act.envelopes.append(envelope_id)
        self._sent_at[envelope_id] = (act, self.clock.seconds())
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": act.kind,
            "payload": act.payload,
            "accepts_response_payload": act.kind != "events_api",
        }
        if act.kind == "events_api" or retry:
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        socket = None
        if self.events_url is not None:
            self._spawn(self._post(self.events_url, act, envelope_id, retry))
        elif (socket := self.sockets.next()) is not None:
            self._spawn(self.sockets.send(socket, envelope))
        self.clock.after(ANSWER_WITHIN, lambda: self._late(act))
        self.changed()

    def _late(self, act: Act) -> None:
        """Three seconds are over: tell the person, and try again where Slack does."""
        if act.ack is not None:
            return
        if act.kind != "events_api":
            act.failure = act.failure or "operation_timeout"
        elif act.deliveries > RETRIES:
            act.failure = "not acknowledged"
        if act.kind in self.redelivers and act.deliveries <= RETRIES:
            self._again(act)
        self.changed()

    def _again(self, act: Act) -> None:
        if self.events_url is None and not self.sockets.connected:
            self._parked.append(act)
        elif act.ack is None:
            self._send(act, str(uuid.uuid4()), retry=act.deliveries)

    def _acknowledged(self, body: Json) -> None:
        found = self._sent_at.get(body["envelope_id"])
        if found is None:
            self.violate("socket", "/envelope_id", "acknowledges what was never sent")
            return
        act, sent = found
        payload = body.get("payload") or {}
        if act.kind == "events_api" and payload:
            self.violate("socket", "/payload", "an event takes no payload with its acknowledgement")
        self._settle(act, payload, self.clock.seconds() - sent)

    def _settle(self, act: Act, payload: Json, latency: float) -> None:
        """The first acknowledgement in time counts; what it says is done unless Slack had given up."""
        if act.ack is not None or latency > ANSWER_WITHIN:
            return
        act.ack = Ack(payload, latency)
        if not act.failure:
            self.outcome(act, payload)
        self.changed()

    async def _post(self, url: str, act: Act, envelope_id: str, retry: int) -> None:
        try:
            answer = await self.post_event(url, self.app.signing_secret, act.payload, retry=retry)
        except (aiohttp.ClientError, TimeoutError):
            answer = HttpAnswer(0, "", "", 0.0)
        if answer.status == 200:
            self._settle(act, answer.payload, answer.latency)
        elif act.ack is None and act.kind != "events_api":
            act.failure = act.failure or "http_client_error"
        self.changed()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish_deliveries(self) -> None:
        """On the way down: nothing is left running."""
        await self.sockets.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.http.close()
