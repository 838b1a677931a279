"""Ask for pictures: in words, with a repaired request, or again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from bot.actions.admission import Admission
from bot.actions.audit_log import WRONG_AS_TYPED
from bot.actions.budget import BudgetWatch
from bot.actions.defaults import laid_over
from bot.actions.jobs import find_visible, with_parent
from bot.actions.operator_notices import Warned
from bot.actions.series import of_sheet, price_of
from bot.domain.errors import AlreadyOrdered, BadOption, JobExists, NotAllowed, OverLimit, Refused, Repair
from bot.domain.job import Job, JobKind, new_job_id
from bot.domain.limits import Limits, check, fitting
from bot.domain.order_event import OrderEvent
from bot.domain.people import Destination, Person
from bot.domain.ports import Clock, Dispatcher, Draft, JobStore
from bot.domain.report import JobReport
from bot.domain.request import ImageRequest
from bot.domain.terms import Terms
from bot.grammar.matrix import Combination, combinations
from bot.grammar.parse import TypedOptions, parse
from bot.grammar.printing import print_request

# Of whose use somebody else than the person refused is warned.
_WARNED_OF = frozenset({"limit-community-monthly", "limit-total-daily", "limit-total-monthly", "limit-guests-daily"})


class Requests(Warned, Protocol):
    """Counts them, and the warnings that come of them."""

    def request(self, platform: str, outcome: str) -> None:
        """Somebody asked. `outcome`: accepted, or the code of the refusal."""
        ...


class Imagine:
    """Turns what somebody typed into an accepted job, or into a Refused that says why and what would do.

    Nothing is charged before the job is saved; with it, its pictures are reserved in the same transaction.
    Every Refused with a repair carries the id of a draft, so that one press can take the repair.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        dispatcher: Dispatcher,
        clock: Clock,
        admission: Admission,
        budget: BudgetWatch,
        requests: Requests,
    ) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._admission = admission
        self._budget = budget
        self._requests = requests

    async def read(self, text: str, *, author: Person, typed: TypedOptions | None = None) -> ImageRequest:
        """What `text` asks for where the author is. BadOption, and `not-served` where the author may ask for nothing.

        What isn't said is as the author has set it for themselves, else as the community has.
        """
        request, _ = await self._read(text, author, typed)
        return request

    async def _read(self, text: str, author: Person, typed: TypedOptions | None) -> tuple[ImageRequest, Terms]:
        self._admission.require_served(author)
        terms = await self._admission.terms(author)
        defaults = laid_over(terms.community, terms.defaults)
        return parse(text, typed, defaults=defaults, styles=terms.community.styles), terms

    async def from_text(
        self,
        text: str,
        *,
        author: Person,
        destination: Destination,
        typed: TypedOptions | None = None,
        parent_id: str | None = None,
        priced: bool = False,
        event: OrderEvent | None = None,
    ) -> JobReport:
        """Accept `text` as typed after the command; values in `typed` win over those in the text.

        Refused `matrix-offer`: it is a series, and its price comes first, unless it is `priced`. An `event` that has
        ordered already is answered with the job there is, whose report says so in `repeat`.
        """
        if (there := await self._ordered_by(event)) is not None:
            return there
        try:
            await self._admission.check_place(author, destination)
            request, terms = await self._read(text, author, typed)
        except Refused as refused:
            self._count(author, refused.code)
            await self._keep_repair(refused, author, parent_id, event)
            await self._note_wrong(refused, author, destination)
            raise
        return await self._accept(
            request,
            terms,
            author=author,
            destination=destination,
            parent_id=parent_id,
            priced=priced,
            event=event,
        )

    async def from_request(
        self,
        request: ImageRequest,
        *,
        author: Person,
        destination: Destination,
        parent_id: str | None = None,
        event: OrderEvent | None = None,
    ) -> JobReport:
        """Accept a request; the report of its job, or of the sheet of its series. See `from_text`."""
        if (there := await self._ordered_by(event)) is not None:
            return there
        terms = await self._admission.terms(author)
        return await self._accept(
            request, terms, author=author, destination=destination, parent_id=parent_id, event=event
        )

    async def _accept(
        self,
        request: ImageRequest,
        terms: Terms,
        *,
        author: Person,
        destination: Destination,
        parent_id: str | None,
        job_id: str | None = None,
        priced: bool = False,
        event: OrderEvent | None,
    ) -> JobReport:
        job = Job(
            id=job_id or new_job_id(),
            author=author,
            destination=destination,
            request=request,
            prompt_sent=request.prompt_sent,
            created_at=self._clock.now(),
            parent_id=await self._visible_parent(parent_id, author),
        )
        try:
            report = await self._order(job, terms, priced=priced, event=event)
        except AlreadyOrdered as ordered:
            return await self._there_is(ordered)
        except JobExists:
            raise NotAllowed("draft-taken", id=job.id) from None
        except Refused as refused:
            self._count(author, refused.code)
            raise
        self._count(author, "accepted")
        return report

    async def from_draft(
        self, draft_id: str, *, author: Person, destination: Destination, event: OrderEvent | None = None
    ) -> JobReport:
        """Take the request that a refusal or a price offered to this person.

        The job bears the draft's id, so an offer is taken once, however often and wherever its button is pressed.
        """
        if (there := await self._ordered_by(event)) is not None:
            return there
        draft = await self._store.draft(draft_id)
        if draft is None:
            raise NotAllowed("draft-gone")
        if (draft.author.platform, draft.author.user_id) != (author.platform, author.user_id):
            raise NotAllowed("not-yours")
        if await self._store.get(draft_id) is not None:
            if (there := await self._ordered_by(event)) is not None:  # by a press in this very moment
                return there
            raise NotAllowed("draft-taken", id=draft_id)
        # What is printed leaves out Easel's own defaults, not the community's or the person's.
        terms = await self._admission.terms(author)
        try:
            request = parse(draft.text, styles=terms.community.styles)
        except BadOption as refused:  # a style of the community that is gone meanwhile
            await self._note_wrong(refused, author, destination)
            raise
        return await self._accept(
            request,
            terms,
            author=author,
            destination=destination,
            parent_id=draft.parent_id,
            job_id=draft_id,
            priced=draft.priced,
            event=None if event is None else dataclasses.replace(event, origin=draft.event_id),
        )

    async def keep(
        self,
        text: str,
        *,
        author: Person,
        typed: TypedOptions | None = None,
        parent_id: str | None = None,
        event: OrderEvent | None = None,
    ) -> str:
        """Keep a request that the platform can't take now, as `from_text` reads it; the id for `from_draft`.

        Nothing is ordered. BadOption and `not-served` as for `read`.
        """
        request = await self.read(text, author=author, typed=typed)
        return await self._draft(print_request(request), author, parent_id, event)

    async def again(
        self, job_id: str, *, author: Person, destination: Destination, event: OrderEvent | None = None
    ) -> JobReport:
        """Order the same once more, on the presser's account."""
        job = await find_visible(self._store, job_id, author)
        return await self.from_request(
            job.request, author=author, destination=destination, parent_id=job.id, event=event
        )

    async def _ordered_by(self, event: OrderEvent | None) -> JobReport | None:
        """The job that this event has ordered. Asked before any limit, which that very job may have used up."""
        ordered = None if event is None else await self._store.ordered_by(event)
        return None if ordered is None else await self._there_is(ordered)

    async def _there_is(self, ordered: AlreadyOrdered) -> JobReport:
        if not ordered.same_content:
            raise NotAllowed("event-reused")
        job = None if ordered.job_id is None else await self._store.get(ordered.job_id)
        if job is None or job.deleted_at is not None:
            raise NotAllowed("job-gone")
        usage = await self._store.usage(job.author, self._clock.now(), channel_id=job.destination.counted_channel)
        report = await with_parent(self._store, self._dispatcher.report(job, usage))
        return dataclasses.replace(report, repeat=ordered.repeat)

    async def _order(self, job: Job, terms: Terms, *, priced: bool, event: OrderEvent | None) -> JobReport:
        if not self._dispatcher.accepting:
            raise NotAllowed("shutting-down")
        if self._dispatcher.account_refused:
            raise NotAllowed("provider-account")
        ways = await self._combinations(job, event)
        for way in ways:
            await self._admission.check(way.request, job.author, job.destination, terms)
        limits = self._admission.limits_within(terms.community, job.author, job.destination.counted_channel)
        job = dataclasses.replace(
            job, points=limits.points(job.request), base_points=limits.ceilings.points(job.request)
        )
        series = [] if len(ways) == 1 else of_sheet(job, ways)
        if series and job.destination.one_message:
            raise NotAllowed("matrix-not-here")
        if series and not priced:
            raise await self._offer(job, series, limits, event)
        try:
            if series:
                job = dataclasses.replace(job, kind=JobKind.SHEET)
                usage = await self._store.add_series(job, series, limits, event)
            else:
                usage = await self._store.add(job, limits, event)
        except OverLimit as refused:
            await self._over_limit(refused, job, limits, event, alone=not series)
            raise
        # No await from here on: a caller that is cancelled has jobs that the engine knows.
        for one in (*series, job):
            self._dispatcher.add(one, limits)
        self._budget.used(job.destination, limits, usage)
        return dataclasses.replace(self._dispatcher.report(job, usage), limits=limits)

    async def _combinations(self, job: Job, event: OrderEvent | None) -> tuple[Combination, ...]:
        try:
            return combinations(job.request)
        except BadOption as refused:
            await self._keep_repair(refused, job.author, job.parent_id, event)
            await self._note_wrong(refused, job.author, job.destination)
            raise

    async def _note_wrong(self, refused: Refused, author: Person, destination: Destination) -> None:
        """Tell the trail what could not be taken as typed; small talk has an answer, and the place is noted before."""
        if refused.code in WRONG_AS_TYPED:
            await self._admission.note(refused, author, destination)

    async def _offer(self, job: Job, series: Sequence[Job], limits: Limits, event: OrderEvent | None) -> Refused:
        """What the series would count, and a press that orders it; OverLimit if it is more than there is."""
        usage = await self._store.usage(job.author, job.created_at, channel_id=job.destination.counted_channel)
        try:
            check(limits, usage, job.request, job.created_at, jobs=len(series))
        except OverLimit as refused:
            await self._over_limit(refused, job, limits, event, alone=False)
            raise
        offer = price_of(job, series, usage.left_today(limits))
        await self._keep_repair(offer, job.author, job.parent_id, event, priced=True)
        return offer

    async def _visible_parent(self, parent_id: str | None, author: Person) -> str | None:
        """The parent, if the author may see it: the result says what was changed, and so what the parent's options are.

        A job that they may not see is left out like one that is gone, so that nobody learns which it is.
        """
        if parent_id is None:
            return None
        try:
            return (await find_visible(self._store, parent_id, author)).id
        except NotAllowed:
            return None

    def _count(self, author: Person, outcome: str) -> None:
        self._requests.request(author.platform, outcome)

    async def _over_limit(
        self, refused: OverLimit, job: Job, limits: Limits, event: OrderEvent | None, *, alone: bool
    ) -> None:
        """Offer what would fit now, and keep it; tell the trail, and who is warned of what is used."""
        room, base_room = refused.values.get("room"), refused.values.get("base_room")
        smaller = None
        if alone and isinstance(room, int) and isinstance(base_room, int):
            smaller = fitting(job.request, limits, room, base_room)
        if smaller is not None:
            refused.repair = Repair(text=print_request(smaller), request=smaller)
        await self._keep_repair(refused, job.author, job.parent_id, event)
        await self._admission.note(refused, job.author, job.destination)
        if refused.code in _WARNED_OF:
            channel = job.destination.counted_channel
            usage = await self._store.usage(job.author, job.created_at, channel_id=channel)
            self._budget.used(job.destination, limits, usage, refused=refused)

    async def _keep_repair(
        self,
        refused: Refused,
        author: Person,
        parent_id: str | None,
        event: OrderEvent | None,
        *,
        priced: bool = False,
    ) -> None:
        if refused.repair is not None:
            text = refused.repair.text
            refused.draft_id = await self._draft(text, author, parent_id, event, priced=priced)

    async def _draft(
        self, text: str, author: Person, parent_id: str | None, event: OrderEvent | None, *, priced: bool = False
    ) -> str:
        draft = Draft(
            id=new_job_id(),
            author=author,
            text=text,
            created_at=self._clock.now(),
            parent_id=parent_id,
            priced=priced,
            event_id="" if event is None else event.id,
        )
        await self._store.save_draft(draft)
        return draft.id
