"""What every part of the fake shares: the world, the log of requests, and waiting for changes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.watched import Watched

from .acts import Act, ResponseUrl, Trigger
from .blocks import Json
from .clock import Clock
from .faults import Faults
from .messages import Message
from .world import App, Ids, World

MIB = 1024 * 1024


@dataclass(eq=False)
class Request:
    """One call by the bot, and how it was answered; `status` is None while it runs or if no answer left."""

    method: str  # of the Web API, or "upload", "response_url", "download"
    args: Json
    token: str
    at: datetime
    status: int | None = None
    answer: Any = None

    @property
    def error(self) -> str | None:
        """Slack's word for what was wrong, if anything was."""
        return self.answer.get("error") if isinstance(self.answer, dict) else None


@dataclass(frozen=True)
class Violation:
    """Something the bot sent that Slack would have refused as malformed, or silently ignored."""

    method: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.method}: {self.where or 'call'}: {self.message}"


def loads_from(url: str) -> bool:
    """Whether Slack's servers could fetch a picture there: https or http, and not on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme in {"http", "https"} and "." in host and not host.startswith(("127.", "10.", "192.168."))


@dataclass(eq=False)
class Core(Watched):
    clock: Clock
    requests: list[Request] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    file_seconds: float = 0.0  # how long Slack works on an uploaded file; never done within the call itself
    file_limit: int = 1024 * MIB  # bytes
    loads_from: Callable[[str], bool] = loads_from  # whether an image_url can be fetched
    socket_url: Callable[[], str] = str  # a fresh one for Socket Mode; the delivery puts it in
    origin: str = ""

    def __post_init__(self) -> None:
        self.faults = Faults(self.clock.seconds)
        ids = Ids(self.clock)
        self.world = World(self.clock, ids, App(ids.new("A")))

    @property
    def app(self) -> App:
        return self.world.app

    @property
    def token(self) -> str:
        """The bot token of the first installation."""
        return self.world.installations[0].token

    def violate(self, method: str, where: str, message: str) -> None:
        self.violations.append(Violation(method, where, message))

    def calls(self, method: str = "*") -> list[Request]:
        """The logged requests of a method, which may hold `*`."""
        return [one for one in self.requests if fnmatch(one.method, method)]

    def log(self, method: str, args: Json, token: str) -> Request:
        record = Request(method, args, token, datetime.fromtimestamp(self.clock.seconds(), UTC))
        self.requests.append(record)
        self.changed()
        return record

    def shown_since(self, act: Act) -> list[Message]:
        """What only this person was shown after the act began."""
        return sorted(
            (
                one
                for channel in self.world.channels.values()
                for one in channel.all_messages.values()
                if one.ephemeral_for == act.user.id and one.sequence > act.sequence and not one.deleted
            ),
            key=lambda one: one.sequence,
        )
