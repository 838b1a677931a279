"""What people, moderators and the operator can do, put together over the stores: with an engine, or without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, Self

from bot.actions import Actions, Imagine, JobActions
from bot.actions.account import Account
from bot.actions.admission import Admission
from bot.actions.budget import BudgetWatch
from bot.actions.defaults import PersonalDefaults
from bot.actions.exceptions import LimitExceptions
from bot.actions.gallery import GalleryActions
from bot.actions.imagine import Requests
from bot.actions.moderate import Moderate
from bot.actions.moderator_notices import ModeratorNotices
from bot.actions.mydata import MyData
from bot.actions.operator_notices import OperatorNotices
from bot.actions.people_rules import PeopleRules
from bot.actions.personal_archives import PersonalArchives
from bot.actions.posted_results import PostedResults
from bot.actions.removals import Removals
from bot.actions.removed_communities import RemovedCommunities
from bot.actions.reports import Reports
from bot.actions.retention import Retention
from bot.actions.settings import Settings
from bot.actions.share_links import ShareLinks
from bot.actions.variants import Variants
from bot.actions.why import Why
from bot.cards import appeal_card, budget_card, ceiling_card, community_notice_card, mydata_readme, report_card
from bot.domain.allowed_communities import EVERYBODY, AllowedCommunities
from bot.domain.limits import Limits
from bot.domain.operator_channel import OperatorChannel
from bot.domain.ports import ChatPlatform, Clock, Dispatcher, GalleryChannel, Locks, ModeratorChannel, PictureStore
from db.communities import SqlCommunityStore
from db.gallery import SqlGallery
from db.installed_communities import SqlInstalledCommunities
from db.jobs import SqlJobStore
from db.personal import SqlPersonalData
from db.removals import SqlRemovals
from db.share_links import SqlShareLinks
from db.sign_ins import SqlSignIns
from db.usage import SqlUsageLedger

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# Where moderators look without any setting, by platform: the page has one studio and no channels.
MODERATORS_HOMES: Mapping[str, str] = MappingProxyType({"web": "studio"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Everything that is kept, over one database and one place for pictures."""

    jobs: SqlJobStore
    communities: SqlCommunityStore
    ledger: SqlUsageLedger
    gallery: SqlGallery
    personal: SqlPersonalData
    pictures: PictureStore
    sign_ins: SqlSignIns
    removals: SqlRemovals
    installed: SqlInstalledCommunities
    share_links: SqlShareLinks

    @classmethod
    def over(cls, engine: AsyncEngine, clock: Clock, pictures: PictureStore, *, timezone: str = "UTC") -> Self:
        """`timezone`: where the operator's days begin."""
        return cls(
            jobs=SqlJobStore(engine, clock, timezone=timezone),
            communities=SqlCommunityStore(engine, clock),
            ledger=SqlUsageLedger(engine),
            gallery=SqlGallery(engine),
            personal=SqlPersonalData(engine, clock),
            pictures=pictures,
            sign_ins=SqlSignIns(engine, clock),
            removals=SqlRemovals(engine),
            installed=SqlInstalledCommunities(engine),
            share_links=SqlShareLinks(engine, clock),
        )


