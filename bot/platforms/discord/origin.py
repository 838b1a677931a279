"""Who asks and where the answer goes, read from an interaction; and back from what the job's row keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import discord

from bot.cards.phrases import listed
from bot.cards.sentences import words
from bot.domain.allowed_communities import DM, USER_INSTALL
from bot.domain.errors import NotAllowed
from bot.domain.people import CONVERSATION, Destination, Person

from .interaction import Interaction
from .limits import FILE_FLOOR, TOKEN_MARGIN_SECONDS

NAME = "discord"


def person_of(interaction: Interaction) -> Person:
    """Whoever pressed or typed. A private conversation is a community of its own.

    `interaction.permissions` are those in this channel, which the channel's own settings may have given: they are good
    for what was asked in it. Who moderates or manages the guild has the same from a role.
    """
    in_guild = interaction.guild_id is not None
    community = str(interaction.guild_id) if in_guild else f"{CONVERSATION}{interaction.channel_id}"
    member = interaction.user if isinstance(interaction.user, discord.Member) else None
    roles = [] if member is None else member.roles
    channels = tuple(filter(None, (str(interaction.channel_id), _parent(interaction))))
    moderates = in_guild and interaction.permissions.manage_messages
    manages = in_guild and interaction.permissions.manage_guild
    everywhere = discord.Permissions.none() if member is None else member.guild_permissions
    return Person(
        platform=NAME,
        community_id=community,
        user_id=str(interaction.user.id),
        name=interaction.user.display_name,
        locale=interaction.locale.value,
        roles=tuple(str(role.id) for role in roles),
        moderator=moderates and everywhere.manage_messages,
        manager=manages and everywhere.manage_guild,
        allowed_as=_allowed_as(interaction),
        channels=channels,
        moderated=channels if moderates else (),
    )


def _allowed_as(interaction: Interaction) -> tuple[str, ...]:
    """What ALLOWED_COMMUNITIES may call this place. A conversation without the bot is open to its installers alone."""
    if interaction.guild_id is None:
        return (USER_INSTALL if _interaction_only(interaction) else DM,)
    return (str(interaction.guild_id), *((USER_INSTALL,) if interaction.is_user_integration() else ()))


def destination_of(interaction: Interaction, card_id: int | None) -> Destination:
    """The way back to where this was asked, also when the interaction's token is long dead."""
    locale = interaction.guild_locale or interaction.locale
    details = {
        "application": str(interaction.application_id),
        "token": interaction.token,
        "expires": interaction.expires_at.isoformat(),
        "file_limit": str(interaction.filesize_limit),
    }
    if _interaction_only(interaction):
        details["only"] = "interaction"
    if age_restricted(interaction):
        details["age"] = "restricted"
    if (parent := _parent(interaction)) is not None:
        details["parent"] = parent
    return Destination(
        platform=NAME,
        community_id=person_of(interaction).community_id,
        channel_id=str(interaction.channel_id),
        card_id=str(card_id) if card_id else None,
        locale=locale.value,
        details=details,
        private=_is_private(interaction),
        one_message=_interaction_only(interaction),
    )


def _is_private(interaction: Interaction) -> bool:
    """Whether some of the guild can't look in there: what @everyone can view is open. Unknown is private."""
    channel, guild = interaction.channel, interaction.guild
    if isinstance(channel, discord.Thread):
        channel = None if channel.is_private() else channel.parent
    if guild is None or not isinstance(channel, discord.abc.GuildChannel):
        return True
    everyone = guild.get_role(guild.id)
    return everyone is None or not channel.permissions_for(everyone).view_channel


def counted_channel(interaction: Interaction) -> str:
    """The channel that the usage of this place is written to, as Destination.counted_channel says of a job's."""
    return _parent(interaction) or str(interaction.channel_id)


def _parent(interaction: Interaction) -> str | None:
    parent = getattr(interaction.channel, "parent_id", None)
    return None if parent is None else str(parent)


def require_permissions(interaction: Interaction) -> None:
    """Raise NotAllowed, naming what is missing, where the result could not be posted later. Costs no call."""
    if interaction.guild_id is None or _interaction_only(interaction):
        return
    in_thread = isinstance(interaction.channel, discord.Thread)
    needed = ["view_channel", "send_messages_in_threads" if in_thread else "send_messages"]
    needed += ["embed_links", "attach_files"]
    has = interaction.app_permissions
    if has.administrator:
        return
    missing = [name for name in needed if not getattr(has, name)]
    if missing:
        locale = interaction.locale.value
        said = listed((words(f"permission-{name.replace('_', '-')}", locale) for name in missing), locale)
        raise NotAllowed("missing-permissions", permissions=said)


def _interaction_only(interaction: Interaction) -> bool:
    """Whether this app can speak there only in answer to an interaction: it is installed for the person alone.

    https://docs.discord.com/developers/resources/application#installation-context
    """
    if interaction.guild_id is not None:
        return not interaction.is_guild_integration()
    return not interaction.context.dm_channel


def age_restricted(interaction: Interaction) -> bool:
    """Whether whoever asked is in a channel for adults."""
    channel = interaction.channel
    # A partial channel doesn't say; a thread is as its channel is, which the payload gives it too.
    return bool(getattr(channel, "is_nsfw", bool)())


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """What a destination's details say, typed. `expires` is when the interaction's token dies."""

    application_id: int
    token: str
    expires: datetime
    file_limit: int
    interaction_only: bool
    age_restricted: bool = False

    def token_lives(self, now: datetime) -> bool:
        return bool(self.token) and now < self.expires - timedelta(seconds=TOKEN_MARGIN_SECONDS)


def way_back(destination: Destination) -> WayBack:
    details = destination.details
    try:
        expires = datetime.fromisoformat(details["expires"])
    except (KeyError, ValueError):
        expires = datetime.fromtimestamp(0, UTC)
    return WayBack(
        application_id=int(details.get("application", "0")),
        token=details.get("token", ""),
        expires=expires,
        file_limit=int(details.get("file_limit", FILE_FLOOR)),
        interaction_only=details.get("only") == "interaction",
        age_restricted=details.get("age") == "restricted",
    )
