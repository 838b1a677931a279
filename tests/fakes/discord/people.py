"""Acting as people: each act becomes an interaction at the gateway, as Discord's clients make them."""

import secrets
from collections.abc import Mapping
from typing import Any

from discord import Permissions

from . import forms, options
from .building import Building
from .interactions import Interaction, Kind
from .messages import BUTTON, LINK_STYLE, SELECTS, STRING_SELECT, Json, Message, walk
from .options import CannotDoThat, Resolver
from .payloads import channel_json, member_json, user_json
from .world import Channel, User

CONTEXT_GUILD, CONTEXT_BOT_DM, CONTEXT_PRIVATE = 0, 1, 2
GUILD_INSTALL, USER_INSTALL = 0, 1
REMOTE_MAY = Permissions(embed_links=True, attach_files=True, use_external_emojis=True)


class People(Building):
    async def slash(
        self,
        user: User,
        channel: Channel,
        name: str,
        options: Mapping[str, Any] | None = None,  # Discord's own word
        *,
        locale: str | None = None,
    ) -> Interaction:
        """Use a slash command; subcommands are separated by blanks: `"style add"`.

        Values are str, int, float, bool, User, Channel, Role or Upload; a choice by its value or name.
        Raises `CannotDoThat` where Discord's own editor would not send it.
        """
        head, *path = name.split()
        command, owners = self._command(user, channel, head, 1)
        resolver = Resolver(self, channel.guild, channel)
        filled = self._fill(command, path, options or {}, resolver)
        data = _command_data(command) | {"options": filled} | _resolved(resolver)
        return self._start(Kind.COMMAND, user, channel, data, owners, locale=locale)

    async def autocomplete(
        self,
        user: User,
        channel: Channel,
        name: str,
        focused: str,
        typed: str,
        options: Mapping[str, Any] | None = None,  # as above
        *,
        locale: str | None = None,
    ) -> Interaction:
        """Type into an option that completes; read `.choices` after `await .answered()`."""
        head, *path = name.split()
        command, owners = self._command(user, channel, head, 1)
        node: Json = command
        for part in path:
            node = next(one for one in node["options"] if one["name"] == part)
        option = next((one for one in node.get("options") or [] if one["name"] == focused), None)
        if option is None or not option.get("autocomplete"):
            raise CannotDoThat(f"/{name} completes no option {focused!r}")
        others = [one for one in node["options"] if one["name"] in (options or {})]
        leaf: list[Json] = [
            {"name": one["name"], "type": one["type"], "value": (options or {})[one["name"]]} for one in others
        ]
        leaf.append({"name": focused, "type": option["type"], "value": typed, "focused": True})
        for depth, part in reversed(list(enumerate(path))):
            leaf = [{"name": part, "type": 1 if depth == len(path) - 1 else 2, "options": leaf}]
        data = _command_data(command) | {"options": leaf}
        return self._start(Kind.AUTOCOMPLETE, user, channel, data, owners, locale=locale)

    async def context_menu(
        self, user: User, channel: Channel, name: str, target: User | Message, *, locale: str | None = None
    ) -> Interaction:
        """Use an entry of the menu on a person or a message."""
        kind = 2 if isinstance(target, User) else 3
        command, owners = self._command(user, channel, name, kind)
        resolver = Resolver(self, channel.guild, channel)
        if isinstance(target, User):
            resolver.user(target)
        else:
            self._see(user, target)
            resolver.resolved["messages"] = {str(target.id): self.writer.write(target, in_full=True)}
        data = _command_data(command) | {"target_id": str(target.id)} | _resolved(resolver)
        return self._start(Kind.COMMAND, user, channel, data, owners, locale=locale)

    async def press(self, user: User, message: Message, button: str, *, locale: str | None = None) -> Interaction:
        """Press a button by its label, emoji or custom_id."""
        self._see(user, message)
        buttons = [one for one in walk(message.components) if one["type"] == BUTTON]
        found = [one for one in buttons if button in _names(one)]
        if len(found) != 1:
            raise CannotDoThat(f"{len(found)} buttons are {button!r}; there are {[_names(one) for one in buttons]}")
        if found[0]["style"] == LINK_STYLE or found[0].get("disabled"):
            raise CannotDoThat(f"button {button!r} is a link or disabled")
        data = {"component_type": BUTTON, "custom_id": found[0]["custom_id"], "id": found[0]["id"]}
        return self._use(user, message, data, locale)

    async def select(
        self, user: User, message: Message, custom_id: str, *values: Any, locale: str | None = None
    ) -> Interaction:
        """Choose in a select: options by value or label, or User, Channel and Role."""
        self._see(user, message)
        found = next((one for one in message.selects if custom_id in {one["custom_id"], one.get("placeholder")}), None)
        if found is None or found.get("disabled") or found["type"] not in SELECTS:
            raise CannotDoThat(f"there is no select {custom_id!r} to use")
        resolver = Resolver(
            self, self.world.channels[message.channel_id].guild, self.world.channels[message.channel_id]
        )
        chosen = [resolver.value(one) for one in values]
        if found["type"] == STRING_SELECT:
            known = {one["label"]: one["value"] for one in found["options"]}
            chosen = [known.get(one, one) for one in chosen]
            if strangers := set(chosen) - set(known.values()):
                raise CannotDoThat(f"{custom_id!r} has no option {sorted(strangers)}; it has {sorted(known)}")
        low, high = found.get("min_values", 1), found.get("max_values", 1)
        if not low <= len(chosen) <= high:
            raise CannotDoThat(f"{custom_id!r} takes {low} to {high} values")
        data = {"component_type": found["type"], "custom_id": found["custom_id"], "id": found["id"], "values": chosen}
        return self._use(user, message, data | _resolved(resolver), locale)

    async def submit_modal(
        self,
        user: User,
        shown: Interaction,
        values: Mapping[str, Any] | None = None,
        *,
        locale: str | None = None,
    ) -> Interaction:
        """Send the form that an interaction opened; values by label or custom_id, the rest as prefilled."""
        modal = shown.modal
        if modal is None or shown.user is not user:
            raise CannotDoThat("no form is open for this person")
        resolver = Resolver(self, shown.channel.guild, shown.channel)
        components = forms.submit(modal, values or {}, resolver)
        data = {"custom_id": modal.custom_id, "components": components} | _resolved(resolver)
        return self._start(Kind.MODAL, user, shown.channel, data, shown.owners, source=shown.source, locale=locale)

    def _fill(self, command: Json, path: list[str], given: Mapping[str, Any], resolver: Resolver) -> list[Json]:
        return options.fill(command, path, given, resolver)

    def _use(self, user: User, message: Message, data: Json, locale: str | None) -> Interaction:
        channel = self.world.channels[message.channel_id]
        # A message keeps the installation that its command was used by.
        metadata = message.interaction_metadata or {}
        owners = metadata.get("authorizing_integration_owners") or self._owners(user, channel)
        return self._start(Kind.COMPONENT, user, channel, data, owners, source=message, locale=locale)

    def _see(self, user: User, message: Message) -> None:
        channel = self.world.channels.get(message.channel_id)
        if channel is None or message not in channel.seen_by(user):
            raise CannotDoThat(f"{user.name} does not see this message")
        if channel.guild is not None and not self.world.permissions(user, channel).view_channel:
            raise CannotDoThat(f"{user.name} does not see #{channel.name}")

    def _owners(self, user: User, channel: Channel) -> dict[str, str]:
        """By which installations the app is here: of the server (or the bot's own DM), of the person."""
        owners: dict[str, str] = {}
        if self.world.reaches(channel):
            owners["0"] = str(channel.guild.id) if channel.guild else "0"
        if user.has_app:
            owners["1"] = str(user.id)
        return owners

    def _command(self, user: User, channel: Channel, name: str, kind: int) -> tuple[Json, dict[str, str]]:
        """The registered command as this person finds it here, and the installations that offer it."""
        guild = channel.guild
        everything = [*self.commands.get(guild.id if guild else -1, {}).values(), *self.commands[None].values()]
        named = [one for one in everything if one["type"] == kind and one["name"] == name]
        if not named:
            raise CannotDoThat(f"no command {name!r} is registered; there are {[one['name'] for one in everything]}")
        command = named[0]
        owners = {
            key: value for key, value in self._owners(user, channel).items() if int(key) in command["integration_types"]
        }
        if not owners:
            raise CannotDoThat(f"{name!r} is not installed here for {user.name}")
        contexts = command.get("contexts")
        if contexts is not None and self._context(channel) not in contexts:
            raise CannotDoThat(f"{name!r} is not offered in this context")
        if guild is not None:
            self._may_use(user, channel, command)
        return command, owners

    def _may_use(self, user: User, channel: Channel, command: Json) -> None:
        allowed = self.world.permissions(user, channel)
        default = command["default_member_permissions"]
        needs = Permissions(int(default or 0))
        if not allowed.use_application_commands:
            raise CannotDoThat(f"{user.name} may not use commands in #{channel.name}")
        if default is not None and not allowed.administrator and (default == "0" or not needs <= allowed):
            raise CannotDoThat(f"{user.name} does not see {command['name']!r}: it needs {needs}")
        if command["nsfw"] and not channel.is_nsfw:
            raise CannotDoThat(f"{command['name']!r} works in age-restricted channels only")

    def _context(self, channel: Channel) -> int:
        if channel.guild is not None:
            return CONTEXT_GUILD
        return CONTEXT_BOT_DM if self.world.reaches(channel) else CONTEXT_PRIVATE

    def _start(
        self,
        kind: Kind,
        user: User,
        channel: Channel,
        data: Json,
        owners: dict[str, str],
        *,
        source: Message | None = None,
        locale: str | None = None,
    ) -> Interaction:
        guild, remote = channel.guild, not self.world.reaches(channel)
        allowed = self.world.permissions(user, channel)
        interaction = Interaction(
            id=self.world.snowflakes.new(),
            token=secrets.token_urlsafe(48),
            kind=kind,
            user=user,
            channel=channel,
            started=self.clock.seconds(),
            owners=owners,
            remote_only=remote,
            wait=self.until,
            source=source,
            force_ephemeral=remote and guild is not None and not allowed.use_external_apps,
        )
        mine = REMOTE_MAY if remote else self.world.permissions(self.bot, channel)
        limit = self.announced_file_limit or self.file_limit
        body: Json = {
            "id": str(interaction.id),
            "application_id": str(self.world.application_id),
            "type": int(kind),
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel_json(channel, viewer=self.bot) | {"permissions": str(allowed.value)},
            "app_permissions": str(mine.value),
            "locale": locale or user.locale,
            "entitlements": [],
            "authorizing_integration_owners": owners,
            "context": self._context(channel),
            "attachment_size_limit": limit,
        }
        if guild is not None:
            body |= {
                "guild_id": str(guild.id),
                "guild_locale": guild.locale,
                "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
                "member": member_json(guild.members[user.id], permissions=allowed),
            }
        else:
            body["user"] = user_json(user)
        if source is not None:
            body["message"] = self.writer.write(source)
        interaction.payload = body
        self.interactions[interaction.token] = interaction
        reached = self.gateway.dispatch("INTERACTION_CREATE", body, guild_id=guild.id if guild else None)
        interaction.delivered = reached > 0
        self.changed()
        return interaction


def _command_data(command: Json) -> Json:
    data: Json = {key: command[key] for key in ("id", "name", "type")}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


def _resolved(resolver: Resolver) -> Json:
    return {"resolved": resolver.resolved} if resolver.resolved else {}


def _names(button: Json) -> set[str]:
    """What a button can be called: its words, its picture, its id."""
    names = (button.get("label"), button.get("custom_id"), (button.get("emoji") or {}).get("name"))
    return {name for name in names if name}
