"""What a person did, and what they see of the answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from .blocks import Json
from .messages import Message, View
from .world import Channel, Installation, User

ANSWER_WITHIN = 3.0  # seconds: https://docs.slack.dev/interactivity/handling-user-interaction
TRIGGER_LIFETIME = 3.0
RESPONSE_URL_USES = 5
RESPONSE_URL_LIFETIME = 30 * 60.0


class CannotDoThat(AssertionError):
    """Slack's own client would not let this person do that."""


class NotAnswered(AssertionError):
    """The bot let the person wait: "operation_timeout"."""


@dataclass(frozen=True)
class Ack:
    """The acknowledgement, and how long it took in seconds of Slack's clock."""

    payload: Json
    latency: float

    @property
    def text(self) -> str:
        return str(self.payload.get("text", ""))

    @property
    def response_action(self) -> str | None:
        """What becomes of a submitted modal: None (it closes), "errors", "update", "push" or "clear"."""
        return self.payload.get("response_action")

    @property
    def errors(self) -> dict[str, str]:
        """Words under the inputs of a submitted modal, by block_id."""
        return dict(self.payload.get("errors") or {})


@dataclass(eq=False)
class Trigger:
    """A trigger_id: opens one view within 3 seconds; `view` is what it was used in, if that was a modal."""

    id: str
    act: "Act"
    ends: float
    used: bool = False


@dataclass(eq=False)
class ResponseUrl:
    token: str
    act: "Act"
    ends: float
    uses: int = 0


@dataclass(eq=False)
class Act:
    """Returned by everything a person does; fills up as the bot answers."""

    kind: str  # "slash_commands", "interactive" or "events_api"
    user: User
    channel: Channel | None
    installation: Installation
    started: float  # Unix seconds of Slack's clock
    sequence: int
    wait: Callable[[Callable[[], object], float], Awaitable[object]]
    look: Callable[["Act"], list[Message]]
    payload: Json = field(default_factory=dict)
    source: Message | View | None = None  # whose control was used, or what was submitted or closed
    trigger: Trigger | None = None
    response_url: ResponseUrl | None = None
    envelopes: list[str] = field(default_factory=list)  # envelope ids, one more for each delivery
    ack: Ack | None = None
    failure: str = ""  # what Slack tells the person: "operation_timeout" or "dispatch_failed"
    view: View | None = None  # opened, pushed or updated by this act
    answers: list[Message] = field(default_factory=list)  # by the acknowledgement and the response_url

    @property
    def deliveries(self) -> int:
        return len(self.envelopes)

    @property
    def shown(self) -> list[Message]:
        """Everything that this person alone was shown since the act, oldest first."""
        return self.look(self)

    async def acked(self, timeout: float = 20.0) -> Ack:  # noqa: ASYNC109  # a deadline for tests to set
        """Wait for the acknowledgement; raises `NotAnswered`, also when Slack gave up on it."""
        try:
            await self.wait(lambda: self.ack is not None or self.failure, timeout)
        except TimeoutError:
            raise NotAnswered(f"no acknowledgement of {self._name} in {timeout} s") from None
        if self.ack is None:
            raise NotAnswered(f"{self._name}: {self.failure}")
        return self.ack

    async def opened(self, timeout: float = 20.0) -> View:  # noqa: ASYNC109  # as above
        """Wait for the view that this act opens, pushes or updates."""
        await self._until(lambda: self.view, timeout, "no view")
        assert self.view is not None
        return self.view

    async def told(self, contains: str = "", timeout: float = 20.0) -> Message:  # noqa: ASYNC109  # as above
        """Wait for something that this person alone sees (by ack, response_url or chat.postEphemeral)."""

        def found() -> Message | None:
            return next((one for one in self.shown if contains in one.words), None)

        await self._until(found, timeout, f"nobody told {self.user.name} {contains!r}, but {self._words()}")
        message = found()
        assert message is not None
        return message

    async def answered(self, count: int = 1, timeout: float = 20.0) -> Message:  # noqa: ASYNC109  # as above
        """Wait for the count-th message by acknowledgement or response_url, whoever sees it."""
        await self._until(lambda: len(self.answers) >= count, timeout, f"{len(self.answers)} answers")
        return self.answers[count - 1]

    async def _until(self, condition: Callable[[], object], timeout: float, words: str) -> None:  # noqa: ASYNC109
        try:
            await self.wait(condition, timeout)
        except TimeoutError:
            raise NotAnswered(f"{self._name}: {words} in {timeout} s {self.failure}") from None

    def _words(self) -> list[str]:
        return [one.words for one in self.shown]

    @property
    def _name(self) -> str:
        keys: Any = self.payload.get("event") or self.payload
        return f"{self.payload.get('command') or keys.get('type')} by {self.user.name}"
