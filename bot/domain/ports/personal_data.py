"""What is kept of a person."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.defaults import Defaults
from bot.domain.job import Job
from bot.domain.ports.installed_communities import RemovedCommunity


@dataclass(frozen=True, slots=True)
class Expired:
    """The keys of the pictures that are forgotten, and how many bytes they are."""

    keys: Sequence[str]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenBatch:
    """Some of a removed community: how many jobs, and the keys of their pictures.

    `more`: there is more to forget now. `under_way`: jobs that have yet to end, and are forgotten then.
    """

    jobs: int
    keys: Sequence[str]
    more: bool
    under_way: int


class PersonalData(Protocol):
    """Everything that is kept of a person, to hand out or to forget.

    Keys that come back are of files to delete now. Whoever has done so says `pictures_gone`; until then `prune` gives
    them again, so that no file outlives a crash between the two.
    """

    def jobs_of(self, platform: str, user_id: str, *, newest_first: bool = False) -> AsyncIterator[Job]:
        """Every job of theirs in every community, oldest first, the deleted ones too; some at a time are read."""
        ...

    async def traces_of(self, platform: str, user_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """What else is kept of them, as rows by kind.

        Requests on offer and words searched for (drafts), stars, votes, reports, entries of the audit list by and
        about them, blocks, strikes, sessions and devices of the page.
        """
        ...

    async def defaults_of(self, platform: str, user_id: str) -> Defaults:
        """What they want where their request doesn't say it."""
        ...

    async def keep_defaults(self, platform: str, user_id: str, defaults: Defaults) -> None:
        """Keep these in place of what was there; Defaults() leaves nothing."""
        ...

    async def forget(self, platform: str, user_id: str) -> Sequence[str]:
        """Delete prompts, names, drafts, defaults, pictures' keys; the ledger keeps bare numbers. Picture keys."""
        ...

    async def expire(self, platform: str, community_id: str, before: datetime, count: int) -> Sequence[str]:
        """Forget prompts and pictures of `count` finished jobs older than that, but for starred ones. Picture keys."""
        ...

    async def forget_community(self, community: RemovedCommunity, count: int) -> ForgottenBatch | None:
        """Forget at most `count` of what was asked, set and noted there before it removed the bot.

        None, and nothing is forgotten, where the community has the bot again. The ledger keeps bare numbers, and the
        operator's exceptions to limits stay.
        """
        ...

    async def picture_bytes(self) -> int:
        """What the pictures of all jobs take, as the provider delivered them."""
        ...

    async def expire_oldest(self, size: int, count: int) -> Expired:
        """As `expire`, in all communities, the oldest first, until `size` bytes are freed, `count` jobs at most.

        Jobs without pictures stay. Nothing is freed where only starred pictures are left.
        """
        ...

    async def prune(self, now: datetime) -> Sequence[str]:
        """Finish what `forget` had to leave to jobs under way, and drop what no longer has a use. Picture keys."""
        ...

    async def pictures_gone(self, keys: Sequence[str]) -> None:
        """The files of these keys are deleted."""
        ...
