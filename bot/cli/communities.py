"""Which community a command means, and which there are."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.cli.admin_session import AdminSession
from bot.cli.faults import WrongCall
from bot.domain.ports import UsageFilter, UsageGroup

CommunityKey = tuple[str, str]  # platform, community

# These are one community each, of the same name.
_ONE_COMMUNITY = frozenset({"web", "terminal"})
_SHOWN = 20


async def known_communities(session: AdminSession, platform: str | None = None) -> Sequence[CommunityKey]:
    """Every community that has ever asked for anything."""
    platforms = await session.stores.ledger.view(UsageGroup.PLATFORM, UsageFilter(platform=platform))
    return [
        (each.key, community.key)
        for each in platforms
        for community in await session.stores.ledger.view(UsageGroup.COMMUNITY, UsageFilter(platform=each.key))
    ]


async def community_of(session: AdminSession, options: Namespace) -> CommunityKey:
    """The one that --platform and --community name, or the only one there is. WrongCall lists those there are."""
    platform, community_id = options.platform, options.community
    if platform in _ONE_COMMUNITY:
        return platform, community_id or platform
    if platform and community_id:
        return platform, community_id
    known = await known_communities(session)
    meant = [
        (its_platform, its_id)
        for its_platform, its_id in known
        if platform in {None, its_platform} and community_id in {None, its_id}
    ]
    if len(meant) == 1:
        return meant[0]
    listed = [f"  --platform {its_platform} --community {its_id}" for its_platform, its_id in (meant or known)[:_SHOWN]]
    raise WrongCall("\n".join(["Say which community, with --platform and --community.", *listed]))


async def zone_of(session: AdminSession, options: Namespace) -> ZoneInfo:
    """Where a day begins: in the one community that the options name, else where the operator's begin."""
    name = session.settings.timezone
    if options.platform and (options.community or options.platform in _ONE_COMMUNITY):
        community = await session.stores.communities.community(options.platform, options.community or options.platform)
        name = community.timezone or name
    return ZoneInfo(name)
