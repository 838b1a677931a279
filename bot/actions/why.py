"""Why was I refused? Answered from the trail and the failed jobs; and what to do about it if it was wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.actions.audit_log import WRONG_AS_TYPED, refusal_of
from bot.actions.moderator_notices import ModeratorNotices
from bot.actions.permissions import require_moderator
from bot.domain.allowed_communities import EVERYBODY, AllowedCommunities
from bot.domain.blocklist import find_blocked
from bot.domain.card import Card
from bot.domain.community import Community
from bot.domain.errors import NotAllowed, Refused
from bot.domain.job import FailureCode, Job
from bot.domain.moderation import AuditAction, AuditEntry
from bot.domain.moderation_views import AppealView, PastRefusal
from bot.domain.people import Person
from bot.domain.ports import Clock, CommunityStore, JobStore, NewAudit

TOLD = 3
APPEAL_WITHIN = timedelta(days=1)
APPEALS = 10
APPEALS_LAST = timedelta(days=14)


class Why:
    def __init__(
        self,
        *,
        store: JobStore,
        communities: CommunityStore,
        channel: ModeratorNotices,
        clock: Clock,
        draw: Callable[[AppealView, str], Card],
        allowed: AllowedCommunities = EVERYBODY,
    ) -> None:
        self._communities = communities
        self._channel = channel
        self._clock = clock
        self._draw = draw
        self._store = store
        self._allowed = allowed

    async def refusals(self, person: Person, *, count: int = TOLD) -> list[PastRefusal]:
        """This person's own last refusals here, the provider's too, newest first. Nobody is told another's.

        Those of the provider have the code `failure-` and their FailureCode, and `detail`, its own words or nothing.
        """
        entries = await self._communities.audit_trail(
            person.platform,
            person.community_id,
            target=person.user_id,
            action=AuditAction.REFUSED,
            count=count,
        )
        past = [_declined(job) for job in await self._store.declined(person, count)]
        if entries:
            community = await self._communities.community(person.platform, person.community_id)
            past += [await self._past(entry, person, community) for entry in entries]
        return sorted(past, key=lambda each: each.at, reverse=True)[:count]

    async def appeal(self, entry_id: int, person: Person, locale: str) -> bool:
        """Tell the moderators, in the language `locale`, that a word was blocked wrongly; whether they were reached.

        NotAllowed: `nothing-to-appeal` (not theirs, no blocked word, older than a day), `already-appealed`.
        """
        entry = await self._communities.audit_entry(entry_id)
        if entry is None or not self._may_appeal(entry, person):
            raise NotAllowed("nothing-to-appeal")
        word = entry.detail.get("word", "")
        earlier = await self._trail(person, AuditAction.APPEALED, person.user_id)
        if any(each.detail.get("word") == word and each.at > self._clock.now() - APPEAL_WITHIN for each in earlier):
            raise NotAllowed("already-appealed")
        await self._communities.write_audit(
            NewAudit.by(person, AuditAction.APPEALED, person.user_id, detail={"word": word})
        )
        added = await self._added(person, word)
        view = AppealView(name=person.name, word=word, refused_at=entry.at, added=added)
        card = self._draw(view, locale)
        return await self._channel.post(person.platform, person.community_id, card) is not None

    async def appeals(self, by: Person, *, count: int = APPEALS) -> list[AppealView]:
        """What was appealed here lately and is still blocked, newest first, for those whose desk is no channel."""
        require_moderator(by)
        community = await self._communities.community(by.platform, by.community_id)
        since = self._clock.now() - APPEALS_LAST
        entries = await self._communities.audit_trail(by.platform, by.community_id, action=AuditAction.APPEALED)
        open_ones = [
            entry
            for entry in entries
            if entry.at > since and find_blocked(entry.detail.get("word", ""), community.blocked_words) is not None
        ]
        return [await self._appealed(entry, by) for entry in open_ones[:count]]

    async def _appealed(self, entry: AuditEntry, by: Person) -> AppealView:
        word = entry.detail.get("word", "")
        refusals = await self._trail(by, AuditAction.REFUSED, entry.target)
        refused = [each.at for each in refusals if each.at <= entry.at and each.detail.get("word") == word]
        return AppealView(
            name=entry.actor_name,
            word=word,
            refused_at=refused[0] if refused else entry.at,
            added=await self._added(by, word),
        )

    async def _added(self, person: Person, word: str) -> AuditEntry | None:
        """The entry that blocked the word, where it is still known."""
        added = await self._trail(person, AuditAction.WORD_ADDED, word)
        return next((each for each in added if each.undone_at is None), None)

    def _may_appeal(self, entry: AuditEntry, person: Person) -> bool:
        mine = (entry.platform, entry.community_id, entry.target) == (
            person.platform,
            person.community_id,
            person.user_id,
        )
        recent = entry.at > self._clock.now() - APPEAL_WITHIN
        return mine and recent and entry.detail.get("code") == "blocked-word"

    async def _trail(self, person: Person, action: AuditAction, target: str) -> list[AuditEntry]:
        found = await self._communities.audit_trail(person.platform, person.community_id, target=target, action=action)
        return list(found)

    async def _past(self, entry: AuditEntry, person: Person, community: Community) -> PastRefusal:
        refused = refusal_of(entry)
        served = self._allowed.serves(person)
        holds = refused.code in WRONG_AS_TYPED or (
            not served if refused.code == "not-served" else await self._holds(refused, entry, person, community)
        )
        return PastRefusal(at=entry.at, refused=refused, holds=holds)

    async def _holds(self, refused: Refused, entry: AuditEntry, person: Person, community: Community) -> bool:
        now = self._clock.now()
        match refused.code:
            case "paused-everywhere":
                return await self._communities.paused_everywhere()
            case "paused":
                return community.paused
            case "blocked-person" | "locked":
                return await self._communities.block_of(person, now) is not None
            case "wrong-channel":
                allowed = community.allowed_channels
                return bool(allowed) and entry.detail.get("channel") not in allowed
            case "blocked-word":
                return find_blocked(str(refused.values.get("word", "")), community.blocked_words) is not None
            case _:
                resets_at = refused.values.get("resets_at")
                return isinstance(resets_at, datetime) and resets_at > now


def _declined(job: Job) -> PastRefusal:
    code, detail = ("", "") if job.failure is None else (job.failure.code.value, job.failure.detail)
    if code == FailureCode.UNDELIVERABLE:  # its detail is a reason of ours, no words for people
        detail = ""
    refused = Refused(f"failure-{code}", id=job.id, detail=" ".join(detail.split()))
    return PastRefusal(at=job.finished_at or job.created_at, refused=refused, holds=False)
