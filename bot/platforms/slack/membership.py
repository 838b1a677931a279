"""Whether the result could be posted where somebody asks: settled before anything is ordered."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import structlog

from bot.cards.sentences import sentence
from bot.domain.card import Text
from bot.domain.errors import NotAllowed, PlatformUnavailable
from bot.domain.ports import Clock

from .api import SlackApi
from .faults import AccessDenied, Rejected
from .limits import MEMBERSHIP_SECONDS, REMEMBERED
from .references import ChannelRef

_log = structlog.get_logger(__name__)


class SaidHere(NotAllowed):
    """A refusal that only Slack knows; `key` names its sentence. `retry`: the same may be tried again later."""

    def __init__(self, key: str, *, retry: bool = True) -> None:
        super().__init__(key)
        self.key = key
        self.retry = retry

    def sentence(self, locale: str, bot: str) -> Text:
        """`bot`: what we are called there."""
        return sentence(self.key, locale, bot=bot)


@dataclass(frozen=True, slots=True)
class _Known:
    """What Slack said of a channel that we are in; `until` in monotonic seconds."""

    until: float
    private: bool


class Membership:
    """Joins public channels by itself, asks to be invited to private ones.

    https://docs.slack.dev/reference/methods/conversations.join
    """

    def __init__(self, *, api: SlackApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()

    async def channel_ref(self, asked: ChannelRef, user_id: str, *, private_talk: bool) -> ChannelRef:
        """Where the card and the result go: `asked`, or the conversation with this person where we can't be in it.

        `private_talk`: it is a conversation of people, which no app can join. SaidHere where there is no way in.
        """
        key = (asked.workspace.team_id, asked.channel_id)
        known = self._known.get(key)
        if known is not None and self._clock.monotonic() < known.until:
            return replace(asked, private=known.private)
        try:
            answer = await self._api.call_urgently(
                asked.workspace, lambda client: client.conversations_info(channel=asked.channel_id)
            )
        except AccessDenied as refused:
            if refused.code == "missing_scope":
                return asked  # then posting itself has to tell
            if private_talk or asked.channel_id.startswith("D"):
                return await self._api.open_dm(asked.workspace, user_id)
            raise SaidHere("invite-me") from refused
        channel = answer.get("channel") or {}
        if channel.get("is_archived"):
            raise SaidHere("archived", retry=False)
        if not (channel.get("is_im") or channel.get("is_member")):
            if channel.get("is_mpim"):
                return await self._api.open_dm(asked.workspace, user_id)
            if channel.get("is_private"):
                raise SaidHere("invite-me")
            await self._join(asked)
        # A workspace's public channel is no public one of the organization.
        public = channel.get("is_channel") and not (channel.get("is_private") or asked.workspace.enterprise_id)
        self._remember(key, private=not public)
        return replace(asked, private=not public)

    async def rejoined(self, channel_ref: ChannelRef) -> bool:
        """Whether a public channel that has thrown us out lets us in again."""
        self._known.pop((channel_ref.workspace.team_id, channel_ref.channel_id), None)
        try:
            await self._join(channel_ref)
        except (SaidHere, PlatformUnavailable):
            return False
        return True

    async def _join(self, channel_ref: ChannelRef) -> None:
        try:
            await self._api.call_urgently(
                channel_ref.workspace, lambda client: client.conversations_join(channel=channel_ref.channel_id)
            )
        except (AccessDenied, Rejected) as refused:
            raise SaidHere("cannot-join") from refused
        _log.info("joined", action="join", channel=channel_ref.channel_id)

    def _remember(self, key: tuple[str, str], *, private: bool) -> None:
        self._known[key] = _Known(self._clock.monotonic() + MEMBERSHIP_SECONDS, private)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
