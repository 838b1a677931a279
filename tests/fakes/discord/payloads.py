"""The world as Discord's JSON."""

from datetime import datetime
from typing import Any

from discord import ChannelType, Permissions

from .messages import REFERENCE, Attachment, Json, Message
from .world import Channel, Guild, Member, Role, User, World

CDN_LIFETIME = 24 * 3600  # seconds that a signed attachment URL is good for


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name.title(),
        "discriminator": "0",
        "avatar": None,
        "primary_guild": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
    }


def role_json(role: Role) -> Json:
    return {
        "id": str(role.id),
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": role.position,
        "permissions": str(role.permissions.value),
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def member_json(member: Member, *, with_user: bool = True, permissions: Permissions | None = None) -> Json:
    body: Json = {
        "roles": [str(role.id) for role in member.roles],
        "joined_at": stamp(member.joined_at),
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
        "premium_since": None,
    }
    if with_user:
        body["user"] = user_json(member.user)
    if permissions is not None:
        body["permissions"] = str(permissions.value)
    return body


def _thread_json(channel: Channel) -> Json:
    return {
        "owner_id": str(channel.owner.id) if channel.owner else "0",
        "member_count": 1,
        "message_count": len(channel.messages),
        "total_message_sent": len(channel.messages),
        "applied_tags": channel.applied_tags,
        "thread_metadata": {
            "archived": channel.archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": stamp(channel.created_at),
            "create_timestamp": stamp(channel.created_at),
            "locked": channel.locked,
        },
    }


def channel_json(channel: Channel, *, viewer: User | None = None) -> Json:
    last = max(channel.all_messages, default=None)
    body: Json = {
        "id": str(channel.id),
        "type": channel.type.value,
        "last_message_id": str(last) if last else None,
        "flags": 0,
    }
    if channel.is_private:
        body["recipients"] = [user_json(one) for one in channel.recipients if one is not viewer]
        if channel.type is ChannelType.group:
            body |= {"name": channel.name, "icon": None, "owner_id": str(channel.recipients[0].id)}
        return body
    assert channel.guild is not None
    body |= {
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "parent_id": str(channel.parent.id) if channel.parent else None,
        "rate_limit_per_user": 0,
        "nsfw": channel.is_nsfw,
    }
    if channel.is_thread:
        return body | _thread_json(channel)
    body |= {
        "position": 0,
        "topic": None,
        "permission_overwrites": [
            {
                "id": str(target),
                "type": 1 if one.for_member else 0,
                "allow": str(one.allow.value),
                "deny": str(one.deny.value),
            }
            for target, one in channel.overwrites.items()
        ],
    }
    if channel.type is ChannelType.forum:
        body |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "default_auto_archive_duration": 1440,
        }
    return body


def guild_json(guild: Guild) -> Json:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "home_header": None,
        "banner": None,
        "max_members": 500_000,
        "max_presences": None,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "nsfw": False,
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
        "widget_enabled": False,
        "widget_channel_id": None,
        "description": None,
        "owner_id": str(guild.owner.id),
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
        "premium_tier": guild.premium_tier,
        "premium_subscription_count": 0,
        "preferred_locale": guild.locale,
        "features": [],
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
        "roles": [role_json(role) for role in (guild.everyone, *guild.roles.values())],
    }


