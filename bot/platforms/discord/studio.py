"""/studio: what its panel does. Everything it needs stands in the ids of its parts, so it works after a restart."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord

from bot.actions import Actions
from bot.actions.permissions import require_manager
from bot.domain.errors import NotAllowed, Refused
from bot.domain.moderation import AuditEntry
from bot.domain.people import Person
from bot.domain.ports import UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope

from .answers import PRIVATE, SILENT, Answers, defer
from .limits import FORM_LOOKUP_SECONDS
from .place import person_of
from .routes import Used
from .studio_forms import DEEDS, ROUTE, SECTIONS, changes_of, studio_form, words_in
from .studio_panel import Overview, audit_view, overview_view, usage_view
from .studio_people import held_view
from .studio_words import studio_word
from .usage_answer import ChartRaster, UsageAnswer

if TYPE_CHECKING:
    from .client import EaselClient

_PAGE = 10
_THERE_ALREADY = frozenset({"word-there", "word-gone"})


class Studio:
    """Called within the boundary; raises Refused and PlatformErrors. Who may is asked again with every press."""

    route = ROUTE

    def __init__(self, actions: Actions, answers: Answers, raster: ChartRaster) -> None:
        self._answers = answers
        self._settings = actions.settings
        self._moderate = actions.moderate
        self._people = actions.people
        self._account = actions.account
        self._limits = actions.limits
        self._usage = UsageAnswer(actions, answers, raster)

    async def open(self, interaction: discord.Interaction[EaselClient]) -> None:
        person = _manager(interaction)
        await defer(interaction, PRIVATE)
        await self._home(interaction, person)

    async def used(self, interaction: discord.Interaction[EaselClient], used: Used) -> None:
        """A button, a select or a form of the panel."""
        person = _manager(interaction)
        if used.what == "form":
            await self._open_form(interaction, person, used.text(""))
            return
        await defer(interaction, SILENT)
        what, _, rest = used.what.partition(".")
        match what:
            case "pause" | "resume":
                done = [await self._settings.pause(person, paused=what == "pause")]
                await self._home(interaction, person, done=done)
            case "usage":
                await self._show_usage(interaction, person, used.text("") or UsageGroup.PERSON.value)
            case "audit":
                await self._show_trail(interaction, person, _number(rest))
            case "held":
                await self._show_held(interaction, person, _number(rest) or 0)
            case "lift":
                await self._lift(interaction, person, rest)
            case "undo":
                await self._undo(interaction, person, rest)
            case section if section in SECTIONS:
                await self._submitted(interaction, person, section, used)
            case _:
                await self._home(interaction, person)

    async def _home(
        self,
        interaction: discord.Interaction[EaselClient],
        person: Person,
        *,
        done: Sequence[AuditEntry] = (),
        notice: str = "",
    ) -> None:
        community = await self._settings.read(person)
        view = await self._account.usage(person, scope=UsageScope.COMMUNITY, period=UsagePeriod.MONTH)
        told = Overview(community=community, limits=self._limits, month=view.month)
        guild, locale = interaction.guild, interaction.locale.value
        await self._answers.panel(interaction, lambda: overview_view(told, guild, locale, done=done, notice=notice))

    async def _open_form(self, interaction: discord.Interaction[EaselClient], person: Person, section: str) -> None:
        if section not in SECTIONS:
            raise NotAllowed("draft-gone")
        # A form can only be the first answer, and there are three seconds for that.
        async with asyncio.timeout(FORM_LOOKUP_SECONDS):
            community = await self._settings.read(person)
        await interaction.response.send_modal(studio_form(section, community, self._limits, interaction.locale.value))

    async def _submitted(
        self, interaction: discord.Interaction[EaselClient], person: Person, section: str, used: Used
    ) -> None:
        if section == "words":
            done = await self._change_words(person, used)
        elif section == "people":
            done = [await self._act_on(person, used)]
        else:
            community = await self._settings.read(person)
            entry = await self._settings.change(person, changes_of(section, used, community))
            done = [] if entry is None else [entry]
        notice = studio_word("nothing-changed", interaction.locale.value)
        await self._home(interaction, person, done=done, notice=notice)

    async def _change_words(self, person: Person, used: Used) -> list[AuditEntry]:
        done = []
        for word, whole in words_in(used.text("add")):
            try:
                done.append(await self._settings.add_word(person, word, whole=whole))
            except Refused as refused:
                if refused.code not in _THERE_ALREADY:
                    raise
        for word, _ in words_in(used.text("remove")):
            try:
                done.append(await self._settings.remove_word(person, word))
            except Refused as refused:
                if refused.code not in _THERE_ALREADY:
                    raise
        return done

    async def _act_on(self, person: Person, used: Used) -> AuditEntry:
        someone, deed, reason = used.text("person"), used.text("deed"), used.text("reason")
        if not someone or deed not in DEEDS:
            raise NotAllowed("draft-gone")
        match deed:
            case "lock":
                return await self._people.lock(person, someone, reason=reason)
            case "block":
                return await self._people.block(person, someone, reason=reason)
            case "lift":
                return await self._people.lift(person, someone)
            case "forgive":
                return await self._people.forgive(person, someone)
            case _:
                return await self._people.reset_day(person, someone)

    async def _show_usage(self, interaction: discord.Interaction[EaselClient], person: Person, group: str) -> None:
        if group not in set(UsageGroup):
            raise NotAllowed("draft-gone")
        view = await self._account.usage(
            person, scope=UsageScope.COMMUNITY, group=UsageGroup(group), period=UsagePeriod.MONTH
        )
        out = await self._usage.drawn(interaction, view)
        await self._answers.panel(interaction, lambda: usage_view(out, interaction.locale.value), out.files)

    async def _show_held(
        self,
        interaction: discord.Interaction[EaselClient],
        person: Person,
        page: int,
        *,
        done: Sequence[AuditEntry] = (),
    ) -> None:
        held = await self._people.blocked(person)
        guild, locale = interaction.guild, interaction.locale.value
        await self._answers.panel(interaction, lambda: held_view(held, guild, locale, page=page, done=done))

    async def _lift(self, interaction: discord.Interaction[EaselClient], person: Person, rest: str) -> None:
        """Whoever was lifted meanwhile is gone from the list, which is drawn anew either way."""
        someone, _, page = rest.partition(".")
        done = []
        with contextlib.suppress(NotAllowed):
            done = [await self._people.lift(person, someone)]
        await self._show_held(interaction, person, _number(page) or 0, done=done)

    async def _show_trail(
        self,
        interaction: discord.Interaction[EaselClient],
        person: Person,
        before: int | None,
        *,
        done: Sequence[AuditEntry] = (),
    ) -> None:
        entries = await self._moderate.trail(person, before=before, count=_PAGE + 1)
        shown, more = entries[:_PAGE], len(entries) > _PAGE
        guild, locale = interaction.guild, interaction.locale.value
        await self._answers.panel(
            interaction, lambda: audit_view(shown, guild, locale, before=before, more=more, done=done)
        )

    async def _undo(self, interaction: discord.Interaction[EaselClient], person: Person, rest: str) -> None:
        entry, _, page = rest.partition(".")
        number = _number(entry)
        if number is None:
            raise NotAllowed("nothing-to-undo")
        undone = (await self._moderate.undo(number, person)).entry
        done = [] if undone is None else [undone]
        if page.startswith("audit"):
            await self._show_trail(interaction, person, _number(page.partition(".")[2]), done=done)
        elif page.startswith("held"):
            await self._show_held(interaction, person, 0, done=done)
        else:
            await self._home(interaction, person, done=done)


def _manager(interaction: discord.Interaction[EaselClient]) -> Person:
    """Whoever may change settings here: Discord hides the command from others, but servers can change that."""
    person = person_of(interaction)
    require_manager(person)
    return person


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None
