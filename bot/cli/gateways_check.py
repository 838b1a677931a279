"""Whether two gateways listen in one place, for doctor: they say themselves where each of them listens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import combinations

from bot.composition.gateway_places import HELD, meet
from bot.domain.finding import Finding, broken, fine
from bot.settings import Settings
from db.address import server_conninfo
from db.engine import open_database
from db.errors import DatabaseProblem
from db.gateways import BEAT_SECONDS, Gateway, living
from db.migrate import HEAD, revision


async def check_gateways(settings: Settings) -> Sequence[Finding]:
    try:
        if server_conninfo(settings.database_url) is None:
            return []
        async with open_database(settings.database_url) as engine:
            if await revision(engine) != HEAD:
                return []
            found = await living(engine)
            if any(_together(found)):  # one of them may be gone: whoever listens speaks again
                before = {one.life: one.at for one in found}
                await asyncio.sleep(BEAT_SECONDS + 1)
                found = [one for one in await living(engine) if one.at != before.get(one.life)]
    except DatabaseProblem:  # which is a finding of its own
        return []
    if any(_together(found)):
        said, _, advice = HELD.partition(". ")
        return [broken("Gateways", said, f"{advice}.")]
    listen = [one for one in found if one.places]
    return [fine("Gateways", f"{len(listen)} listen, each in a place of its own")] if listen else []


def _together(found: Sequence[Gateway]) -> Iterator[bool]:
    """On Discord; Slack gives each event to one of its connections."""
    for one, other in combinations(found, 2):
        yield from (meet(mine, theirs) for mine in one.places for theirs in other.places if mine.startswith("discord "))
