"""Where this gateway listens, and whether another listens in the same place.

On Discord each of two in one place gets every event, and does the work of all for half of the answers. Slack gives each
event to one of its connections, so there two share one place as they should.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import structlog

from bot.domain.errors import StoreUnavailable
from bot.domain.ports import Clock
from bot.observability.health import Check
from bot.settings import Settings
from db.gateways import BEAT_SECONDS, Gateway, beat, leave

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_log = structlog.get_logger(__name__)

HELD: Final = (
    "another gateway listens in the same place on Discord: each event comes to both, and only one of them may answer. "
    "Give each gateway its own DISCORD_GATEWAY, such as 0/2 and 1/2, or stop one"
)
SHARED: Final = "another gateway listens on Slack too, which gives each event to one of them"
_SAID: Final = {"discord": HELD, "slack": SHARED}


def places_of(settings: Settings) -> list[str]:
    """`discord <which bot> <shards>` and `slack <which app>`, as far as they are set up."""
    places = []
    if settings.discord_token is not None:
        shards = settings.discord_shards
        which = "all" if shards is None else f"{','.join(map(str, shards[0]))}/{shards[1]}"
        places.append(f"discord {_digest(settings.discord_token.get_secret_value())} {which}")
    slack = settings.slack_app_token or settings.slack_signing_secret
    if slack is not None:
        places.append(f"slack {_digest(slack.get_secret_value())}")
    return places


def meet(one: str, other: str) -> bool:
    """Whether some events come to both places."""
    if one == other:
        return True
    mine, theirs = one.split(" "), other.split(" ")
    if mine[:2] != theirs[:2] or mine[0] != "discord":
        return False
    ids, counts = zip(*(place[2].partition("/")[::2] for place in (mine, theirs)), strict=True)
    return counts[0] != counts[1] or not set(ids[0].split(",")).isdisjoint(ids[1].split(","))


def _digest(secret: str) -> str:
    return hashlib.sha256(f"place:{secret}".encode()).hexdigest()[:16]


class GatewayPlaces:
    """`places` of this process. `engine` None: no other process can share the database."""

    def __init__(self, engine: AsyncEngine | None, clock: Clock, *, life: str, places: Sequence[str]) -> None:
        self._engine = engine
        self._clock = clock
        self.life = life
        self._places = places
        self._others: Sequence[Gateway] | None = None if engine is not None else ()
        self._first_heard: dict[str, int] = {}
        self._since: datetime = clock.now()
        self._held: frozenset[str] = frozenset()  # platforms

    def living(self) -> Collection[str] | None:
        """The lives of the other gateways; None while they are not known."""
        return None if self._others is None else [one.life for one in self._others]

    def checks(self) -> Mapping[str, Check]:
        """What /readyz says of each platform that this process listens to, where others may listen too."""
        if self._engine is None:
            return {}
        return {f"{place.partition(' ')[0]}_place": self._check(place.partition(" ")[0]) for place in self._places}

    async def run(self) -> None:
        """Say where we listen, and look who else does, until cancelled."""
        if self._engine is None or not self._places:
            return
        try:
            while True:
                with contextlib.suppress(StoreUnavailable):  # which is said already
                    self.look(await beat(self._engine, self.life, self._places))
                await self._clock.sleep(BEAT_SECONDS)
        finally:
            with contextlib.suppress(StoreUnavailable):
                await leave(self._engine, self.life)

    def look(self, others: Sequence[Gateway]) -> None:
        """One that was killed right before we came is silent from then on; one that listens speaks again."""
        self._others = others
        spoke = [one for one in others if one.at != self._first_heard.setdefault(one.life, one.at)]
        self._first_heard = {one.life: self._first_heard[one.life] for one in others}
        beside = [place for one in spoke for place in one.places]
        held = frozenset(mine.partition(" ")[0] for mine in self._places if any(meet(mine, one) for one in beside))
        for platform in sorted(held - self._held):
            told = _log.warning if platform == "discord" else _log.info
            told("place_held", action="connect", platform=platform, detail=_SAID[platform])
        for platform in sorted(self._held - held):
            _log.info("place_free", action="connect", platform=platform)
        if held != self._held:
            self._held, self._since = held, self._clock.now()

    def _check(self, platform: str) -> Check:
        if self._others is None:
            return Check(ok=None, detail="not known yet", since=None)
        if platform not in self._held:
            return Check(ok=True, detail="ok", since=self._since)
        return Check(ok=platform != "discord", detail=_SAID[platform], since=self._since)
