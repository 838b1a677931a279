"""Making and changing the world that the bot lives in."""

from typing import Any

from discord import ChannelType, Intents, Permissions

from . import posting, rules
from .call import Call, Upload
from .core import Core
from .messages import Json, Message
from .payloads import channel_json, guild_create_json, role_json
from .world import Channel, Guild, Member, Overwrite, Role, User

MEMBERS_MAY = Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
    embed_links=True,
    attach_files=True,
    add_reactions=True,
    use_application_commands=True,
    use_external_apps=True,
)
GUILDS = Intents(guilds=True).value


class Building(Core):
    def add_user(self, name: str, *, locale: str = "en-US", has_app: bool = False) -> User:
        """A person; `has_app`: they installed the app for themselves."""
        user = User(self.world.snowflakes.new(), name, locale=locale, has_app=has_app)
        self.world.users[user.id] = user
        return user

    def add_guild(
        self,
        name: str,
        *members: User,
        installed: bool = True,
        locale: str = "en-US",
        owner: User | None = None,
    ) -> Guild:
        """A server with these people; `installed`: the bot is a member. Nobody owns it unless named."""
        number = self.world.snowflakes.new()
        owner = owner or User(self.world.snowflakes.new(), f"owner-of-{name}")
        self.world.users[owner.id] = owner
        everyone = Role(number, "@everyone", Permissions(MEMBERS_MAY.value), position=0)
        guild = Guild(number, name, owner, everyone, locale=locale)
        self.world.guilds[number] = guild
        for user in (owner, *members):
            self.join(guild, user)
        if installed:
            self.add_bot(guild)
        return guild

    def join(self, guild: Guild, user: User, *roles: Role) -> Member:
        """Make a person a member, or change a member's roles."""
        member = Member(user, list(roles), self.clock.moment())
        guild.members[user.id] = member
        self.changed()
        return member

    def add_bot(self, guild: Guild) -> None:
        """Install the bot into the server."""
        self.join(guild, self.bot)
        self.gateway.dispatch("GUILD_CREATE", guild_create_json(self.world, guild), guild_id=guild.id, intent=GUILDS)

    def remove_bot(self, guild: Guild) -> None:
        """Somebody kicks the bot; commands of the server go with it."""
        del guild.members[self.bot.id]
        self.commands.pop(guild.id, None)
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild_id=guild.id, intent=GUILDS)
        self.changed()

    def add_role(self, guild: Guild, name: str, **permissions: bool) -> Role:
        """A role by the names of `discord.Permissions`, e.g. `manage_guild=True`."""
        role = Role(self.world.snowflakes.new(), name, Permissions(**permissions))
        guild.roles[role.id] = role
        if self.world.installed_in(guild):
            body = {"guild_id": str(guild.id), "role": role_json(role)}
            self.gateway.dispatch("GUILD_ROLE_CREATE", body, guild_id=guild.id, intent=GUILDS)
        return role

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        kind: ChannelType = ChannelType.text,
        nsfw: bool = False,
    ) -> Channel:
        """A text channel, or a forum with `kind=ChannelType.forum`."""
        return self._place(guild, Channel(0, kind, name, self.clock.moment(), guild=guild, nsfw=nsfw), "CHANNEL")

    def add_thread(self, parent: Channel, name: str, owner: User | None = None) -> Channel:
        """A public thread in a text channel, or a post in a forum."""
        assert parent.guild is not None
        kind = ChannelType.public_thread
        thread = Channel(0, kind, name, self.clock.moment(), guild=parent.guild, parent=parent, owner=owner)
        return self._place(parent.guild, thread, "THREAD")

    def _place(self, guild: Guild, channel: Channel, event: str) -> Channel:
        channel.id = self.world.snowflakes.new()
        guild.channels[channel.id] = self.world.channels[channel.id] = channel
        if self.world.installed_in(guild):
            self.gateway.dispatch(f"{event}_CREATE", channel_json(channel), guild_id=guild.id, intent=GUILDS)
        return channel

    def add_dm(self, user: User) -> Channel:
        """The private conversation of a person with the bot."""
        return posting.open_dm(self, user)

    def add_group(self, *users: User) -> Channel:
        """A private conversation that the bot is not in; only user-installed apps work there."""
        kind = ChannelType.private if len(users) == 2 else ChannelType.group  # two people
        number = self.world.snowflakes.new()
        group = Channel(number, kind, "group", self.clock.moment(), recipients=list(users))
        self.world.channels[number] = group
        return group

    def delete_channel(self, channel: Channel) -> None:
        assert channel.guild is not None
        del self.world.channels[channel.id]
        del channel.guild.channels[channel.id]
        event = "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE"
        self.gateway.dispatch(event, channel_json(channel), guild_id=channel.guild.id, intent=GUILDS)
        self.changed()

    def permit(self, who: User | Role, channel: Channel, **permissions: bool | None) -> None:
        """Set what a person, a role or the bot may do there: `permit(fake.bot, channel, attach_files=False)`.

        True allows, False denies, None goes back to what the roles say.
        """
        found = channel.overwrites.setdefault(who.id, Overwrite(for_member=isinstance(who, User)))
        for name, value in permissions.items():
            setattr(found.allow, name, value is True)
            setattr(found.deny, name, value is False)
        if self.world.installed_in(channel.guild) and channel.guild is not None:
            body = channel_json(channel)
            self.gateway.dispatch("CHANNEL_UPDATE", body, guild_id=channel.guild.id, intent=GUILDS)
        self.changed()

    def say(self, user: User, channel: Channel, content: str = "", *files: Upload, **more: Any) -> Message:
        """A person writes a message; `more` as in the API, e.g. `message_reference`."""
        named = [Upload(one.filename, one.data, one.content_type, f"files[{n}]") for n, one in enumerate(files)]
        data: Json = {"content": content} | more
        if named:
            data["attachments"] = [{"id": n, "filename": one.filename} for n, one in enumerate(files)]
        call = Call("POST", f"/channels/{channel.id}/messages", {}, None, body=data, files=named)
        return posting.create(self, call, data, channel, allowed_flags=rules.FLAGS_POSTED, author=user)

    def delete_message(self, message: Message) -> None:
        """A person deletes a message (or dismisses one that only they see)."""
        posting.delete(self, message)
