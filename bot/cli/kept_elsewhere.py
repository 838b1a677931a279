"""What `python -m bot doctor` tells of messages that chats keep, and of communities that removed the bot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.finding import Finding, note
from bot.domain.ports import Removal, RemovedCommunity
from bot.settings import Settings
from db.address import database_file
from db.engine import open_database
from db.errors import DatabaseProblem
from db.installed_communities import SqlInstalledCommunities
from db.migrate import HEAD, revision
from db.removals import SqlRemovals

_SHOWN = 10


async def check_kept_elsewhere(settings: Settings) -> Sequence[Finding]:
    """Nothing where there is nothing to tell; what is wrong with the database is told by another check."""
    try:
        file = database_file(settings.database_url)
        if file is not None and not file.exists():
            return []
        async with open_database(settings.database_url) as engine:
            if await revision(engine) != HEAD:
                return []
            count, left = await SqlRemovals(engine).refused(_SHOWN)
            removed = [one for one in await SqlInstalledCommunities(engine).all_removed() if one.forgotten_at is None]
    except DatabaseProblem:
        return []
    return [
        *([_left_behind(count, left)] if left else ()),
        *([_removed(removed, timedelta(days=settings.forget_communities_days))] if removed else ()),
    ]


def _left_behind(count: int, left: Sequence[Removal]) -> Finding:
    places = "; ".join(_place(removal) for removal in left)
    more = f"; and {count - len(left)} more" if count > len(left) else ""
    messages = "1 message of a deleted result is" if count == 1 else f"{count} messages of deleted results are"
    return note(
        "Left behind",
        f"{messages} still in a chat that refuses to delete it: {places}{more}",
        "Give the bot access to that channel again, or delete the message there. It is tried again once a day, at each "
        "start, and when the bot is added again.",
    )


def _place(removal: Removal) -> str:
    there = removal.job.destination
    message = removal.job.result_id or there.card_id or "unknown"
    return f"{there.platform}:{there.community_id}, channel {there.channel_id}, message {message}"


def _removed(removed: Sequence[RemovedCommunity], kept: timedelta) -> Finding:
    named = "; ".join(
        f"{one.platform}:{one.community_id} is forgotten on {(one.removed_at + kept):%Y-%m-%d}"
        for one in removed[:_SHOWN]
    )
    more = f"; and {len(removed) - _SHOWN} more" if len(removed) > _SHOWN else ""
    return note(
        "Communities",
        f"{len(removed)} removed the bot: {named}{more}",
        "To keep what is theirs, let them add the bot again before, or raise FORGET_COMMUNITIES_DAYS.",
    )
