"""What the operator's commands act on: the stores and the actions over the database, whether or not a bot runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions.jobs import JobActions
from bot.actions.moderate import Moderate
from bot.actions.moderators_channel import ModeratorsChannel
from bot.actions.mydata import MyData
from bot.actions.people_rules import PeopleRules
from bot.actions.reports import Reports
from bot.actions.settings import Settings as CommunitySettings
from bot.cards import mydata_readme, report_card
from bot.clock import SystemClock
from bot.domain.ports import ChatPlatform, PictureStore
from bot.operator.deeds import Deeds
from bot.operator.faults import BotAway
from bot.operator.resting import RestingDispatcher
from bot.pictures.store import open_pictures
from bot.settings import Settings
from db.address import database_file
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.jobs import SqlJobStore
from db.migrate import HEAD, revision
from db.personal import SqlPersonalData
from db.usage import SqlUsageLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """`deeds` act without a bot: use them only while none runs."""

    settings: Settings
    clock: SystemClock
    engine: AsyncEngine
    store: SqlJobStore
    ledger: SqlUsageLedger
    communities: SqlCommunityStore
    pictures: PictureStore
    people: PeopleRules
    community_settings: CommunitySettings
    moderate: Moderate
    mydata: MyData
    deeds: Deeds


@contextlib.asynccontextmanager
async def open_office(settings: Settings) -> AsyncIterator[Office]:
    """Over a database that is there and up to date. BotAway and DatabaseProblem say what to do where it isn't."""
    file = database_file(settings.database_url)
    if file is not None and not await asyncio.to_thread(file.exists):
        raise BotAway(f"There is no database at {file} yet. The first start of the bot makes it, or migrate.")
    async with open_database(settings.database_url) as engine:
        found = await revision(engine)
        if found != HEAD:
            raise BotAway(
                f"The tables are of revision {found or 'none'}, and this version works with {HEAD}. Run "
                "`python -m bot migrate` with the newest version."
            )
        yield _furnish(settings, engine)


def _furnish(settings: Settings, engine: AsyncEngine) -> Office:
    clock = SystemClock()
    store, ledger, communities = SqlJobStore(engine, clock), SqlUsageLedger(engine), SqlCommunityStore(engine, clock)
    pictures = open_pictures(settings.pictures_url)
    dispatcher = RestingDispatcher(store)
    platforms: dict[str, ChatPlatform] = {}  # nobody to talk to: that is the running bot's part
    channel = ModeratorsChannel(communities=communities, desks={})
    people = PeopleRules(communities=communities, ledger=ledger, clock=clock)
    community_settings = CommunitySettings(communities=communities)
    moderate = Moderate(
        store=store,
        communities=communities,
        dispatcher=dispatcher,
        platforms=platforms,
        people=people,
        settings=community_settings,
        reports=Reports(store=store, communities=communities, channel=channel, clock=clock, draw=report_card),
        clock=clock,
    )
    mydata = MyData(
        store=store,
        personal=SqlPersonalData(engine, clock),
        ledger=ledger,
        communities=communities,
        dispatcher=dispatcher,
        pictures=pictures,
        platforms=platforms,
        clock=clock,
        readme=mydata_readme,
    )
    jobs = JobActions(store=store, dispatcher=dispatcher, clock=clock, pictures=pictures, platforms=platforms)
    return Office(
        settings=settings,
        clock=clock,
        engine=engine,
        store=store,
        ledger=ledger,
        communities=communities,
        pictures=pictures,
        people=people,
        community_settings=community_settings,
        moderate=moderate,
        mydata=mydata,
        deeds=Deeds(store=store, communities=communities, jobs=jobs, moderate=moderate, mydata=mydata),
    )