class ShowsEverything(ChatPlatform, ModeratorChannel, GalleryChannel, Protocol):
    """A chat with channels for moderators and for a gallery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRegistry:
    """Where platforms show things, by name; filled by whoever connects them. Not every platform has the last two."""

    platforms: dict[str, ChatPlatform] = field(default_factory=dict)
    moderator_channels: dict[str, ModeratorChannel] = field(default_factory=dict)
    gallery_channels: dict[str, GalleryChannel] = field(default_factory=dict)

    def add(self, platform: ShowsEverything) -> None:
        """One that has everything."""
        self.platforms[platform.name] = platform
        self.moderator_channels[platform.name] = platform
        self.gallery_channels[platform.name] = platform


def connect(
    *,
    stores: Stores,
    dispatcher: Dispatcher,
    registry: PlatformRegistry,
    clock: Clock,
    limits: Limits,
    locks: Locks,
    requests: Requests,
    allowed: AllowedCommunities = EVERYBODY,
    operator_channel: OperatorChannel | None = None,
    retention_days: int | None = None,
    retention_bytes: int | None = None,
    forget_communities_days: int = 30,
    share_link_days: int | None = None,
    folder: Path | None = None,
) -> Actions:
    """`limits` and all days are the operator's; `requests` counts; `folder` takes large temporary files."""
    store, communities, ledger, pictures = stores.jobs, stores.communities, stores.ledger, stores.pictures
    channel = ModeratorNotices(
        communities=communities, moderator_channels=registry.moderator_channels, homes=MODERATORS_HOMES
    )
    defaults = PersonalDefaults(personal=stores.personal, communities=communities)
    operator = OperatorNotices(
        moderator_channels=registry.moderator_channels, channel=operator_channel, warned=requests, draw=ceiling_card
    )
    budget = BudgetWatch(ledger=ledger, channel=channel, operator=operator, clock=clock, draw=budget_card)
    imagine = Imagine(
        store=store,
        dispatcher=dispatcher,
        clock=clock,
        admission=Admission(communities=communities, clock=clock, limits=limits, allowed=allowed),
        budget=budget,
        requests=requests,
    )
    removals = Removals(store=stores.removals, platforms=registry.platforms, clock=clock)
    people = PeopleRules(communities=communities, ledger=ledger, clock=clock)
    settings = Settings(communities=communities, limits=limits, locks=locks)
    exceptions = LimitExceptions(communities=communities, locks=locks)
    reports = Reports(store=store, communities=communities, channel=channel, clock=clock, draw=report_card, locks=locks)
    return Actions(
        imagine=imagine,
        jobs=JobActions(store=store, dispatcher=dispatcher, clock=clock, pictures=pictures, removals=removals),
        variants=Variants(
            imagine=imagine, store=store, dispatcher=dispatcher, communities=communities, limits=limits, clock=clock
        ),
        gallery=GalleryActions(
            store=store,
            gallery=stores.gallery,
            communities=communities,
            dispatcher=dispatcher,
            clock=clock,
            gallery_channels=registry.gallery_channels,
            locks=locks,
            removals=removals,
        ),
        account=Account(
            store=store,
            ledger=ledger,
            communities=communities,
            dispatcher=dispatcher,
            limits=limits,
            clock=clock,
        ),
        defaults=defaults,
        mydata=MyData(
            store=store,
            personal=stores.personal,
            communities=communities,
            dispatcher=dispatcher,
            pictures=pictures,
            removals=removals,
            clock=clock,
            archives=PersonalArchives(
                personal=stores.personal,
                ledger=ledger,
                pictures=pictures,
                clock=clock,
                readme=mydata_readme,
                folder=folder,
            ),
        ),
        why=Why(communities=communities, channel=channel, clock=clock, draw=appeal_card, store=store, allowed=allowed),
        reports=reports,
        moderate=Moderate(
            store=store,
            communities=communities,
            results=PostedResults(
                store=store, dispatcher=dispatcher, platforms=registry.platforms, removals=removals, clock=clock
            ),
            people=people,
            settings=settings,
            exceptions=exceptions,
            reports=reports,
            locks=locks,
        ),
        people=people,
        settings=settings,
        exceptions=exceptions,
        removals=removals,
        removed_communities=RemovedCommunities(
            store=stores.installed,
            personal=stores.personal,
            pictures=pictures,
            operator=operator,
            removals=removals,
            clock=clock,
            days=forget_communities_days,
            draw=community_notice_card,
        ),
        retention=Retention(
            personal=stores.personal,
            ledger=ledger,
            communities=communities,
            pictures=pictures,
            clock=clock,
            default_days=retention_days,
            most_bytes=retention_bytes,
        ),
        share_links=ShareLinks(store=store, links=stores.share_links, clock=clock, most_days=share_link_days),
        budget=budget,
        limits=limits,
    )
