"""What people can do beyond asking: each part is there or not, and what isn't there has no button."""

from __future__ import annotations

from dataclasses import dataclass, field

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
from bot.drawing.raster import Raster


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """The actions behind HD, More, stars and votes, reports and moderation, `/easel`, the Home tab and its forms."""

    variants: Variants | None = None
    gallery: GalleryActions | None = None
    reports: Reports | None = None
    moderate: Moderate | None = None
    people: PeopleRules | None = None
    why: Why | None = None
    account: Account | None = None
    settings: Settings | None = None
    defaults: PersonalDefaults | None = None
    mydata: MyData | None = None
    limits: Limits = field(default_factory=Limits)  # the operator's: what holds where a community has set nothing
    raster: Raster | None = None  # draws the chart of the Home tab

    @property
    def full_results(self) -> bool:
        """Whether every button under a result has something behind it."""
        return self.variants is not None and self.gallery is not None
