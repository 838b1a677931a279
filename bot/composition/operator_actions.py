"""What needs the engine and the chats: done by the running bot if there is one, else over the database alone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions import Actions
from bot.actions.moderate import Done
from bot.actions.mydata import Forgotten
from bot.composition.acting import Stores
from bot.composition.identity import operator_at
from bot.domain.errors import NotAllowed
from bot.domain.job import Job, is_job_id
from bot.domain.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorActions:
    """Each is done as the operator, in whatever community it belongs to."""

    stores: Stores
    actions: Actions

    async def cancel(self, job_id: str) -> Job:
        """Stop a job, whosever it is. NotAllowed: `job-gone`, `already-finished`."""
        job = await self.stores.jobs.get(job_id) if is_job_id(job_id) else None
        if job is None:
            raise NotAllowed("job-gone")
        here = operator_at(job.destination.platform, job.destination.community_id)
        return (await self.actions.jobs.cancel(job_id, here)).job

    async def undo(self, entry_id: int) -> Done:
        """Take back what an entry of any audit trail tells of. See Moderate.undo."""
        entry = await self.stores.communities.audit_entry(entry_id)
        if entry is None:
            raise NotAllowed("nothing-to-undo")
        return await self.actions.moderate.undo(entry_id, operator_at(entry.platform, entry.community_id))

    async def forget(self, platform: str, user_id: str) -> Forgotten:
        """Delete what is kept of a person of that platform. See MyData.delete."""
        nowhere = Person(platform=platform, community_id="", user_id=user_id, name="")
        return await self.actions.mydata.delete(nowhere)
