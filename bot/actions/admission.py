"""May this be asked, here, by this person? Whatever no limit says: pauses, blocks, channels, words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.actions.audit_log import refusal_audit
from bot.domain.allowed_communities import EVERYBODY, AllowedCommunities
from bot.domain.blocklist import find_blocked
from bot.domain.community import BlockedWord, Community
from bot.domain.errors import NotAllowed, Refused
from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.domain.people import Destination, Person
from bot.domain.ports import Clock, CommunityStore
from bot.domain.request import ImageRequest
from bot.domain.terms import Terms

# Characters times blocked words that are searched on the event loop: a millisecond or so. More goes to a thread.
_READ_AT_ONCE = 5000


class Admission:
    """The door before the limits. Each refusal is written to the audit trail, so that it can be explained later."""

    def __init__(
        self,
        *,
        communities: CommunityStore,
        clock: Clock,
        limits: Limits,
        allowed: AllowedCommunities = EVERYBODY,
    ) -> None:
        self._communities = communities
        self._clock = clock
        self._limits = limits
        self._allowed = allowed

    async def terms(self, person: Person) -> Terms:
        return await self._communities.terms(person, self._clock.now())

    async def limits(self, person: Person, channel_id: str) -> Limits:
        """What holds for this person there."""
        community = await self._communities.community(person.platform, person.community_id)
        return self.limits_within(community, person, channel_id)

    async def limits_for(self, job: Job) -> Limits:
        """What holds for a job's author where it was asked for."""
        return await self.limits(job.author, job.destination.counted_channel)

    def limits_within(self, community: Community, person: Person, channel_id: str) -> Limits:
        return self._limits.within(community, roles=person.roles, channel_id=channel_id)

    async def check(self, request: ImageRequest, author: Person, destination: Destination, terms: Terms) -> None:
        """NotAllowed, told from the widest reason to the narrowest.

        `not-served`; `paused-everywhere`, `paused`; `blocked-person` and `locked`, with `reason` ("nothing" where none
        was given) and `until`; `wrong-channel` with `channels`, the ids of those that are allowed, parted by spaces;
        `blocked-word` with `word`, which only the author may see.
        """
        await self.check_place(author, destination)
        refused = _reason(destination, terms)
        if refused is None:
            refused = await _blocked_word(request.prompt, terms.community.blocked_words)
        if refused is not None:
            await self.note(refused, author, destination)
            raise refused

    def require_served(self, person: Person) -> None:
        """NotAllowed `not-served` where the operator's list leaves out the place this person is in."""
        if not self._allowed.serves(person):
            names = person.allowed_as or (person.community_id,)
            raise NotAllowed("not-served", names=" ".join(names))

    async def check_place(self, author: Person, destination: Destination) -> None:
        """See `require_served`; the refusal is in the trail."""
        try:
            self.require_served(author)
        except NotAllowed as refused:
            await self.note(refused, author, destination)
            raise

    async def note(self, refused: Refused, author: Person, destination: Destination) -> None:
        """Write to the trail that this person was refused, and why."""
        entry = await self._communities.write_audit(refusal_audit(refused, author, destination.channel_id))
        refused.entry_id = entry.id


def _reason(destination: Destination, terms: Terms) -> NotAllowed | None:
    community, block = terms.community, terms.block
    if terms.paused_everywhere:
        return NotAllowed("paused-everywhere")
    if community.paused:
        return NotAllowed("paused")
    if block is not None:
        return _blocked(block.until, block.reason)
    if community.allowed_channels and not {*destination.channels} & {*community.allowed_channels}:
        return NotAllowed("wrong-channel", channels=" ".join(community.allowed_channels))
    return None


async def _blocked_word(prompt: str, words: Sequence[BlockedWord]) -> NotAllowed | None:
    if len(prompt) * len(words) > _READ_AT_ONCE:
        word = await asyncio.to_thread(find_blocked, prompt, words)
    else:
        word = find_blocked(prompt, words)
    return None if word is None else NotAllowed("blocked-word", word=word.word)


def _blocked(until: datetime | None, reason: str) -> NotAllowed:
    said = reason or "nothing"
    if until is None:
        return NotAllowed("blocked-person", reason=said)
    return NotAllowed("locked", reason=said, until=until)