def guild_create_json(world: World, guild: Guild) -> Json:
    return guild_json(guild) | {
        "joined_at": stamp(guild.members[world.bot.id].joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        # Without the members intent a bot gets itself alone.
        "members": [member_json(guild.members[world.bot.id])],
        "channels": [channel_json(one) for one in guild.channels.values() if not one.is_thread],
        "threads": [channel_json(one) for one in guild.threads() if not one.archived],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_url(cdn: str, channel_id: int, attachment: Attachment, now: float) -> str:
    """A signed URL, as Discord's expire: `ex` is the hexadecimal Unix time of its end."""
    issued, ends = f"{int(now):x}", f"{int(now) + CDN_LIFETIME:x}"
    path = f"{cdn}/attachments/{channel_id}/{attachment.id}/{attachment.filename}"
    return f"{path}?ex={ends}&is={issued}&hm={attachment.id:x}"


def attachment_json(cdn: str, channel_id: int, attachment: Attachment, now: float) -> Json:
    url = attachment_url(cdn, channel_id, attachment, now)
    body: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": attachment.size,
        "url": url,
        "proxy_url": url,
        "content_type": attachment.content_type,
        "flags": 0,
    }
    if attachment.description is not None:
        body["description"] = attachment.description
    if attachment.width is not None:
        body |= {"width": attachment.width, "height": attachment.height}
    return body


class MessageWriter:
    """Messages as JSON: with fresh file URLs, and without words that the bot may not read."""

    def __init__(self, world: World, cdn: str, *, reads_content: bool) -> None:
        self._world = world
        self._cdn = cdn
        self._reads_content = reads_content

    def write(self, message: Message, *, with_reference: bool = True, in_full: bool = False) -> Json:
        """`in_full`: also without the intent, as for the target of a message command."""
        author = self._world.users[message.author_id]
        channel = self._world.channels[message.channel_id]
        now = self._world.clock.seconds()
        body: Json = {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "type": message.type,
            "author": user_json(author),
            "content": message.content,
            "timestamp": stamp(message.created_at),
            "edited_timestamp": stamp(message.edited_at) if message.edited_at else None,
            "tts": False,
            "mention_everyone": "everyone" in message.pings,
            "mentions": [user_json(u) for u in self._world.users.values() if str(u.id) in message.pings],
            "mention_roles": [],
            "attachments": [attachment_json(self._cdn, message.channel_id, one, now) for one in message.listed],
            "embeds": [self._with_urls(one, message, now) for one in message.embeds],
            "components": [self._with_urls(one, message, now) for one in message.components],
            "pinned": message.pinned,
            "flags": message.flags,
        }
        if message.interaction_metadata is not None:
            body |= {
                "application_id": str(self._world.application_id),
                "webhook_id": str(self._world.application_id),
                "interaction_metadata": message.interaction_metadata,
            }
        if channel.is_thread:
            body["position"] = 0
        if message.reference:
            body["message_reference"] = message.reference
            replied = channel.all_messages.get(int(message.reference["message_id"]))
            if with_reference:
                gone = replied is None or replied.deleted
                body["referenced_message"] = (
                    None if gone or replied is None else self.write(replied, with_reference=False)
                )
        if not in_full and not self._may_read(message, channel):
            body |= {"content": "", "embeds": [], "attachments": [], "components": []}
        return body

    def _may_read(self, message: Message, channel: Channel) -> bool:
        """Without the message content intent: its own, direct messages, and where it is mentioned.

        https://docs.discord.com/developers/events/gateway#message-content-intent
        """
        mine = message.author_id == self._world.bot.id or str(self._world.bot.id) in message.pings
        return mine or self._reads_content or channel.is_private

    def _with_urls(self, node: Any, message: Message, now: float) -> Any:
        if isinstance(node, list):
            return [self._with_urls(one, message, now) for one in node]
        if not isinstance(node, dict):
            return node
        written = {key: self._with_urls(value, message, now) for key, value in node.items()}
        url = written.get("url")
        if isinstance(url, str) and url.startswith(REFERENCE):
            found = next(one for one in message.files if one.filename == url.removeprefix(REFERENCE))
            written["url"] = attachment_url(self._cdn, message.channel_id, found, now)
            written["proxy_url"] = written["url"]
            written |= {"width": found.width, "height": found.height, "content_type": found.content_type}
            if message.is_v2:
                written |= {"id": str(found.id), "attachment_id": str(found.id), "loading_state": 2, "placeholder": ""}
        return written
