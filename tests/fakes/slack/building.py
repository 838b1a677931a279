"""Making and changing the world that the bot lives in."""

import secrets

from . import methods_files, posting
from .blocks import Json
from .events import Events, joined, written
from .messages import File, Message
from .world import Channel, Enterprise, Installation, Team, User


class Building(Events):
    def add_enterprise(self, name: str) -> Enterprise:
        """An Enterprise Grid organisation."""
        return Enterprise(self.world.ids.new("E"), name)

    def add_team(self, name: str, *, enterprise: Enterprise | None = None, installed: bool = True) -> Team:
        """A workspace; `installed`: the app is there with all of its scopes."""
        team = Team(self.world.ids.new("T"), name, name.lower().replace(" ", "-"), enterprise)
        self.world.teams[team.id] = team
        if installed:
            self.install(team)
        return team

    def install(
        self, where: Team | Enterprise, *, scopes: tuple[str, ...] | None = None, installer: User | None = None
    ) -> Installation:
        """Install the app in a workspace or a whole organisation; again: the same bot, the scopes added."""
        team = where if isinstance(where, Team) else None
        enterprise = team.enterprise if team else where if isinstance(where, Enterprise) else None
        wanted = self.app.scopes if scopes is None else scopes
        found = next((i for i in self.world.installations if i.team is team and i.enterprise is enterprise), None)
        if found is not None:
            if found.state == "active":
                wanted = tuple(dict.fromkeys((*found.scopes, *wanted)))
            else:
                found.token = f"xoxb-{self.world.ids.new('')}-{secrets.token_hex(6)}"
            found.scopes, found.state, found.installer = wanted, "active", installer
            return found
        inside = [
            one for one in self.world.teams.values() if one is team or (not team and one.enterprise is enterprise)
        ]
        bot = User(self.world.ids.new("U"), self.app.name.lower(), inside[0], inside, is_bot=True)
        self.world.users[bot.id] = bot
        token = f"xoxb-{self.world.ids.new('')}-{secrets.token_hex(6)}"
        made = Installation(token, bot, self.world.ids.new("B"), wanted, team, enterprise, installer)
        self.world.installations.append(made)
        self.changed()
        return made

    def uninstall(self, where: Team | Installation) -> None:
        """Somebody removes the app: its token is dead at once, then the app hears of it."""
        found = where if isinstance(where, Installation) else self.installation(where)
        found.state = "inactive"
        for channel in self.world.channels.values():
            channel.members.discard(found.bot.id)
        who = found.installer or found.bot
        self.emit(found, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [found.bot.id]}}, user=who)
        self.emit(found, {"type": "app_uninstalled"}, user=who)
        self.changed()

    def revoke(self, where: Team | Installation) -> None:
        """Revoke the bot's token without removing the app."""
        found = where if isinstance(where, Installation) else self.installation(where)
        found.state = "revoked"
        self.emit(found, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [found.bot.id]}}, user=found.bot)
        self.changed()

    def installation(self, team: Team) -> Installation:
        """The newest installation in a workspace or its organisation."""
        return [one for one in self.world.installations if one.covers(team)][-1]

    def bot(self, team: Team | None = None) -> User:
        """The bot user in a workspace (the first one's)."""
        return (self.installation(team) if team else self.world.installations[0]).bot

    def add_user(
        self,
        name: str,
        *teams: Team,
        locale: str = "en-US",
        is_admin: bool = False,
        is_owner: bool = False,
        is_guest: bool = False,
        tz: str = "Europe/Berlin",
    ) -> User:
        """A person of the first of these workspaces (of the first one there is)."""
        inside = list(teams) or [next(iter(self.world.teams.values()))]
        user = User(
            self.world.ids.new("U"), name, inside[0], inside, locale, tz,
            is_admin=is_admin or is_owner, is_owner=is_owner, is_guest=is_guest,
        )  # fmt: skip
        self.world.users[user.id] = user
        return user

    def add_channel(
        self, name: str, *members: User, team: Team | None = None, private: bool = False, bot: bool = False
    ) -> Channel:
        """A channel with these people; `bot`: it was invited too."""
        home = team or (members[0].team if members else next(iter(self.world.teams.values())))
        kind, created = ("private" if private else "public"), int(self.clock.seconds())
        channel = Channel(self.world.ids.new("C"), name, kind, home, {one.id for one in members}, created=created)
        self.world.channels[channel.id] = channel
        if bot:
            channel.members.add(self.installation(home).bot.id)
        return channel

    def add_usergroup(self, handle: str, team: Team | None = None) -> str:
        """A group of people, such as @design; its id, which messages name as `<!subteam^S…>`."""
        number = self.world.ids.new("S")
        self.world.usergroups[number] = (team or next(iter(self.world.teams.values())), handle)
        return number

    def share(self, channel: Channel, team: Team) -> None:
        """Share a channel with another workspace: by Slack Connect where it is another organisation's."""
        channel.others.append(team)
        own = channel.team.enterprise
        channel.external = channel.external or own is None or team.enterprise is not own

    def add_dm(self, user: User, team: Team | None = None) -> Channel:
        """The conversation of a person with the bot."""
        return posting.open_direct(self, self.installation(team or user.team), [user])

    def add_group(self, *users: User, bot: bool = False) -> Channel:
        """A group conversation of people, with the bot or without."""
        number, names = self.world.ids.new("G"), "--".join(one.name for one in users)
        members = {one.id for one in users} | ({self.bot(users[0].team).id} if bot else set())
        channel = Channel(number, f"mpdm-{names}-1", "mpim", users[0].team, members)
        self.world.channels[number] = channel
        return channel

    def join(self, channel: Channel, user: User) -> None:
        """Somebody joins, or is invited: `join(channel, fake.bot())` is "/invite @bot"."""
        joined(self, channel, user)

    def kick(self, channel: Channel, user: User) -> None:
        channel.members.discard(user.id)
        self.changed()

    def add_file(self, user: User, data: bytes, name: str = "picture.png") -> File:
        """A person's upload, processed, not shared yet."""
        number = self.world.ids.new("F")
        file = File(number, name, user.id, user.team.id, self.clock.seconds(), len(data), data, title=name)
        methods_files.settle(file)
        self.world.files[number] = file
        return file

    def say(
        self,
        user: User,
        channel: Channel,
        text: str = "",
        *files: File,
        thread: Message | None = None,
        broadcast: bool = False,
    ) -> Message:
        """A person writes a message, `text` as the API has it (`&lt;`, `<@U…>`).

        The app hears of it where it subscribed to that. `broadcast`: an answer in a thread, in the channel as well.
        """
        said = posting.Content(text, files=list(files))
        parent = None if thread is None else thread.thread_ts or thread.ts
        message = posting.create(self, channel, user, said, thread_ts=parent)
        message.subtype = "thread_broadcast" if broadcast else "file_share" if files else None
        written(self, channel, message, user)
        return message

    def delete_message(self, message: Message) -> None:
        """Somebody who may deletes a message (or dismisses one that only they see)."""
        posting.delete(self, message)

    def use_manifest(self, manifest: Json) -> None:
        """Take commands, shortcuts, scopes and events from an app manifest, as the app's pages would.

        Call it before `add_team`: installations keep the scopes that they were made with.
        """
        features, settings = manifest["features"], manifest["settings"]
        self.app.name = manifest["display_information"]["name"]
        commands: list[Json] = features.get("slash_commands") or []
        self.app.commands = {one["command"]: bool(one.get("should_escape")) for one in commands}
        shortcuts: list[Json] = features.get("shortcuts") or []
        self.app.shortcuts = {one["callback_id"]: one["type"] for one in shortcuts}
        oauth = manifest["oauth_config"]
        self.app.scopes = tuple(oauth["scopes"]["bot"])
        self.app.redirect_urls = list(oauth.get("redirect_urls") or [])
        self.app.events = set((settings.get("event_subscriptions") or {}).get("bot_events") or [])
