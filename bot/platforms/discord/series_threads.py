"""The thread in which a series' results appear as they finish, so that they don't flood the channel."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import structlog

from bot.cards.sentences import words
from bot.domain.errors import PlatformUnavailable, Undeliverable
from bot.domain.job import Job, JobKind
from bot.domain.people import CONVERSATION

from .api import DiscordApi
from .faults import AccessDenied, MessageGone

_log = structlog.get_logger(__name__)

_REMEMBERED = 1000


class SeriesThreads:
    def __init__(self, api: DiscordApi) -> None:
        self._api = api
        self._found: OrderedDict[str, int | None] = OrderedDict()  # by the sheet's id
        self._turn = asyncio.Lock()

    def known(self, sheet: Job) -> int | None:
        """The thread of this sheet's series, if this process has posted there."""
        return self._found.get(sheet.id) if sheet.kind is JobKind.SHEET else None

    async def of(self, job: Job) -> int | None:
        """The thread for a result of a series, begun on the sheet's card; None where there can be none.

        Raises PlatformUnavailable.
        """
        there, card_id = job.destination, job.destination.details.get("series_card")
        in_guild = not there.community_id.startswith(CONVERSATION)
        if job.series_id is None or card_id is None or not in_guild or "parent" in there.details:
            return None
        async with self._turn:
            if job.series_id not in self._found:
                self._found[job.series_id] = await self._begin(job, int(card_id))
                if len(self._found) > _REMEMBERED:
                    self._found.popitem(last=False)
            return self._found[job.series_id]

    def closed(self, job: Job) -> None:
        """Its thread takes no message: the rest of the series goes to the channel."""
        if job.series_id is not None:
            self._found[job.series_id] = None

    async def _begin(self, job: Job, card_id: int) -> int | None:
        name = words("series-thread", job.destination.locale, id=job.series_id or "")
        try:
            return await self._api.open_thread(int(job.destination.channel_id), card_id, name)
        except PlatformUnavailable:
            raise
        except (AccessDenied, MessageGone, Undeliverable) as error:
            _log.info("no_series_thread", action="deliver", job=job.id, error=str(error))
            return None
