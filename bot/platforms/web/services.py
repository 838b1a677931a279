"""What the page acts through besides asking for pictures."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.account import Account
from bot.actions.defaults import PersonalDefaults
from bot.actions.gallery import GalleryActions
from bot.actions.moderate import Moderate
from bot.actions.mydata import MyData
from bot.actions.people_rules import PeopleRules
from bot.actions.reports import Reports
from bot.actions.settings import Settings
from bot.actions.variants import Variants
from bot.actions.why import Why
from bot.domain.limits import Limits
from bot.domain.ports import Gallery


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`limits` are the operator's, for what the page's community leaves open; `opinions` is what `gallery` writes."""

    account: Account
    defaults: PersonalDefaults
    gallery: GalleryActions
    moderate: Moderate
    mydata: MyData
    opinions: Gallery
    people: PeopleRules
    reports: Reports
    settings: Settings
    variants: Variants
    why: Why
    limits: Limits
