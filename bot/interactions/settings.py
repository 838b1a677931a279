"""A community's settings, its people and its audit trail. Who may is checked again with every press."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from bot.actions.actions import Actions
from bot.actions.permissions import require_manager, require_moderator
from bot.cards.audit_card import audit_line, undo_buttons, undo_label
from bot.cards.clip import clip
from bot.cards.mentions import person_mark
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Text, Tone
from bot.domain.errors import NotAllowed, Refused
from bot.domain.moderation import AuditEntry, Block
from bot.domain.people import Person
from bot.domain.ports import UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope

from .commands import Command
from .controls import PanelAction, PanelButton
from .forms import FormId
from .inputs import Input
from .numbers import number_in
from .panels import Panel, Row
from .replies import InvalidField, Open, Replies, Say, ShowPanel, ShowSettings, ShowUsage
from .results import say
from .routes import First, Route
from .sections import LOCKS, PEOPLE, SECTIONS, people_form, read_settings, settings_form

_PAGE = 10
_SHOWN_REASON = 150
_DONE_ALREADY = frozenset({"word-there", "word-gone", "already-paused", "not-paused"})


# Settings


async def home(given: Input, actions: Actions) -> Replies:
    """What holds now, with ways to change it; or, if the platform can show it whole, the form at once."""
    person = await given.person()
    require_manager(person)
    if given.abilities.whole_forms:
        return await _open(given, actions, person, "")
    return await _home(given, actions, person)


async def _home(
    given: Input, actions: Actions, person: Person, done: Sequence[AuditEntry] = (), notice: Text = ()
) -> Replies:
    community = await actions.settings.read(person)
    view = await actions.account.usage(person, scope=UsageScope.COMMUNITY, period=UsagePeriod.MONTH)
    rows = await _done_rows(given, done, "home")
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
    done: list[AuditEntry] = []
    if filled.changes:
        try:
            changed = await actions.settings.change(person, filled.changes)
        except Refused as refused:
            if (name := str(refused.values.get("setting", ""))) in filled.changes:
                raise InvalidField(name, refused) from refused
            raise
        done += [] if changed is None else [changed]
    for field, listed in filled.words.items():
        for word, whole in listed:
            with _refused_beside(field):
                if field.endswith("add"):
                    done.append(await actions.settings.add_word(person, word, whole=whole))
                else:
                    done.append(await actions.settings.remove_word(person, word))
    if filled.paused is not None:
        with _refused_beside("paused"):
            done.append(await actions.settings.pause(person, paused=filled.paused))
    return await _saved(given, actions, person, done)


@contextlib.contextmanager
def _refused_beside(field: str) -> Iterator[None]:
    """What holds already is no error."""
    try:
        yield
    except Refused as refused:
        if refused.code not in _DONE_ALREADY:
            raise InvalidField(field, refused) from refused


async def _saved(given: Input, actions: Actions, person: Person, done: Sequence[AuditEntry]) -> Replies:
    if given.abilities.whole_forms:
        return (await _saved_card(given, done),)
    return await _home(given, actions, person, done, sentence("studio-same", given.locale))


async def _saved_card(given: Input, done: Sequence[AuditEntry]) -> Say:
    if not done:
        return say("studio-same", given)
    names = await given.names_in(done)
    card = Card(
        tone=Tone.DONE,
        heading=words("studio-saved", given.locale),
        notes=tuple(audit_line(entry, given.locale, person_name=names) for entry in done),
        buttons=undo_buttons(done, given.locale),
    )
    return Say(card)


async def pause(given: Input, actions: Actions) -> Replies:
    return await _set_paused(given, actions, paused=True)


async def resume(given: Input, actions: Actions) -> Replies:
    return await _set_paused(given, actions, paused=False)


async def _set_paused(given: Input, actions: Actions, *, paused: bool) -> Replies:
    person = await given.person()
    require_manager(person)
    done = await actions.settings.pause(person, paused=paused)
    return await _home(given, actions, person, [done])


# People


async def people(given: Input, _: Actions) -> Replies:
    require_moderator(await given.person())
    return (Open(people_form(given.locale)),)


async def people_given(given: Input, actions: Actions) -> Replies:
    person = await given.person(fresh=True)
    someone = given.text("person")
    if not someone:
        raise InvalidField("person", NotAllowed("draft-gone"))
    try:
        done = await decide(actions, person, someone, deed=given.text("deed"), reason=given.text("reason"))
    except Refused as refused:
        raise InvalidField("person", refused) from refused
    return await _saved(given, actions, person, [done])


async def decide(actions: Actions, by: Person, someone: str, *, deed: str, reason: str) -> AuditEntry:
    """Do one of DEEDS to this person; InvalidField for anything else."""
    rules = actions.people
    match deed:
        case lock if lock in LOCKS:
            return await rules.lock(by, someone, lasting=LOCKS[deed], reason=reason)
        case "block":
            return await rules.block(by, someone, reason=reason)
        case "lift":
            return await rules.lift(by, someone)
        case "forgive":
            return await rules.forgive(by, someone)
        case "reset":
            return await rules.reset_day(by, someone)
        case _:
            raise InvalidField("deed", NotAllowed("draft-gone"))


async def held(given: Input, actions: Actions) -> Replies:
    """Who may not ask, each with a button that lets them again."""
    return await _held(given, actions, await given.person(), number_in(given.target) or 0)


async def lift(given: Input, actions: Actions) -> Replies:
    """Somebody who was lifted meanwhile is gone from the list, which is drawn again either way."""
    person = await given.person(fresh=True)
    someone, _, page = given.target.partition(".")
    done: list[AuditEntry] = []
    try:
        done = [await actions.people.lift(person, someone)]
    except NotAllowed as refused:
        if refused.code != "not-blocked":
            raise
    return await _held(given, actions, person, number_in(page) or 0, done)


async def _held(given: Input, actions: Actions, person: Person, page: int, done: Sequence[AuditEntry] = ()) -> Replies:
    locale = given.locale
    blocks = await actions.people.blocked(person)
    people = list(dict.fromkeys(block.user_id for block in blocks))
    last = max(0, (len(people) - 1) // _PAGE)
    page = max(0, min(page, last))
    rows = []
    beside = given.abilities.whole_forms
    for number, user in enumerate(people[page * _PAGE : (page + 1) * _PAGE], page * _PAGE + 1):
        label = words("held-lift-one", locale) if beside else words("held-lift", locale, number=number)
        lift_one = PanelButton(action=PanelAction.LIFT, target=f"{user}.{page}", label=label)
        lines = [_held_line(block, locale) for block in blocks if block.user_id == user]
        rows += [Row(text=line, number=number) for line in lines[:-1]]
        rows.append(Row(text=lines[-1], number=number, button=lift_one))
    turn = [PanelButton(action=PanelAction.HELD, target=str(page - 1), label="‹")] if page > 0 else []
    turn += [PanelButton(action=PanelAction.HELD, target=str(page + 1), label="›")] if page < last else []
    people_way = PanelButton(action=PanelAction.PEOPLE, label=words("studio-people", locale))
    panel = Panel(
        name="held",
        heading=words("held-heading", locale),
        done=await _done_rows(given, done, "held"),
        rows=tuple(rows),
        text=words("held-none", locale),
        buttons=(*_back(given), *turn, *(() if beside else (people_way,))),
        form=people_form(locale) if beside else None,
    )
    return (ShowPanel(panel),)


def _held_line(block: Block, locale: str) -> Text:
    ends = sentence("held-open", locale) if block.until is None else sentence("audit-until", locale, moment=block.until)
    reason = (f" · {clip(block.reason, _SHOWN_REASON)}",) if block.reason else ()
    return (f"{person_mark(block.user_id)} – ", *ends, *reason)


# The audit trail


async def audit(given: Input, actions: Actions) -> Replies:
    return await _audit(given, actions, await given.person(), number_in(given.target))


async def _audit(
    given: Input, actions: Actions, person: Person, before: int | None, done: Sequence[AuditEntry] = ()
) -> Replies:
    locale = given.locale
    found = await actions.moderate.trail(person, before=before, count=_PAGE + 1)
    shown = found[:_PAGE]
    names = await given.names_in(shown)
    panel_name = f"audit.{before or ''}"
    buttons = [PanelButton(action=PanelAction.AUDIT, label=words("audit-newest", locale))] if before is not None else []
    if len(found) > _PAGE:
        label, last = words("audit-older", locale), str(shown[-1].id)
        buttons.append(PanelButton(action=PanelAction.AUDIT, target=last, label=label))
    panel = Panel(
        name=panel_name,
        heading=words("audit-heading", locale),
        done=await _done_rows(given, done, "audit"),
        rows=tuple(
            Row(text=audit_line(entry, locale, person_name=names), button=_undo_button(given, entry, panel_name))
            for entry in shown
        ),
        text=words("audit-empty", locale),
        buttons=(*_back(given), *buttons),
    )
    return (ShowPanel(panel),)


async def undo(given: Input, actions: Actions) -> Replies:
    """Take something back, and show the panel that it was pressed on."""
    person = await given.person(fresh=True)
    entry, _, panel = given.target.partition(".")
    number = number_in(entry)
    if number is None:
        raise NotAllowed("nothing-to-undo")
    undone = await actions.moderate.undo(number, person)
    done = [] if undone.entry is None else [undone.entry]
    name, _, page = panel.partition(".")
    if name == "held":
        shown = await _held(given, actions, person, 0, done)
    elif name == "audit" or given.abilities.whole_forms:
        shown = await _audit(given, actions, person, number_in(page), done)
    else:
        require_manager(person)
        shown = await _home(given, actions, person, done)
    return (*shown, say("left-over", given)) if undone.left_over else shown


def _back(given: Input) -> tuple[PanelButton, ...]:
    """To the settings, if panels take one another's place."""
    if given.abilities.whole_forms:
        return ()
    return (PanelButton(action=PanelAction.HOME, label=words("studio-home", given.locale)),)


