"""A community's settings, and what the community used. Who may is checked again with every press."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from bot.actions.actions import Actions
from bot.actions.permissions import require_manager
from bot.cards.sentences import sentence
from bot.domain.card import Text
from bot.domain.errors import NotAllowed, Refused
from bot.domain.moderation import AuditEntry
from bot.domain.people import Person
from bot.domain.ports import UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope

from .commands import Command
from .controls import PanelAction
from .done import done_rows, saved_card
from .filled_settings import read_settings
from .forms import FormId
from .inputs import Input
from .people_form import PEOPLE, people_form
from .replies import InvalidFields, Open, Replies, ShowSettings, ShowUsage
from .routes import First, Route
from .sections import SECTIONS, settings_form

_DONE_ALREADY = frozenset({"word-there", "word-gone", "already-paused", "not-paused"})


async def home(given: Input, actions: Actions) -> Replies:
    """What holds now, with ways to change it; or, if the platform can show it whole, the form at once."""
    person = await given.person()
    require_manager(person)
    if given.abilities.whole_forms:
        return await _open(given, actions, person, "")
    return await show_home(given, actions, person)


async def show_home(
    given: Input, actions: Actions, person: Person, done: Sequence[AuditEntry] = (), notice: Text = ()
) -> Replies:
    community = await actions.settings.read(person)
    view = await actions.account.usage(person, scope=UsageScope.COMMUNITY, period=UsagePeriod.MONTH)
    rows = await done_rows(given, done, "home")
    return (ShowSettings(community, actions.limits, view.month, rows, notice),)


async def section(given: Input, actions: Actions) -> Replies:
    person = await given.person()
    require_manager(person)
    return await _open(given, actions, person, given.target)


async def _open(given: Input, actions: Actions, person: Person, name: str) -> Replies:
    if name == PEOPLE:
        return (Open(people_form(given.locale)),)
    if name and name not in SECTIONS:
        raise NotAllowed("draft-gone")
    async with asyncio.timeout(given.abilities.form_seconds):
        community = await actions.settings.read(person)
    return (Open(settings_form(name, community, actions.limits, given.abilities, person.locale)),)


async def settings_given(given: Input, actions: Actions) -> Replies:
    person = await given.person(fresh=True)
    require_manager(person)
    filled = read_settings(given, await actions.settings.read(person))
    wrong = dict(filled.wrong)
    wrong |= await actions.settings.wrong(person, filled.changes)
    if wrong:  # nothing is changed before every field that was typed into is legal
        raise InvalidFields(wrong)
    done: list[AuditEntry] = []
    if filled.changes:
        try:
            changed = await actions.settings.change(person, filled.changes)
        except Refused as refused:
            if (name := str(refused.values.get("setting", ""))) in filled.changes:
                raise InvalidFields({name: refused}) from refused
            raise
        done += [] if changed is None else [changed]
    for field, listed in filled.words.items():
        for word, whole in listed:
            with _refused_beside(field, wrong):
                if field.endswith("add"):
                    done.append(await actions.settings.add_word(person, word, whole=whole))
                else:
                    done.append(await actions.settings.remove_word(person, word))
    if filled.paused is not None:
        with _refused_beside("paused", wrong):
            done.append(await actions.settings.pause(person, paused=filled.paused))
    if wrong:
        raise InvalidFields(wrong)
    return await saved(given, actions, person, done)


@contextlib.contextmanager
def _refused_beside(field: str, wrong: dict[str, Refused]) -> Iterator[None]:
    """Note a refusal as the field's, the first of several. What holds already is no error."""
    try:
        yield
    except Refused as refused:
        if refused.code not in _DONE_ALREADY:
            wrong.setdefault(field, refused)


async def saved(given: Input, actions: Actions, person: Person, done: Sequence[AuditEntry]) -> Replies:
    if given.abilities.whole_forms:
        return (await saved_card(given, done),)
    return await show_home(given, actions, person, done, sentence("studio-same", given.locale))


async def pause(given: Input, actions: Actions) -> Replies:
    return await _set_paused(given, actions, paused=True)


async def resume(given: Input, actions: Actions) -> Replies:
    return await _set_paused(given, actions, paused=False)


async def _set_paused(given: Input, actions: Actions, *, paused: bool) -> Replies:
    person = await given.person()
    require_manager(person)
    done = await actions.settings.pause(person, paused=paused)
    return await show_home(given, actions, person, [done])


async def usage(given: Input, actions: Actions) -> Replies:
    """Who used what this month, for those who manage the community."""
    person = await given.person()
    require_manager(person)
    group = given.target or UsageGroup.PERSON.value
    if group not in set(UsageGroup):
        raise NotAllowed("draft-gone")
    view = await actions.account.usage(
        person, scope=UsageScope.COMMUNITY, group=UsageGroup(group), period=UsagePeriod.MONTH
    )
    return (ShowUsage(view, panel=True),)


PANELS: Mapping[str, Route] = MappingProxyType(
    {
        PanelAction.HOME: Route(home, First.SILENT),
        PanelAction.SECTION: Route(section, First.FORM),
        PanelAction.PAUSE: Route(pause, First.SILENT),
        PanelAction.RESUME: Route(resume, First.SILENT),
        PanelAction.USAGE: Route(usage, First.SILENT),
    }
)
FORMS: Mapping[str, Route] = MappingProxyType({FormId.SETTINGS: Route(settings_given, First.SILENT)})
COMMANDS: Mapping[Command, Route] = MappingProxyType({Command.SETTINGS: Route(home, First.ALONE)})
