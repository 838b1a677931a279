"""Who does something in Slack, where, and the ways to answer: read out of what Bolt hands over."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.domain.errors import PlatformError
from bot.domain.moderation import AuditEntry
from bot.domain.order_event import OrderEvent
from bot.domain.people import Destination, Person
from bot.domain.ports import Clock

from .api import SlackApi
from .limits import PERSON_LOOKUP_SECONDS, PERSON_SECONDS, REMEMBERED
from .references import ChannelRef
from .workspaces import Workspace

NAME = "slack"
# Names that a slash command gives conversations of people: https://docs.slack.dev/interactivity/implementing-slash-commands
_PRIVATE_TALKS = ("directmessage", "mpdm-")

_POWERS = frozenset({"is_admin", "is_owner", "is_primary_owner", "enterprise_user"})

_USER_ID = re.compile(r"^[UW][A-Z0-9]{2,}$")

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class RequestContext:
    """One thing that a person did. `accepted` becomes the id of the job that came of it.

    `event` is the same when Slack delivers it again. `external`: the channel is shared with another organization.
    `unconfirmed`: Slack did not say what the person may do.
    """

    workspace: Workspace
    user_id: str
    name: str
    channel_id: str
    channel_name: str = ""
    thread: str | None = None
    response_url: str | None = None
    trigger_id: str = ""
    bot_user_id: str = ""
    stranger: bool = False
    external: bool = False
    unconfirmed: bool = False
    message: Mapping[str, Any] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)
    accepted: str | None = None
    event: OrderEvent | None = None

    @property
    def channel_ref(self) -> ChannelRef:
        return ChannelRef(workspace=self.workspace, channel_id=self.channel_id, thread=self.thread)

    @property
    def private_talk(self) -> bool:
        return self.channel_name.startswith(_PRIVATE_TALKS)

    def destination(self, channel_ref: ChannelRef, locale: str) -> Destination:
        """Enough to post there without any trigger, whenever that is."""
        details = {"team": self.workspace.team_id}
        if self.workspace.enterprise_id:
            details["enterprise"] = self.workspace.enterprise_id
        if channel_ref.thread:
            details["thread"] = channel_ref.thread
        return Destination(
            platform=NAME,
            community_id=self.workspace.community_id,
            channel_id=channel_ref.channel_id,
            locale=locale,
            details=details,
            private=channel_ref.private,
        )


def context_of(body: Mapping[str, Any], context: Mapping[str, Any]) -> RequestContext:
    """From a command, an action, a shortcut, a form or an event; Bolt has found the ids in `context`."""
    event, message = body.get("event") or {}, body.get("message") or {}
    container, user = body.get("container") or {}, body.get("user")
    workspace = _workspace(body, context)
    known = user if isinstance(user, dict) else {}
    channel = body.get("channel") if isinstance(body.get("channel"), dict) else {}
    name = body.get("user_name") or known.get("name") or known.get("username") or context.get("user_id") or ""
    return RequestContext(
        workspace=workspace,
        user_id=str(context.get("user_id") or ""),
        name=str(name),
        channel_id=str(context.get("channel_id") or container.get("channel_id") or ""),
        channel_name=str(body.get("channel_name") or (channel or {}).get("name") or ""),
        thread=_thread_of(event) or _thread_of(message) or _thread_of(container),
        response_url=body.get("response_url"),
        trigger_id=str(body.get("trigger_id") or ""),
        bot_user_id=str(context.get("bot_user_id") or ""),
        stranger=_is_stranger(body, context, known),
        external=body.get("is_ext_shared_channel") is True,
        message=message,
        view=body.get("view") or {},
    )


def _workspace(body: Mapping[str, Any], context: Mapping[str, Any]) -> Workspace:
    """Where it happened.

    `team: null` says only that the whole organization has installed the app. What was pressed stands in a workspace
    all the same, and that workspace may have an installation of its own.

    https://docs.slack.dev/enterprise/developing-for-enterprise-orgs
    """
    team, enterprise = str(context.get("team_id") or ""), context.get("enterprise_id")
    if enterprise and body.get("type") == "block_actions" and body.get("team") is None:
        team = str((body.get("message") or {}).get("team") or team)
    return Workspace(team_id="" if team == enterprise else team, enterprise_id=enterprise)


def _thread_of(message: Mapping[str, Any]) -> str | None:
    """The thread it is in. A message that others have answered names itself as a thread, yet stands in the channel."""
    thread = message.get("thread_ts")
    return str(thread) if thread and thread != (message.get("ts") or message.get("message_ts")) else None


def _is_stranger(body: Mapping[str, Any], context: Mapping[str, Any], user: Mapping[str, Any]) -> bool:
    """Whether this person is of another organization, in a channel shared with it (Slack Connect).

    https://docs.slack.dev/apis/slack-connect
    """
    team, enterprise = context.get("team_id"), context.get("enterprise_id")
    home = user.get("team_id")
    if home and home not in {team, enterprise}:
        return not enterprise or str(user.get("enterprise_id") or enterprise) != enterprise
    if body.get("is_ext_shared_channel") is not True:
        return False
    actor_enterprise, actor_team = context.get("actor_enterprise_id"), context.get("actor_team_id")
    if enterprise:  # without any of the two, users.info tells: see `_is_foreign`
        return bool(actor_enterprise or actor_team) and bool(actor_enterprise != enterprise)
    return bool(actor_team) and bool(actor_team != team)


def _is_foreign(user: Mapping[str, Any], workspace: Workspace) -> bool:
    """Whether users.info tells of somebody of another organization than the one that installed the app.

    https://docs.slack.dev/reference/objects/user-object
    """
    if user.get("is_stranger"):
        return True
    grid = user.get("enterprise_user") or {}
    organization = str(grid.get("enterprise_id") or user.get("enterprise_id") or "")
    if workspace.enterprise_id and organization:
        return organization != workspace.enterprise_id
    teams = {*(grid.get("teams") or ()), str(user.get("team_id") or (user.get("profile") or {}).get("team") or "")}
    ours = {workspace.team_id, workspace.enterprise_id}
    return bool(teams - {""}) and not teams & ours


def _has_power(user: Mapping[str, Any]) -> bool:
    grid = user.get("enterprise_user") or {}
    return any(each.get(f"is_{role}") for each in (user, grid) for role in ("admin", "owner", "primary_owner"))


def _name(user: Mapping[str, Any]) -> str:
    return str((user.get("profile") or {}).get("display_name") or user.get("real_name") or "")


def _roles(user: Mapping[str, Any], *, stranger: bool) -> tuple[str, ...]:
    """Slack has no roles of a workspace's own; what it says of everybody stands for them in limits per role.

    https://docs.slack.dev/reference/objects/user-object
    """
    if stranger:
        return ("external",)
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return ("guest",)
    owner = user.get("is_owner") or user.get("is_primary_owner")
    managing = (("admin", user.get("is_admin") or owner), ("owner", owner))
    return ("member", *(role for role, holds in managing if holds)) if user else ()


class People:
    """What Slack says of a person: their language, and whether they manage the workspace.

    Asked once an hour; of admins and owners at everything that they do, as nobody keeps a power that was taken away.
    """

    def __init__(self, *, api: SlackApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[float, Mapping[str, Any]]] = OrderedDict()

    def locale(self, ctx: RequestContext) -> str:
        """As far as it is known without asking."""
        known = self._known.get((ctx.workspace.team_id, ctx.user_id))
        return str(known[1].get("locale") or "en") if known else "en"

    async def person(self, ctx: RequestContext, *, fresh: bool = False) -> Person:
        """Where Slack doesn't say, an ordinary member who reads English, and `ctx.unconfirmed`.

        `fresh`: what Slack says at this moment.
        """
        user, said = await self._user(ctx, fresh=fresh)
        ctx.unconfirmed = not said
        ctx.stranger = ctx.stranger or _is_foreign(user, ctx.workspace) or (ctx.external and not user)
        if not said:
            user = {name: value for name, value in user.items() if name not in _POWERS}
        admin = bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner"))
        # Settings are the whole organization's, so a workspace's own admin may not change them.
        # https://docs.slack.dev/reference/objects/user-object
        org = user.get("enterprise_user") or {}
        manager = bool(org.get("is_admin") or org.get("is_owner")) if ctx.workspace.enterprise_id else admin
        return Person(
            platform=NAME,
            community_id=ctx.workspace.community_id,
            user_id=ctx.user_id,
            name=_name(user) or ctx.name or ctx.user_id,
            locale=str(user.get("locale") or "en"),
            roles=_roles(user, stranger=ctx.stranger),
            moderator=(admin or manager) and not ctx.stranger,
            manager=manager and not ctx.stranger,
            allowed_as=tuple(filter(None, (ctx.workspace.team_id, ctx.workspace.enterprise_id))),
            channels=tuple(filter(None, (ctx.channel_id,))),
            # https://slack.com/help/articles/202518103-Understand-guest-roles-in-Slack
            confined=ctx.stranger or bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        )

    async def called(self, ctx: RequestContext, user_id: str) -> str:
        """What this person is called; empty where Slack doesn't say."""
        return _name((await self._user(replace(ctx, user_id=user_id)))[0])

    async def names(self, ctx: RequestContext, entries: Iterable[AuditEntry]) -> Mapping[str, str]:
        """Of whom these entries of the trail tell, by their ids; whom Slack doesn't know is left out."""
        ids = {entry.target for entry in entries if _USER_ID.match(entry.target)}
        users = await asyncio.gather(*(self._user(replace(ctx, user_id=each)) for each in ids))
        named = {each: _name(user) for each, (user, _) in zip(ids, users, strict=True)}
        return {each: name for each, name in named.items() if name}

    async def _user(self, ctx: RequestContext, *, fresh: bool = False) -> tuple[Mapping[str, Any], bool]:
        """What is known of the person, and whether it holds now."""
        key = (ctx.workspace.team_id, ctx.user_id)
        now = self._clock.monotonic()
        until, known = self._known.get(key, (0.0, {}))
        if now < until and not fresh and not _has_power(known):
            return known, True
        try:
            async with asyncio.timeout(PERSON_LOOKUP_SECONDS):
                answer = await self._api.call_urgently(
                    ctx.workspace, lambda client: client.users_info(user=ctx.user_id, include_locale=True)
                )
        except (PlatformError, TimeoutError) as error:
            _log.info("person_lookup_failed", action="person", error=str(error) or "timeout")
            return known, False
        user: Mapping[str, Any] = answer.get("user") or {}
        self._known[key] = (now + PERSON_SECONDS, user)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return user, True
