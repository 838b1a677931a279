"""What every part of the fake shares: the world, the log of requests, and waiting for changes."""

from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from typing import Any

from tests.fakes.watched import Watched

from .clock import Clock
from .faults import Faults
from .gateway import Gateway
from .interactions import Interaction
from .messages import Attachment, Json, Message
from .openapi import OpenApi
from .openapi import load as load_openapi
from .payloads import MessageWriter
from .world import Snowflakes, User, World

MIB = 1024 * 1024
FILE_LIMIT = 10 * MIB
REQUEST_LIMIT = 25 * MIB
NONCE_WINDOW = 5 * 60.0  # seconds; the documents say "the past few minutes"
MESSAGE_CONTENT_INTENT = 1 << 15


@dataclass(eq=False)
class Request:
    """One call by the bot, and how it was answered; `status` is None while it runs or if no answer left."""

    method: str
    path: str  # without /api/v10
    query: dict[str, str]
    payload: Any
    files: list[tuple[str, int]]  # name and bytes of each
    at: datetime
    status: int | None = None
    answer: Any = None

    @property
    def code(self) -> int | None:
        """Discord's error code, if the answer has one."""
        return self.answer.get("code") if isinstance(self.answer, dict) and self.status != 200 else None


@dataclass(frozen=True)
class Violation:
    """A request that Discord would have refused as malformed."""

    method: str
    path: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.where or 'body'}: {self.message}"


@dataclass(eq=False)
class Core(Watched):
    clock: Clock
    token: str = "test.token.of-the-fake"  # an invented one
    openapi: OpenApi | None = field(default_factory=load_openapi)
    file_limit: int = FILE_LIMIT  # bytes a file may have, in fact
    announced_file_limit: int | None = None  # what interactions say of it; None: the truth
    requests: list[Request] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    interactions: dict[str, Interaction] = field(default_factory=dict)  # by token
    commands: dict[int | None, dict[int, Json]] = field(default_factory=lambda: {None: {}})  # by guild; None: global
    uploads: dict[int, Attachment] = field(default_factory=dict)
    nonces: dict[tuple[int, str], tuple[float, Message]] = field(default_factory=dict)
    cdn: str = ""

    def __post_init__(self) -> None:
        self.faults = Faults(self.clock.seconds)
        snowflakes = Snowflakes(self.clock)
        bot = User(snowflakes.new(), "easel", bot=True)
        self.world = World(self.clock, snowflakes, bot, application_id=snowflakes.new(), users={bot.id: bot})
        self.gateway = Gateway(self.world, self.token)
        self.gateway.on_change = self.changed

    @property
    def bot(self) -> User:
        return self.world.bot

    @property
    def writer(self) -> MessageWriter:
        reads = bool(self.gateway.privileged_intents & MESSAGE_CONTENT_INTENT)
        return MessageWriter(self.world, self.cdn, reads_content=reads)

    @property
    def invalid_requests(self) -> int:
        """Answers that count towards the ban at 10,000 in 10 minutes."""
        return sum(one.status in {401, 403, 429} for one in self.requests)

    def calls(self, method: str = "*", path: str = "*") -> list[Request]:
        """The logged requests that match; the path may hold `*`."""
        return [one for one in self.requests if method in {"*", one.method} and fnmatch(one.path, path)]
