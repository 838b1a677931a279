"""The bot with every command, over the real stores."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

from bot.actions.account import Account
from bot.actions.moderators_channel import ModeratorsChannel
from bot.actions.mydata import MyData
from bot.actions.people_rules import PeopleRules
from bot.actions.settings import Settings
from bot.actions.why import Why
from bot.cards import mydata_readme
from bot.cards.moderation_card import appeal_card
from bot.domain.people import Person
from bot.pictures.fit import PictureFitter
from bot.platforms.discord.further import Further
from bot.platforms.discord.services import Services
from cogs import all_cogs
from db.personal import SqlPersonalData
from db.usage import SqlUsageLedger
from tests.discord.conftest import Bot
from tests.fakes.discord import User


class PlainRaster:
    """A PNG of one colour in place of each drawing, which takes a process of its own; `broken`: none at all."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.broken = False

    async def png(self, svg: str, *, zoom: float = 2.0) -> bytes:
        if self.broken:
            raise RuntimeError("no fonts")
        self.drawn.append(svg)
        data = io.BytesIO()
        Image.new("RGB", (round(40 * zoom), 30), "white").save(data, "PNG")
        return data.getvalue()


def services_of(bot: Bot, further: Further, raster: PlainRaster) -> Services:
    assert further.gallery is not None
    assert further.reports is not None
    assert further.moderate is not None
    ledger = SqlUsageLedger(bot.store.engine)
    channel = ModeratorsChannel(communities=bot.communities, desks=bot.desks)
    return Services(
        gallery=further.gallery,
        account=Account(
            store=bot.store, ledger=ledger, communities=bot.communities, limits=bot.limits, clock=bot.clock
        ),
        defaults=bot.defaults,
        mydata=MyData(
            store=bot.store,
            personal=SqlPersonalData(bot.store.engine, bot.clock),
            ledger=ledger,
            communities=bot.communities,
            dispatcher=bot.dispatcher,
            pictures=bot.shelf,
            platforms=bot.desks,  # type: ignore[arg-type]  # the same object is both
            clock=bot.clock,
            readme=mydata_readme,
        ),
        why=Why(communities=bot.communities, channel=channel, clock=bot.clock, draw=appeal_card, store=bot.store),
        reports=further.reports,
        moderate=further.moderate,
        people=PeopleRules(communities=bot.communities, ledger=ledger, clock=bot.clock),
        settings=Settings(communities=bot.communities),
        pictures=PictureFitter(bot.shelf),
        raster=raster,
        limits=bot.limits,
    )


def every_command(raster: PlainRaster) -> Callable[[Bot, Further], Sequence[Any]]:
    return lambda bot, further: all_cogs(services_of(bot, further, raster))


def person(bot: Bot, user: User, *, manager: bool = False) -> Person:
    return Person(
        platform="discord", community_id=str(bot.guild.id), user_id=str(user.id), name=user.name, manager=manager
    )
