"""Who and what there is: people, guilds, channels, and what each may do where."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from discord import ChannelType, Permissions

from .clock import Clock
from .messages import Message

DISCORD_EPOCH_MS = 1_420_070_400_000

THREADS = (ChannelType.public_thread, ChannelType.private_thread, ChannelType.news_thread)
PRIVATE = (ChannelType.private, ChannelType.group)


class Snowflakes:
    """Ids that rise with time, as Discord's do; 64 bits, milliseconds in the upper 42."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def new(self) -> int:
        at = (int(self._clock.seconds() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(self._last + 1, at)
        return self._last


@dataclass(eq=False)
class User:
    """A person, or the bot; `has_app` means that they installed the app for themselves."""

    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    has_app: bool = False
    dms_open: bool = True
    notified: list[Message] = field(default_factory=list)  # messages that pinged this person

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: Permissions
    position: int = 1


@dataclass(eq=False)
class Member:
    user: User
    roles: list[Role]
    joined_at: datetime
    nick: str | None = None


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    owner: User
    everyone: Role
    locale: str = "en-US"
    premium_tier: int = 0
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, "Channel"] = field(default_factory=dict)

    def threads(self) -> list["Channel"]:
        return [channel for channel in self.channels.values() if channel.is_thread]


@dataclass
class Overwrite:
    """What a channel allows or denies one role or member beyond the guild's roles."""

    allow: Permissions = field(default_factory=Permissions.none)
    deny: Permissions = field(default_factory=Permissions.none)
    for_member: bool = True


@dataclass(eq=False)
class Channel:
    """A text channel, thread, forum, or private conversation (`guild` is None there)."""

    id: int
    type: ChannelType
    name: str
    created_at: datetime
    guild: Guild | None = None
    parent: "Channel | None" = None
    nsfw: bool = False
    recipients: list[User] = field(default_factory=list)
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    owner: User | None = None
    archived: bool = False
    locked: bool = False
    applied_tags: list[str] = field(default_factory=list)
    all_messages: dict[int, Message] = field(default_factory=dict)  # ephemeral and deleted ones too
    typing: int = 0

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def is_private(self) -> bool:
        return self.type in PRIVATE

    @property
    def is_nsfw(self) -> bool:
        return self.parent.nsfw if self.parent else self.nsfw

    @property
    def messages(self) -> list[Message]:
        """What everybody in the channel sees, oldest first."""
        return [m for m in self.all_messages.values() if not m.deleted and m.ephemeral_for is None]

    def seen_by(self, user: User) -> list[Message]:
        """The same with what only this person sees."""
        return [m for m in self.all_messages.values() if not m.deleted and m.ephemeral_for in {None, user.id}]


@dataclass(eq=False)
class World:
    clock: Clock
    snowflakes: Snowflakes
    bot: User
    application_id: int
    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)

    def installed_in(self, guild: Guild | None) -> bool:
        """Whether the bot itself is a member of the guild."""
        return guild is not None and self.bot.id in guild.members

    def reaches(self, channel: Channel) -> bool:
        """Whether the bot can use the channel's own endpoints, not only an interaction's."""
        if channel.is_private:
            return self.bot in channel.recipients
        return self.installed_in(channel.guild)

    def permissions(self, user: User, channel: Channel) -> Permissions:
        """What the user may do there, by Discord's order: roles, then overwrites for all, roles, member.

        https://docs.discord.com/developers/topics/permissions#permission-overwrites
        """
        guild = channel.guild
        if guild is None:
            return Permissions._dm_permissions()  # the library's own table of what a DM allows
        member = guild.members.get(user.id)
        if member is None:
            return Permissions.none()
        base = guild.everyone.permissions.value
        for role in member.roles:
            base |= role.permissions.value
        if guild.owner is user or Permissions(base).administrator:
            return Permissions.all()
        for overwrite in _applying(channel.parent or channel, guild, member):
            base = (base & ~overwrite.deny.value) | overwrite.allow.value
        found = Permissions(base)
        if channel.is_thread:
            found.send_messages = found.send_messages_in_threads
        return found if found.view_channel else Permissions.none()

    def thread_starter(self, channel: Channel) -> Message | None:
        """A forum post's first message has the id of its thread."""
        return channel.all_messages.get(channel.id)


def _applying(channel: Channel, guild: Guild, member: Member) -> Iterator[Overwrite]:
    overwrites = channel.overwrites
    if guild.id in overwrites:
        yield overwrites[guild.id]
    roles = [overwrites[role.id] for role in member.roles if role.id in overwrites]
    if roles:
        merged = Overwrite(for_member=False)
        for one in roles:
            merged.allow |= one.allow
            merged.deny |= one.deny
        yield merged
    if member.user.id in overwrites:
        yield overwrites[member.user.id]
