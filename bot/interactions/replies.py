"""What a route answers. Replies carry what was found, so that each platform draws it in its own manner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

from bot.actions.personal_archives import Export
from bot.cards.sentences import words
from bot.domain.card import Card, Text
from bot.domain.community import Community
from bot.domain.errors import Refused
from bot.domain.gallery import FoundPage, Shown
from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.domain.people import Destination, Person
from bot.domain.report import JobReport
from bot.domain.usage import Allowance, UsageView

from .forms import Form
from .panels import Panel, Row

USAGE_FILE = "easel-usage.csv"

Ask: TypeAlias = Callable[[Person, Destination], Awaitable[JobReport]]
"""Orders a job for this person, to be shown there."""


@dataclass(frozen=True, slots=True)
class Say:
    """Show a card to this person alone. `apart`: it is large and has buttons, so it may open as a page of its own."""

    card: Card
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Replace:
    """Show a card in place of the pressed message, which only this person sees."""

    card: Card


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the pressed message. `said` tells about the result where the message can't be deleted this way."""

    job_id: str
    said: Card | None = None


@dataclass(frozen=True, slots=True)
class Open:
    form: Form


@dataclass(frozen=True, slots=True)
class Order:
    """Order a job and show its card to the channel; `then` gives what is shown next."""

    ask: Ask
    then: Callable[[JobReport], Reply] | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """The same as raising it, after the replies before it were shown."""

    refused: Refused


@dataclass(frozen=True, slots=True)
class Refresh:
    """Draw the job's card again: it may have missed a change."""

    report: JobReport


@dataclass(frozen=True, slots=True)
class Gone:
    """The pressed card tells of a job that is gone: the card says so, if a press may change it."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The job's state. Chats need nothing: the engine brings the card up to date."""

    report: JobReport


@dataclass(frozen=True, slots=True)
class Recount:
    """Show on the result how many stars and votes it has by now."""

    shown: Shown


@dataclass(frozen=True, slots=True)
class Spread:
    """The whole community may see the result from now on, or no longer. Only pages show it."""

    shown: Shown
    shared: bool


@dataclass(frozen=True, slots=True)
class Hide:
    """Hide the result's pictures until somebody looks, or show them again; then say that it worked, or that not."""

    report: JobReport
    hidden: bool
    done: Card
    failed: Card


@dataclass(frozen=True, slots=True)
class ShowJob:
    """One job with its pictures, for this person alone or for everybody in the channel."""

    shown: Shown
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class ShowPage:
    """A page of a gallery, `instead` of the page that was pressed on."""

    found: FoundPage
    instead: bool = False


@dataclass(frozen=True, slots=True)
class ShowPanel:
    """A panel, in place of the one that was pressed on."""

    panel: Panel


@dataclass(frozen=True, slots=True)
class ShowSettings:
    """A community's settings; `limits` are the operator's, `month` is the community's budget.

    `done` tells what has just been changed, each with its Undo; `notice` stands in its place if nothing was.
    """

    community: Community
    limits: Limits
    month: Allowance | None
    done: tuple[Row, ...] = ()
    notice: Text = ()


@dataclass(frozen=True, slots=True)
class ShowUsage:
    """What was used. `panel`: as a page of the settings, where it can be grouped otherwise."""

    view: UsageView
    panel: bool = False


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """What can be typed: one topic, or the first page if it is empty."""

    topic: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """A file for this person alone, of at most so many bytes as the platform takes."""

    export: Callable[[int | None], AbstractAsyncContextManager[Export]]

    @staticmethod
    def said(export: Export, locale: str) -> str:
        """What is in the file, and what was left out to make it fit."""
        said = words("mydata-export-ready", locale, jobs=export.jobs, pictures=export.pictures)
        return f"{said}\n{words('mydata-left-out', locale, n=export.left_out)}" if export.left_out else said


@dataclass(frozen=True, slots=True)
class HandPictures:
    """These pictures of a job (from 1) as they came from the provider, one file a message, for this person alone.

    Where a file is more than the platform takes: as large as fits, with the reason.
    """

    job: Job
    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HandTable:
    """Every entry of a usage view as a CSV file, for this person alone."""

    chunks: AsyncIterator[bytes]
    name: str = USAGE_FILE

    async def gathered(self, most: int) -> bytes | None:
        """All of it in memory; None where it is more than `most` bytes."""
        found = bytearray()
        async for chunk in self.chunks:
            found += chunk
            if len(found) > most:
                return None
        return bytes(found)


Reply: TypeAlias = (
    Say
    | Replace
    | Remove
    | Open
    | Order
    | Refuse
    | Refresh
    | Gone
    | Changed
    | Recount
    | Spread
    | Hide
    | ShowJob
    | ShowPage
    | ShowPanel
    | ShowSettings
    | ShowUsage
    | ShowHelp
    | HandOver
    | HandPictures
    | HandTable
)
Replies: TypeAlias = Sequence[Reply]


class InvalidFields(Exception):
    """What somebody typed or chose in a form can't be taken: what is wrong, by the names of the fields."""

    def __init__(self, wrong: Mapping[str, Refused]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong
