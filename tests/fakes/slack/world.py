"""Who and what there is: enterprises, workspaces, people, channels, and where the app is installed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .clock import Clock
from .messages import File, Message, View

BOT_SCOPES = (
    "commands", "chat:write", "chat:write.public", "files:write", "files:read", "channels:join", "channels:read",
    "channels:history", "groups:read", "groups:history", "im:read", "im:write", "im:history", "mpim:read",
    "mpim:history", "users:read", "team:read", "app_mentions:read", "metadata.message:read",
    "usergroups:read",
)  # fmt: skip
EVENTS = (
    "app_mention", "app_home_opened", "member_joined_channel", "app_uninstalled", "tokens_revoked",
)  # fmt: skip


@dataclass(eq=False)
class Enterprise:
    id: str
    name: str


@dataclass(eq=False)
class Team:
    """A workspace."""

    id: str
    name: str
    domain: str
    enterprise: Enterprise | None = None


@dataclass(eq=False)
class User:
    """A person, or the bot user of an installation. In Enterprise Grid one id is used in several workspaces."""

    id: str
    name: str
    team: Team  # where they belong
    teams: list[Team] = field(default_factory=list)  # all that they are in
    locale: str = "en-US"
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600
    is_admin: bool = False
    is_owner: bool = False
    is_org_admin: bool = False  # of the Enterprise Grid organisation
    is_bot: bool = False
    is_guest: bool = False
    deleted: bool = False
    notified: list[Message] = field(default_factory=list)  # messages that pinged this person
    modals: list[View] = field(default_factory=list)  # on the screen, the topmost last
    home: View | None = None

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(eq=False)
class Channel:
    """`kind` is "public", "private", "im" or "mpim"; `others` are the workspaces that it is shared with."""

    id: str
    name: str
    kind: str
    team: Team
    members: set[str] = field(default_factory=set)
    others: list[Team] = field(default_factory=list)
    external: bool = False  # shared by Slack Connect, with another organisation
    archived: bool = False
    read_only: bool = False  # only admins may post
    created: int = 0
    all_messages: dict[str, Message] = field(default_factory=dict)  # ephemeral and deleted ones too, by ts

    @property
    def is_private(self) -> bool:
        return self.kind != "public"

    @property
    def is_direct(self) -> bool:
        return self.kind in {"im", "mpim"}

    @property
    def teams(self) -> list[Team]:
        return [self.team, *self.others]

    @property
    def messages(self) -> list[Message]:
        """What everybody in the channel sees, replies in threads too, oldest first."""
        return [m for m in self.all_messages.values() if not m.deleted and not m.ephemeral]

    def seen_by(self, user: User) -> list[Message]:
        """The same with what only this person sees."""
        return [m for m in self.all_messages.values() if not m.deleted and m.ephemeral_for in {None, user.id}]

    def thread(self, ts: str) -> list[Message]:
        """A message and its replies."""
        return [m for m in self.messages if ts in {m.ts, m.thread_ts}]


@dataclass(eq=False)
class Installation:
    """The app in a workspace, or in a whole organisation (`team` is None)."""

    token: str
    bot: User
    bot_id: str
    scopes: tuple[str, ...]
    team: Team | None
    enterprise: Enterprise | None
    installer: User | None = None
    state: str = "active"  # or "revoked", "inactive"

    @property
    def home(self) -> str:
        """The id that auth.test gives as the team's."""
        return self.team.id if self.team else self.enterprise.id if self.enterprise else ""

    def covers(self, team: Team) -> bool:
        if self.team is not None:
            return team is self.team
        return self.enterprise is not None and team.enterprise is self.enterprise


@dataclass(eq=False)
class App:
    """The app as its configuration pages describe it; `use_manifest` fills it in."""

    id: str
    name: str = "Easel"
    client_id: str = "1111.2222"
    client_secret: str = "client-secret-of-the-fake"  # all of these are invented
    signing_secret: str = "signing-secret-of-the-fake"
    verification_token: str = "verification-of-the-fake"
    app_token: str = "xapp-1-A1-fake"
    app_token_state: str = "active"
    events: set[str] = field(default_factory=lambda: set(EVENTS))  # subscribed to
    scopes: tuple[str, ...] = BOT_SCOPES
    commands: dict[str, bool] | None = None  # name: should_escape; None: any, unescaped
    shortcuts: dict[str, str] | None = None  # callback_id: "global" or "message"; None: any
    redirect_urls: list[str] = field(default_factory=list)


class Ids:
    """Ids that look like Slack's, and timestamps that are never the same twice."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._last = 0

    def new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}0{self._count:09X}"

    def ts(self) -> str:
        """Seconds with six digits, rising."""
        self._last = max(self._last + 1, int(self._clock.seconds() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def sequence(self) -> int:
        self._count += 1
        return self._count

    def small(self) -> Iterator[str]:
        """Ids for blocks and actions without one."""
        while True:
            self._count += 1
            yield f"g{self._count:05x}"


@dataclass(eq=False)
class World:
    clock: Clock
    ids: Ids
    app: App
    teams: dict[str, Team] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    installations: list[Installation] = field(default_factory=list)
    usergroups: dict[str, tuple[Team, str]] = field(default_factory=dict)  # id: where it is, its handle

    def installed_for(self, user: User, channel: Channel | None) -> Installation | None:
        """The installation that this person uses the app by: of one of their workspaces."""
        teams = user.teams if channel is None else [one for one in channel.teams if one in user.teams]
        return self._first([*teams, *user.teams])

    def installed_in(self, channel: Channel) -> Installation | None:
        """The installation whose bot can be in this channel."""
        return self._first(channel.teams)

    def _first(self, teams: list[Team]) -> Installation | None:
        active = [one for one in self.installations if one.state == "active"]
        return next((one for team in teams for one in active if one.covers(team)), None)
