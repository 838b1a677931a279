"""Which community a command means, and which there are."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from bot.cli.faults import WrongCall
from bot.cli.office import Office
from bot.domain.ports import UsageFilter, UsageGroup

CommunityKey = tuple[str, str]  # platform, community

# These are one community each, of the same name.
_ONE_COMMUNITY = frozenset({"web", "terminal"})
_SHOWN = 20


async def known_communities(office: Office, platform: str | None = None) -> Sequence[CommunityKey]:
    """Every community that has ever asked for anything."""
    platforms = await office.stores.ledger.view(UsageGroup.PLATFORM, UsageFilter(platform=platform))
    return [
        (each.key, community.key)
        for each in platforms
        for community in await office.stores.ledger.view(UsageGroup.COMMUNITY, UsageFilter(platform=each.key))
    ]


async def community_of(office: Office, options: Namespace) -> CommunityKey:
    """The one that --platform and --community name, or the only one there is. WrongCall lists those there are."""
    platform, community_id = options.platform, options.community
    if platform in _ONE_COMMUNITY:
        return platform, community_id or platform
    if platform and community_id:
        return platform, community_id
    known = await known_communities(office)
    meant = [
        (its_platform, its_id)
        for its_platform, its_id in known
        if platform in {None, its_platform} and community_id in {None, its_id}
    ]
    if len(meant) == 1:
        return meant[0]
    listed = [f"  --platform {its_platform} --community {its_id}" for its_platform, its_id in (meant or known)[:_SHOWN]]
    raise WrongCall("\n".join(["Say which community, with --platform and --community.", *listed]))