async def _done_rows(given: Input, done: Sequence[AuditEntry], panel: str) -> tuple[Row, ...]:
    names = await given.names_in(done)
    return tuple(
        Row(
            text=audit_line(entry, given.locale, person_name=names),
            button=_undo_button(given, entry, panel),
        )
        for entry in done
    )


def _undo_button(given: Input, entry: AuditEntry, panel: str) -> PanelButton | None:
    """It says what it undoes, if it doesn't stand beside that."""
    if not entry.undoable:
        return None
    label = words("audit-undo", given.locale) if given.abilities.whole_forms else undo_label(entry, given.locale)
    return PanelButton(action=PanelAction.UNDO, target=f"{entry.id}.{panel}", label=label)


# Usage


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
        PanelAction.AUDIT: Route(audit, First.SILENT),
        PanelAction.HELD: Route(held, First.SILENT),
        PanelAction.LIFT: Route(lift, First.SILENT),
        PanelAction.UNDO: Route(undo, First.SILENT),
        PanelAction.PEOPLE: Route(people, First.FORM),
    }
)
FORMS: Mapping[str, Route] = MappingProxyType(
    {
        FormId.SETTINGS: Route(settings_given, First.SILENT),
        FormId.PEOPLE: Route(people_given, First.SILENT),
    }
)
COMMANDS: Mapping[Command, Route] = MappingProxyType(
    {
        Command.SETTINGS: Route(home, First.ALONE),
        Command.PEOPLE: Route(held, First.ALONE),
        Command.AUDIT: Route(audit, First.ALONE),
    }
)
