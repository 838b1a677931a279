"""What communities have set beyond the operator's limits, told once: it is cut, and the operator may allow it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import structlog

from bot.actions.moderator_notices import ModeratorNotices
from bot.domain.card import Card
from bot.domain.ceilings import beyond, cut
from bot.domain.community import Community
from bot.domain.community_fields import FIELDS, write_field
from bot.domain.errors import StoreUnavailable
from bot.domain.limits import Limits
from bot.domain.moderation_views import CutLimit
from bot.domain.ports import Clock, CommunityStore, Locks

_log = structlog.get_logger(__name__)

_TOLD = "cut-limits-told"
# A platform connects within seconds of the start, or much later.
_PAUSES = (10.0, 30.0, 60.0, 300.0, 900.0)


class Notes(Protocol):
    """Small facts kept between starts."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str) -> None: ...


class CutLimitsNotice:
    """In the log, with the command that allows it, and in the channel of the community's moderators."""

    def __init__(
        self,
        *,
        communities: CommunityStore,
        channel: ModeratorNotices,
        notes: Notes,
        locks: Locks,
        clock: Clock,
        limits: Limits,
        draw: Callable[[Sequence[CutLimit], str], Card],
    ) -> None:
        self._communities = communities
        self._channel = channel
        self._notes = notes
        self._locks = locks
        self._clock = clock
        self._limits = limits
        self._draw = draw

    async def run(self) -> None:
        """Tell what has not been told at an earlier start."""
        try:
            new = await self._new()
        except StoreUnavailable as error:  # the next start tells it
            _log.warning("cut_limits_unknown", action="start", error=str(error))
            return
        for each in new:
            _log.warning(
                "limit_cut",
                action="start",
                platform=each.platform,
                community=each.community_id,
                setting=each.setting,
                stored=each.stored,
                holds=each.holds,
                allow_it=each.command,
            )
        await self._tell_moderators(new)

    async def _new(self) -> Sequence[CutLimit]:
        async with self._locks.acquire(_TOLD):  # several processes start at once
            found = [each for community in await self._communities.communities() for each in self._cuts(community)]
            told = frozenset(json.loads(await self._notes.get(_TOLD) or "[]"))
            new = [each for each in found if each.command not in told]
            if new or len(found) != len(told):
                await self._notes.set(_TOLD, json.dumps([each.command for each in found]))
            return new

    def _cuts(self, community: Community) -> Iterator[CutLimit]:
        held = cut(community, self._limits)
        for name in beyond(community, self._limits):
            yield CutLimit(
                platform=community.platform,
                community_id=community.community_id,
                setting=name,
                stored=write_field(community, name),
                holds=write_field(held, name),
                command=_command(community, held, name),
            )

    async def _tell_moderators(self, cuts: Sequence[CutLimit]) -> None:
        waiting: dict[tuple[str, str], list[CutLimit]] = {}
        for each in cuts:
            waiting.setdefault((each.platform, each.community_id), []).append(each)
        for pause in _PAUSES:
            if not waiting:
                return
            await self._clock.sleep(pause)
            for home, mine in tuple(waiting.items()):
                try:
                    if not await self._channel.exists(*home) or await self._channel.post(*home, self._draw(mine, "en")):
                        del waiting[home]
                except StoreUnavailable as error:
                    _log.warning("moderators_not_told", action="start", platform=home[0], error=str(error))


def _command(community: Community, held: Community, name: str) -> str:
    """What makes an exception of the value that is stored."""
    value = getattr(community, name)
    if name == "role_daily":  # exceptions of roles are one table: those there are stay
        above = {role: most for role, most in value.items() if held.role_daily[role] != most}
        value = {**community.exceptions.role_daily, **above}
    place = f"--platform {community.platform} --community {shlex.quote(community.community_id)}"
    return f"python -m bot limits set {shlex.quote(f'{name}={FIELDS[name].write(value)}')} {place}"
