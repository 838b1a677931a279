"""One interaction: what Discord keeps of it, and what the person who started it sees."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from .messages import Json, Message, walk
from .world import Channel, User

ANSWER_WITHIN = 3.0  # seconds
TOKEN_LIFETIME = 15 * 60.0  # seconds
FOLLOWUPS_MAX = 5  # for user-installed apps outside of the servers they are in


class Kind(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Reply(IntEnum):
    """The types of a first answer."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


class NotAnswered(AssertionError):
    """The bot let the person wait: "The application did not respond"."""


@dataclass(frozen=True)
class Answer:
    """The first answer and how long it took, in seconds of Discord's clock."""

    type: Reply
    latency: float
    data: Json


@dataclass(frozen=True)
class Modal:
    """A form on the person's screen; `labels` and `values` are in its order."""

    custom_id: str
    title: str
    components: list[Json]

    @property
    def fields(self) -> dict[str, Json]:
        """Each input by the words above it."""
        found: dict[str, Json] = {}
        for one in walk(self.components):
            if one.get("component"):
                found[one["label"]] = one["component"]
            elif one.get("label") and one.get("custom_id"):
                found[one["label"]] = one
        return found

    @property
    def values(self) -> dict[str, Any]:
        """What is filled in already, by the words above it."""
        return {label: prefilled(one) for label, one in self.fields.items()}


def prefilled(component: Json) -> Any:
    """What an input of a form holds before anybody touches it."""
    if "options" in component:
        chosen = [one["value"] for one in component["options"] if one.get("default")]
        return (chosen[0] if chosen else None) if component["type"] == 21 else chosen  # radio
    if component["type"] == 23:  # checkbox
        return bool(component.get("default"))
    if component.get("default_values"):  # of selects for channels, roles and people
        return [one["id"] for one in component["default_values"]]
    return component.get("value") or ("" if component["type"] == 4 else [])  # text input


@dataclass(eq=False)
class Interaction:
    """Returned by everything a person does; fills up as the bot answers."""

    id: int
    token: str
    kind: Kind
    user: User
    channel: Channel
    started: float  # Unix seconds of Discord's clock
    owners: dict[str, str]
    remote_only: bool  # the bot has this interaction and no access to the place
    wait: Callable[[Callable[[], object], float], Awaitable[object]]
    payload: Json = field(default_factory=dict)
    source: Message | None = None  # the message whose component was used
    force_ephemeral: bool = False
    delivered: bool = False  # whether a gateway connection was there to hear of it
    answer: Answer | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)

    @property
    def message(self) -> Message | None:
        """The first answer as a message (or the message that was updated); None once deleted."""
        return None if self.original is None or self.original.deleted else self.original

    @property
    def modal(self) -> Modal | None:
        if self.answer is None or self.answer.type is not Reply.MODAL:
            return None
        data = self.answer.data
        return Modal(data["custom_id"], data["title"], data["components"])

    @property
    def choices(self) -> list[Json]:
        """What autocomplete proposes."""
        if self.answer is None or self.answer.type is not Reply.AUTOCOMPLETE:
            return []
        return list(self.answer.data.get("choices") or [])

    async def answered(self, timeout: float = 20.0) -> Answer:  # noqa: ASYNC109  # a deadline for tests to set
        """Wait for the first answer; raises `NotAnswered`, also when no bot was listening."""
        if not self.delivered:
            raise NotAnswered("no bot was connected")
        try:
            await self.wait(lambda: self.answer is not None, timeout)
        except TimeoutError:
            raise NotAnswered(f"no answer to {self.payload.get('data')} in {timeout} s") from None
        assert self.answer is not None
        return self.answer

    async def shown(self, timeout: float = 20.0) -> Message:  # noqa: ASYNC109  # as above
        """Wait for the first message that is more than "is thinking…"."""
        await self.answered(timeout)
        await self.wait(lambda: self.message is not None and not self.message.loading, timeout)
        assert self.message is not None
        return self.message

    async def followed_up(self, count: int = 1, timeout: float = 20.0) -> Message:  # noqa: ASYNC109  # as above
        """Wait for the count-th follow-up message."""
        await self.wait(lambda: len(self.followups) >= count, timeout)
        return self.followups[count - 1]
