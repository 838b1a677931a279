"""Persons, channels and groups in what somebody typed, by the names that they saw while typing.

https://docs.slack.dev/messaging/formatting-message-text#advanced
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bot.cards.sentences import words
from bot.domain.errors import BadOption, PlatformError, StoreUnavailable
from bot.domain.ports import Clock
from bot.domain.text_direction import without_direction_controls
from bot.grammar.parse import parse

from .api import SlackApi
from .calls import Call
from .limits import MOST_REFERENCES, PERSON_SECONDS, REFERENCE_NAME, REFERENCE_SECONDS, REMEMBERED
from .request_context import People, RequestContext
from .text import REFERENCE, reading, unescape

_log = structlog.get_logger(__name__)

# What is neither in a person's name by chance nor harmless in a request.
_SIGNS = re.compile(r'[{}|"“”„«»<>:：=＝]')


class TypedNames:
    """Asks Slack for the names that it leaves out. Each is remembered for an hour."""

    def __init__(self, *, api: SlackApi, people: People, clock: Clock) -> None:
        self._api = api
        self._people = people
        self._clock = clock
        self._turn = asyncio.Lock()
        self._channels: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()
        self._groups: OrderedDict[str, tuple[float, Mapping[str, str]]] = OrderedDict()  # by workspace

    async def read(self, ctx: RequestContext, text: str) -> str:
        """What was typed, without our own name. Raises nothing: whose name Slack does not tell is "someone"."""
        text = _without(ctx.bot_user_id, text)
        names = await self._looked_up(ctx, [found for found in REFERENCE.findall(text) if _is_unnamed(found)])
        locale = self._people.locale(ctx)

        def named(found: re.Match[str]) -> str:
            target, _, label = found[1].partition("|")
            if not _has_a_name(target):
                return reading(found[1])
            return _shown(target, label.removeprefix("@") or names.get(found[1], ""), locale)

        return unescape(REFERENCE.sub(named, text))

    async def _looked_up(self, ctx: RequestContext, unnamed: Sequence[str]) -> Mapping[str, str]:
        """The names behind these references, as far as Slack tells them in time."""
        if not unnamed:
            return {}
        asked = {
            found: asyncio.ensure_future(self._name(ctx, found))
            for found in [*dict.fromkeys(unnamed)][:MOST_REFERENCES]
        }
        await asyncio.wait(asked.values(), timeout=REFERENCE_SECONDS)
        return {found: _outcome(one) for found, one in asked.items()}

    async def _name(self, ctx: RequestContext, found: str) -> str:
        target = found.partition("|")[0]
        if target.startswith("@"):
            return await self._people.called(ctx, target[1:])
        if target.startswith("#"):
            return await self._channel(ctx, target[1:])
        async with self._turn:  # one call tells of all groups
            return (await self._group_names(ctx)).get(target.partition("^")[2], "")

    async def _channel(self, ctx: RequestContext, channel_id: str) -> str:
        """Not that of a private channel, which not everybody who reads the prompt may know, unless it is this one."""
        key = (ctx.workspace.team_id, channel_id)
        until, name = self._channels.get(key, (0.0, ""))
        if self._clock.monotonic() < until:
            return name
        answer = await self._ask(ctx, lambda client: client.conversations_info(channel=channel_id))
        if answer is None:
            return ""
        channel = answer.get("channel") or {}
        if not channel.get("is_private") or channel_id == ctx.channel_id:
            name = "" if channel.get("is_im") or channel.get("is_mpim") else str(channel.get("name") or "")
        if not channel.get("is_private"):
            self._channels[key] = (self._clock.monotonic() + PERSON_SECONDS, name)
            if len(self._channels) > REMEMBERED:
                self._channels.popitem(last=False)
        return name

    async def _group_names(self, ctx: RequestContext) -> Mapping[str, str]:
        """Of all groups of the workspace: Slack tells of no single one."""
        until, known = self._groups.get(ctx.workspace.team_id, (0.0, {}))
        if self._clock.monotonic() < until:
            return known
        answer = await self._ask(ctx, lambda client: client.usergroups_list(include_disabled=True))
        if answer is None:
            return known
        named = {str(one.get("id")): str(one.get("handle") or one.get("name") or "") for one in answer["usergroups"]}
        self._groups[ctx.workspace.team_id] = (self._clock.monotonic() + PERSON_SECONDS, named)
        if len(self._groups) > REMEMBERED:
            self._groups.popitem(last=False)
        return named

    async def _ask(self, ctx: RequestContext, call: Call) -> Mapping[str, Any] | None:
        try:
            return await self._api.call_urgently(ctx.workspace, call)
        except (PlatformError, StoreUnavailable) as error:
            _log.info("reference_lookup_failed", action="read", error=str(error))
            return None


def _without(bot_user_id: str, text: str) -> str:
    """Whoever calls us does not ask for a picture of us."""
    if not bot_user_id:
        return text
    return re.sub(rf"<@{re.escape(bot_user_id)}(?:\|[^<>]*)?>[\s:,]*", "", text)


def _has_a_name(target: str) -> bool:
    """Whether it is a person, a channel or a group; `<!here>` and links tell all there is."""
    return target[:1] in {"@", "#"} or target.startswith("!subteam^")


def _is_unnamed(found: str) -> bool:
    target, _, label = found.partition("|")
    return _has_a_name(target) and not label


def _outcome(asked: asyncio.Future[str]) -> str:
    if not asked.done():
        asked.cancel()
        return ""
    if (error := asked.exception()) is not None:
        told = _log.info if isinstance(error, StoreUnavailable) else _log.warning
        told("reference_lookup_failed", action="read", error=str(error))
        return ""
    return asked.result()


def _shown(target: str, name: str, locale: str) -> str:
    sign, kind = ("#", "channel") if target.startswith("#") else ("@", "group" if target.startswith("!") else "person")
    said = " ".join(_SIGNS.sub(" ", unescape(without_direction_controls(name))).split())[:REFERENCE_NAME].rstrip()
    if said and _is_only_a_name(f"{sign}{said}"):
        return f"{sign}{said}"
    return words(f"slack-unnamed-{kind}", locale)


def _is_only_a_name(said: str) -> bool:
    """Whether nothing in it would be read as an option: what somebody calls themselves orders nothing."""
    try:
        return parse(f"a {said} b").prompt == f"a {said} b"
    except BadOption:
        return False
