"""Everything that people, moderators and the operator can do, as one object for every platform."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.account import Account
from bot.actions.budget import BudgetWatch
from bot.actions.defaults import PersonalDefaults
from bot.actions.exceptions import LimitExceptions
from bot.actions.gallery import GalleryActions
from bot.actions.imagine import Imagine
from bot.actions.jobs import JobActions
from bot.actions.moderate import Moderate
from bot.actions.mydata import MyData
from bot.actions.people_rules import PeopleRules
from bot.actions.removals import Removals
from bot.actions.removed_communities import RemovedCommunities
from bot.actions.reports import Reports
from bot.actions.retention import Retention
from bot.actions.settings import Settings
from bot.actions.share_links import ShareLinks
from bot.actions.variants import Variants
from bot.actions.why import Why
from bot.domain.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """`limits` are the operator's, for what a community leaves open. Close `budget` on shutdown."""

    imagine: Imagine
    jobs: JobActions
    variants: Variants
    gallery: GalleryActions
    account: Account
    defaults: PersonalDefaults
    mydata: MyData
    why: Why
    reports: Reports
    moderate: Moderate
    people: PeopleRules
    settings: Settings
    exceptions: LimitExceptions
    removals: Removals
    removed_communities: RemovedCommunities
    retention: Retention
    share_links: ShareLinks
    budget: BudgetWatch
    limits: Limits
