"""A message before it is drawn, and the two ways of drawing it: components v2, or embeds where those are refused."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import discord
import structlog
from discord import ui

from bot.domain.card import Card
from bot.domain.ports import Clock, FittedPicture

from .attachments import KeptFile
from .command_ids import CommandIds
from .embed import embed_of, view_of
from .faults import FormRefused
from .layout import Shown, layout_of
from .limits import ALT_TEXT
from .panel import Draw, Files, classic_of
from .text import clip

T = TypeVar("T")

_log = structlog.get_logger(__name__)

_SPOILER = "SPOILER_"  # https://docs.discord.com/developers/reference#uploading-files


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What a message says. `pictures` are new files; `kept` are those that the message has already and keeps.

    `ping` is the user who is notified, `words` stand above the card, `spoiler` hides the pictures until somebody looks,
    `links` are labels with their addresses. `locale` is the reader's, where that is not whoever reads the channel.
    """

    card: Card
    pictures: Sequence[FittedPicture] = ()
    kept: Sequence[KeptFile] = ()
    ping: str | None = None
    words: str = ""
    spoiler: bool = False
    links: Sequence[tuple[str, str]] = ()
    locale: str = ""

    @property
    def linked(self) -> str:
        """The links as Markdown; the angle brackets keep Discord from showing their pages."""
        return " · ".join(f"[{label}](<{address}>)" for label, address in self.links)

    @property
    def lead(self) -> str:
        """The line above the card."""
        return " ".join(part for part in (f"<@{self.ping}>" if self.ping else "", self.words) if part)

    @property
    def allowed_mentions(self) -> discord.AllowedMentions:
        """The leave to ping that one user and nobody else."""
        if self.ping is None:
            return discord.AllowedMentions.none()
        return discord.AllowedMentions(
            everyone=False, roles=False, replied_user=False, users=[discord.Object(int(self.ping))]
        )

    def files(self) -> list[discord.File]:
        """The attachments with their alt text, fresh ones: discord.py closes what it has sent."""
        alts = [picture.alt for picture in self.card.pictures] + [""] * len(self.pictures)
        return [
            discord.File(
                io.BytesIO(picture.data),
                filename=picture.name,
                description=clip(alt, ALT_TEXT) or None,
                spoiler=self.spoiler,
            )
            for picture, alt in zip(self.pictures, alts, strict=False)
        ]

    def shown(self) -> list[Shown]:
        names = [f"{_SPOILER if self.spoiler else ''}{picture.name}" for picture in self.pictures]
        names = names or [file.name for file in self.kept]
        alts = [picture.alt for picture in self.card.pictures] + [""] * len(names)
        return [Shown(file=name, alt=alt, spoiler=self.spoiler) for name, alt in zip(names, alts, strict=False)]


@dataclass(frozen=True, slots=True)
class Look:
    """A message as discord.py's methods take it; their overloads don't mix, hence the dictionaries."""

    view: ui.View | ui.LayoutView | None
    embed: discord.Embed | None  # with components v2 there is none
    lead: str
    files: list[discord.File]
    kept: Sequence[KeptFile] = ()

    def to_post(self) -> dict[str, Any]:
        """For a new message."""
        made: dict[str, Any] = {} if self.view is None else {"view": self.view}
        if self.files:
            made["files"] = self.files
        if self.embed is not None:
            made["embed"] = self.embed
            if self.lead:
                made["content"] = self.lead
        return made

    def to_edit(self) -> dict[str, Any]:
        """For a message that is there; its other content is removed, as components v2 require."""
        embeds = [] if self.embed is None else [self.embed]
        return {"content": None, "embeds": embeds, "view": self.view, "attachments": [*self.kept, *self.files]}


# One odd card says nothing of the others: so many distinct ones of a kind must be refused, none taken in between.
DISTINCT_REFUSALS = 3
# Then this kind goes as embeds for so many seconds, and components v2 are tried again.
CLASSIC_SECONDS = 600.0


@dataclass(slots=True)
class _Kind:
    """What Discord said lately of components v2 for one kind of message."""

    refused: set[str] = field(default_factory=set)  # what tells the refused cards apart
    classic_until: float = float("-inf")  # monotonic seconds


class Forms:
    """Which of the two each kind of message takes now: cards, results with pictures, panels."""

    def __init__(self, clock: Clock, commands: CommandIds) -> None:
        self._clock = clock
        self._commands = commands
        self._kinds: defaultdict[str, _Kind] = defaultdict(_Kind)

    async def send(self, out: Outgoing, attempt: Callable[[Look], Awaitable[T]]) -> T:
        """`attempt` one form, then the other if it raises FormRefused: a message made in one can't take the other."""
        out = replace(out, card=self._commands.in_card(out.card))
        kind = "result" if out.pictures or out.kept else "card"
        which = out.card.prompt or str(out.card.status)  # the progress of one card is the same card
        return await self._either(kind, which, lambda classic: _look(out, classic=classic), attempt)

    async def send_panel(self, draw: Draw, files: Files, attempt: Callable[[Look], Awaitable[T]]) -> T:
        """The same for what is no card."""
        which = str(draw().to_components())  # type: ignore[no-untyped-call]  # discord.py
        return await self._either(
            "panel", which, lambda classic: _panel_look(draw(), list(files()), classic=classic), attempt
        )

    async def _either(
        self, name: str, which: str, look: Callable[[bool], Look], attempt: Callable[[Look], Awaitable[T]]
    ) -> T:
        kind = self._kinds[name]
        classic = self._clock.monotonic() < kind.classic_until
        try:
            done = await attempt(look(classic))
        except FormRefused as error:
            try:
                done = await attempt(look(not classic))
            except FormRefused:
                raise error from None
            if not classic:
                self._refused(name, which, error)
            return done
        if not classic:
            kind.refused.clear()
        return done

    def _refused(self, name: str, which: str, error: FormRefused) -> None:
        kind = self._kinds[name]
        kind.refused.add(which)
        if len(kind.refused) >= DISTINCT_REFUSALS:
            kind.refused.clear()
            kind.classic_until = self._clock.monotonic() + CLASSIC_SECONDS
            _log.warning("components_refused", action="post", kind=name, seconds=CLASSIC_SECONDS, error=str(error))


def _look(out: Outgoing, *, classic: bool) -> Look:
    if classic:
        return Look(view_of(out.card), embed_of(out.card, links=out.linked), out.lead, out.files(), out.kept)
    layout = layout_of(out.card, lead=out.lead, pictures=out.shown(), links=out.linked)
    return Look(layout, None, out.lead, out.files(), out.kept)


def _panel_look(layout: ui.LayoutView, files: list[discord.File], *, classic: bool) -> Look:
    if not classic:
        return Look(layout, None, "", files)
    embed, view = classic_of(layout)
    return Look(view, embed, "", files)
