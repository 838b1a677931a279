"""How Slack writes things as JSON, in answers and in what it sends."""

from typing import Any

from .blocks import Json
from .messages import File, Message, View
from .world import App, Channel, Installation, Team, User, World


class Writer:
    def __init__(self, world: World, origin: str) -> None:
        self._world = world
        self._origin = origin

    def message(self, message: Message, *, metadata: bool = False) -> Json:
        """A message; `metadata` only where the caller asked for it."""
        body: Json = {
            "type": "message",
            "user": message.user_id,
            "text": message.text,
            "ts": message.ts,
            "team": message.team_id,
        }
        if message.subtype:
            body["subtype"] = message.subtype
        if message.bot_id:
            body |= {"bot_id": message.bot_id, "app_id": self._world.app.id}
        if message.blocks:
            body["blocks"] = message.blocks
        if message.attachments:
            body["attachments"] = message.attachments
        if message.files:
            body["files"] = [self.file(one) for one in message.files]
            body["upload"] = False
        if message.edited:
            body["edited"] = {"user": message.user_id, "ts": message.ts}
        if message.ephemeral:
            body["is_ephemeral"] = True
        if metadata and message.metadata:
            body["metadata"] = message.metadata
        return body | self._threading(message)

    def _threading(self, message: Message) -> Json:
        if message.in_thread:
            channel = self._world.channels[message.channel_id]
            parent = channel.all_messages.get(str(message.thread_ts))
            return {"thread_ts": message.thread_ts} | ({"parent_user_id": parent.user_id} if parent else {})
        replies = self._world.channels[message.channel_id].thread(message.ts)[1:]
        if not replies:
            return {}
        people = list(dict.fromkeys(one.user_id for one in replies))
        return {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": people,
            "reply_users_count": len(people),
            "latest_reply": replies[-1].ts,
        }

    def file(self, file: File) -> Json:
        """A file; its type, URLs, size and places appear once it is processed."""
        if file.deleted:
            return {"id": file.id, "mode": "tombstone"}
        base: Json = {
            "id": file.id,
            "created": int(file.created),
            "timestamp": int(file.created),
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": file.mimetype if file.ready else "",
            "filetype": file.mimetype.rpartition("/")[2].replace("jpeg", "jpg") if file.ready else "",
            "user": file.owner,
            "user_team": file.team,
            "size": file.length,
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "channels": [],
            "groups": [],
            "ims": [],
            "shares": {},
        }
        if not file.ready:
            return base
        url = f"{self._origin}/files-pri/{file.team}-{file.id}"
        if file.alt_text:
            base["alt_txt"] = file.alt_text
        base |= {"url_private": f"{url}/{file.name}", "url_private_download": f"{url}/download/{file.name}"}
        base["permalink"] = f"{self._origin}/files/{file.owner}/{file.id}/{file.name}"
        if file.width:
            base |= {"original_w": file.width, "original_h": file.height}
        return base | self._shares(file)

    def _shares(self, file: File) -> Json:
        shares: dict[str, dict[str, list[Json]]] = {}
        places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
        for message in file.shares:
            if message.deleted:
                continue
            channel = self._world.channels[message.channel_id]
            share: Json = {
                "ts": message.ts,
                "channel_name": channel.name,
                "team_id": channel.team.id,
                "share_user_id": message.user_id,
                "source": "UPLOAD",
            }
            if message.in_thread:
                share["thread_ts"] = message.thread_ts
            kind = "private" if channel.is_private else "public"
            shares.setdefault(kind, {}).setdefault(channel.id, []).append(share)
            places["ims" if channel.is_direct else "groups" if channel.is_private else "channels"].append(channel.id)
        return {"shares": shares, "is_public": "public" in shares} | places

    def user(self, user: User, *, viewer: Team | None, email: bool, locale: bool) -> Json:
        """A person; a stranger of another organisation shows less."""
        body: Json = {
            "id": user.id,
            "team_id": user.team.id,
            "name": user.name,
            "deleted": user.deleted,
            "real_name": user.name.title(),
            "tz": user.tz,
            "tz_offset": user.tz_offset,
            "is_admin": user.is_admin,
            "is_owner": user.is_owner,
            "is_primary_owner": False,
            "is_restricted": user.is_guest,
            "is_ultra_restricted": False,
            "is_bot": user.is_bot,
            "is_app_user": False,
            "updated": 1_700_000_000,
            "profile": {"real_name": user.name.title(), "display_name": user.name, "team": user.team.id},
        }
        if email and not user.is_bot:
            body["profile"]["email"] = f"{user.name}@example.com"
        if locale:
            body["locale"] = user.locale
        if viewer is not None and viewer not in user.teams:
            hidden = {"is_admin", "is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted", "locale"}
            body = {key: value for key, value in body.items() if key not in hidden}
            body["is_stranger"] = viewer.enterprise is None or viewer.enterprise is not user.team.enterprise
        if user.team.enterprise:
            ids = [one.id for one in user.teams]
            body["enterprise_user"] = {"id": user.id, "enterprise_id": user.team.enterprise.id, "teams": ids}
            body["enterprise_user"] |= {"is_admin": user.is_org_admin, "is_owner": False}
        return body

    def channel(self, channel: Channel, bot: Installation) -> Json:
        """A conversation as this bot sees it."""
        member = bot.bot.id in channel.members
        body: Json = {
            "id": channel.id,
            "created": channel.created,
            "is_archived": channel.archived,
            "is_im": channel.kind == "im",
            "is_mpim": channel.kind == "mpim",
            "is_channel": channel.kind == "public",
            "is_group": channel.kind == "private",
            "is_private": channel.is_private,
            "is_org_shared": bool(channel.others) and not channel.external,
            "is_ext_shared": channel.external,
            "is_shared": bool(channel.others),
            "context_team_id": channel.team.id,
        }
        if channel.kind == "im":
            other = next(one for one in sorted(channel.members) if one != bot.bot.id)
            return body | {"user": other, "is_user_deleted": False, "is_open": True}
        return body | {
            "name": channel.name,
            "name_normalized": channel.name,
            "is_general": False,
            "is_member": member,
            "is_read_only": channel.read_only,
            "shared_team_ids": [one.id for one in channel.teams],
            "num_members": len(channel.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }

    def view(self, view: View, bot: Installation) -> Json:
        empty: Json = {"private_metadata": "", "callback_id": "", "external_id": "", "title": None, "submit": None}
        empty |= {"close": None, "clear_on_close": False, "notify_on_close": False}
        return (
            empty
            | view.body
            | {
                "id": view.id,
                "team_id": view.team_id,
                "state": {"values": view.values},
                "hash": view.hash,
                "previous_view_id": view.previous_id,
                "root_view_id": view.root_id,
                "app_id": self._world.app.id,
                "app_installed_team_id": bot.home,
                "bot_id": bot.bot_id,
            }
        )


def team_json(team: Team) -> Json:
    body: Json = {"id": team.id, "domain": team.domain}
    if team.enterprise:
        body |= {"enterprise_id": team.enterprise.id, "enterprise_name": team.enterprise.name}
    return body


def enterprise_json(installation: Installation, team: Team | None) -> Json | None:
    enterprise = installation.enterprise or (team.enterprise if team else None)
    return {"id": enterprise.id, "name": enterprise.name} if enterprise else None


def event_payload(app: App, bot: Installation, event: Json, ids: Any, at: float, channel: Channel | None) -> Json:
    """The wrapper of an event: https://docs.slack.dev/apis/events-api#events-JSON"""
    team = bot.team.id if bot.team else (channel.team.id if channel else bot.home)
    return {
        "token": app.verification_token,
        "team_id": team,
        "enterprise_id": bot.enterprise.id if bot.enterprise else None,
        "context_team_id": team,
        "context_enterprise_id": bot.enterprise.id if bot.enterprise else None,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": ids.new("Ev"),
        "event_time": int(at),
        "authorizations": [
            {
                "enterprise_id": bot.enterprise.id if bot.enterprise else None,
                "team_id": bot.team.id if bot.team else None,
                "user_id": bot.bot.id,
                "is_bot": True,
                "is_enterprise_install": bot.team is None,
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.external),
        "event_context": f"4-{ids.new('ctx')}",
    }
