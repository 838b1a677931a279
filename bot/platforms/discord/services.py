"""What the commands besides /imagine act through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.actions.account import Account
from bot.actions.defaults import PersonalDefaults
from bot.actions.gallery import GalleryActions
from bot.actions.moderate import Moderate
from bot.actions.mydata import MyData
from bot.actions.people_rules import PeopleRules
from bot.actions.reports import Reports
from bot.actions.settings import Settings
from bot.actions.why import Why
from bot.domain.job import StoredPicture
from bot.domain.limits import Limits
from bot.domain.ports import PictureReader


class Thumbnails(PictureReader, Protocol):
    async def thumbnail(self, picture: StoredPicture, *, job_id: str, index: int) -> bytes:
        """A small WebP of picture `index` (from 1). PictureBroken or OSError where there is none to be had."""
        ...


class ChartRaster(Protocol):
    async def png(self, svg: str, *, zoom: float = 2.0) -> bytes:
        """The drawing as a PNG. RuntimeError where it can't be drawn."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`limits` are the operator's, for what a community leaves open."""

    gallery: GalleryActions
    account: Account
    defaults: PersonalDefaults
    mydata: MyData
    why: Why
    reports: Reports
    moderate: Moderate
    people: PeopleRules
    settings: Settings
    pictures: Thumbnails
    raster: ChartRaster
    limits: Limits
