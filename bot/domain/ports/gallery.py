"""What people have made, starred and voted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.domain.cursor import Cursor
from bot.domain.job import Job
from bot.domain.people import Person

# A gallery counts and shows no more than these; words find the others.
MOST_FOUND = 6000


class GalleryFilter(StrEnum):
    """Whose pictures a gallery shows."""

    MINE = "mine"
    HERE = "here"  # this channel's
    STARRED = "starred"  # those that anybody of the community has starred, best first


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryQuery:
    """`words` must all occur in the prompt, whatever their case.

    Only finished jobs with pictures are found that `person` may see (bot.domain.visibility); among one's own also those
    that could be posted nowhere.
    """

    gallery_filter: GalleryFilter
    person: Person
    channel_id: str = ""
    words: tuple[str, ...] = ()
    page: int = 0
    page_size: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultQuery:
    """A gallery without pages: at most `count` results, newest first, behind `before`.

    Each of `words` must occur in the prompt, the style or the author's name; `author` is the whole name. What is empty
    doesn't narrow.
    """

    gallery_filter: GalleryFilter
    person: Person
    count: int
    channel_id: str = ""
    words: tuple[str, ...] = ()
    ratio: str = ""
    clarity: int = 0
    style: str = ""
    author: str = ""
    before: Cursor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryPage:
    """`more`: there are more than the `total`, which is MOST_FOUND then."""

    jobs: tuple[Job, ...]
    page: int
    pages: int
    total: int
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What people think of a job: stars, and votes per picture (index from 1)."""

    stars: int = 0
    starred: bool = False  # by whoever asks
    votes: Mapping[int, int] = field(default_factory=dict)
    vote: int | None = None  # of whoever asks


class Gallery(Protocol):
    """What people have made, starred and voted for."""

    async def search(self, query: GalleryQuery) -> GalleryPage: ...

    async def results(self, query: ResultQuery) -> Sequence[Job]: ...

    async def authors(self, query: ResultQuery) -> Sequence[str]:
        """Names of those who made what `results` gives without narrowing: at most `count`, in their order.

        Of a very full gallery those of the newest results.
        """
        ...

    async def family(self, job_id: str, person: Person, *, count: int) -> Sequence[Job]:
        """The result and all it descends from or that was made of it, whatever is between, oldest first.

        Only what `person` may see; what can't be seen ends the descent. At most `count`, and of more the newest.
        """
        ...

    async def starred_among(self, job_ids: Sequence[str], person: Person) -> frozenset[str]:
        """Those of these jobs that this person has starred."""
        ...

    async def star(self, job_id: str, person: Person, *, starred: bool) -> Opinion: ...

    async def vote(self, job_id: str, person: Person, index: int | None) -> Opinion:
        """One vote a person and job, moved by voting again, taken back by None."""
        ...

    async def opinion(self, job_id: str, person: Person) -> Opinion: ...

    async def opinions(self, job_ids: Sequence[str], person: Person) -> Mapping[str, Opinion]:
        """The same of several jobs, asked for at once, by id."""
        ...

    async def recent_prompts(self, person: Person, *, beginning: str, count: int) -> Sequence[str]:
        """This person's own latest prompts that contain `beginning`, newest first, each once."""
        ...
