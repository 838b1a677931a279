"""Ask for pictures: in words, with a repaired request, or again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from bot.actions.jobs import find_visible
from bot.domain.errors import NotAllowed, OverLimit, Refused, Repair
from bot.domain.job import Job, new_job_id
from bot.domain.limits import Limits
from bot.domain.people import Destination, Person
from bot.domain.ports import Clock, Dispatcher, Draft, JobStore
from bot.domain.report import JobReport
from bot.domain.request import ImageRequest
from bot.grammar.parse import TypedOptions, parse
from bot.grammar.printing import print_request


class Imagine:
    """Turns what somebody typed into an accepted job, or into a Refused that says why and what would do.

    Nothing is charged before the job is saved; with it, its pictures are reserved in the same transaction.
    Every Refused with a repair carries the id of a draft, so that one press can take the repair.
    """

    def __init__(
        self, *, store: JobStore, dispatcher: Dispatcher, clock: Clock, limits_of: Callable[[Person], Limits]
    ) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._limits_of = limits_of

    async def from_text(
        self,
        text: str,
        *,
        author: Person,
        destination: Destination,
        typed: TypedOptions | None = None,
        parent_id: str | None = None,
    ) -> JobReport:
        """Accept `text` as typed after the command; values in `typed` win over those in the text."""
        try:
            request = parse(text, typed)
        except Refused as refused:
            await self._keep_repair(refused, author, parent_id)
            raise
        return await self.from_request(request, author=author, destination=destination, parent_id=parent_id)

    async def from_request(
        self, request: ImageRequest, *, author: Person, destination: Destination, parent_id: str | None = None
    ) -> JobReport:
        job = Job(
            id=new_job_id(),
            author=author,
            destination=destination,
            request=request,
            prompt_sent=request.prompt_sent,
            created_at=self._clock.now(),
            parent_id=parent_id,
        )
        if not self._dispatcher.accepting:
            raise NotAllowed("shutting-down")
        try:
            usage = await self._store.add(job, self._limits_of(author))
        except OverLimit as refused:
            fits = refused.values.get("fits")
            if isinstance(fits, int) and 0 < fits < request.n:
                smaller = dataclasses.replace(request, n=fits)
                refused.repair = Repair(text=print_request(smaller), request=smaller)
            await self._keep_repair(refused, author, parent_id)
            raise
        self._dispatcher.add(job)
        return self._dispatcher.report(job, usage)

    async def from_draft(self, draft_id: str, *, author: Person, destination: Destination) -> JobReport:
        """Take the repaired request that a refusal offered to this person."""
        draft = await self._store.draft(draft_id)
        if draft is None:
            raise NotAllowed("draft-gone")
        if (draft.author.platform, draft.author.user_id) != (author.platform, author.user_id):
            raise NotAllowed("not-yours")
        return await self.from_text(draft.text, author=author, destination=destination, parent_id=draft.parent_id)

    async def again(self, job_id: str, *, author: Person, destination: Destination) -> JobReport:
        """Order the same once more, on the account of whoever presses."""
        job = await find_visible(self._store, job_id, author)
        return await self.from_request(job.request, author=author, destination=destination, parent_id=job.id)

    async def _keep_repair(self, refused: Refused, author: Person, parent_id: str | None) -> None:
        if refused.repair is None:
            return
        draft = Draft(
            id=new_job_id(),
            author=author,
            text=refused.repair.text,
            created_at=self._clock.now(),
            parent_id=parent_id,
        )
        await self._store.save_draft(draft)
        refused.draft_id = draft.id
