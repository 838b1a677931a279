"""The same words drawn differently, with the price told before the press."""

from __future__ import annotations

from bot.actions.imagine import Imagine
from bot.actions.jobs import find_visible
from bot.domain.errors import NotAllowed
from bot.domain.limits import Limits
from bot.domain.order_event import OrderEvent
from bot.domain.people import Destination, Person
from bot.domain.ports import Clock, CommunityStore, Dispatcher, JobStore
from bot.domain.report import JobReport
from bot.domain.request import ImageRequest
from bot.domain.variant import MoreView, Price, shapes, sharper


class Variants:
    """Each is a new order on the presser's account: the model has no seed, so it is a new picture."""

    def __init__(
        self,
        *,
        imagine: Imagine,
        store: JobStore,
        dispatcher: Dispatcher,
        communities: CommunityStore,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._imagine = imagine
        self._store = store
        self._dispatcher = dispatcher
        self._communities = communities
        self._limits = limits
        self._clock = clock

    async def hd(
        self, job_id: str, *, author: Person, destination: Destination, event: OrderEvent | None = None
    ) -> JobReport:
        """Order the same words at the next clarity. NotAllowed `hd-largest` at the highest."""
        job = await find_visible(self._store, job_id, author)
        request = sharper(job.request)
        if request is None:
            raise NotAllowed("hd-largest", clarity=str(job.request.clarity))
        return await self._imagine.from_request(
            request, author=author, destination=destination, parent_id=job.id, event=event
        )

    async def shape(
        self,
        job_id: str,
        index: int | None,
        *,
        author: Person,
        destination: Destination,
        event: OrderEvent | None = None,
    ) -> JobReport:
        """Order the same words in the ratio with that place among those of their model."""
        job = await find_visible(self._store, job_id, author)
        request = dict(shapes(job.request)).get(-1 if index is None else index)
        if request is None:  # no ratio, or the one it has: no button of ours says so
            raise NotAllowed("no-such-shape", ratios=", ".join(job.request.spec.ratios))
        return await self._imagine.from_request(
            request, author=author, destination=destination, parent_id=job.id, event=event
        )

    async def price(self, request: ImageRequest, *, person: Person, channel_id: str = "") -> Price:
        """What this request would count for this person here, and what they have left today."""
        community = await self._communities.community(person.platform, person.community_id)
        limits = self._limits.within(community, roles=person.roles, channel_id=channel_id)
        usage = await self._store.usage(person, self._clock.now(), channel_id=channel_id)
        per_picture = limits.points(request)
        return Price(points=per_picture * request.n, left=usage.left_today(limits), per_picture=per_picture)

    async def more(self, job_id: str, *, person: Person, channel_id: str = "") -> MoreView:
        """What stands behind More, priced for the person who pressed it."""
        job = await find_visible(self._store, job_id, person)
        request = sharper(job.request)
        return MoreView(
            report=self._dispatcher.report(job),
            shape=await self.price(job.request, person=person, channel_id=channel_id),
            hd=None if request is None else await self.price(request, person=person, channel_id=channel_id),
        )
