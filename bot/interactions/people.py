"""What moderators decide about people, and who may not ask now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.actions.actions import Actions
from bot.actions.permissions import require_moderator
from bot.cards.clip import clip
from bot.cards.mentions import person_mark
from bot.cards.sentences import sentence, words
from bot.domain.card import Text
from bot.domain.errors import NotAllowed, Refused
from bot.domain.moderation import AuditEntry, Block
from bot.domain.people import Person

from .commands import Command
from .controls import PanelAction, PanelButton
from .done import back, done_rows
from .forms import FormId
from .inputs import Input
from .numbers import number_in
from .panels import Panel, Row
from .people_form import DEEDS, LOCKS, people_form
from .replies import InvalidFields, Open, Replies, ShowPanel
from .routes import First, Route
from .settings import saved

_PAGE = 10
_SHOWN_REASON = 150


async def people(given: Input, _: Actions) -> Replies:
    require_moderator(await given.person())
    return (Open(people_form(given.locale)),)


async def people_given(given: Input, actions: Actions) -> Replies:
    person = await given.person(fresh=True)
    someone, deed = given.text("person"), given.text("deed")
    wrong = {} if someone else {"person": NotAllowed("no-person-chosen")}
    if deed not in DEEDS:
        wrong["deed"] = NotAllowed("no-deed-chosen")
    if wrong:
        raise InvalidFields(wrong)
    try:
        done = await decide(actions, person, someone, deed=deed, reason=given.text("reason"))
    except Refused as refused:
        raise InvalidFields({"person": refused}) from refused
    return await saved(given, actions, person, [done])


async def decide(actions: Actions, by: Person, someone: str, *, deed: str, reason: str) -> AuditEntry:
    """Do one of DEEDS to this person; InvalidFields for anything else."""
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
            raise InvalidFields({"deed": NotAllowed("no-deed-chosen")})


async def held(given: Input, actions: Actions) -> Replies:
    """Who may not ask, each with a button that lets them again."""
    return await show_held(given, actions, await given.person(), number_in(given.target) or 0)


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
    return await show_held(given, actions, person, number_in(page) or 0, done)


async def show_held(
    given: Input, actions: Actions, person: Person, page: int, done: Sequence[AuditEntry] = ()
) -> Replies:
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
        done=await done_rows(given, done, "held"),
        rows=tuple(rows),
        text=words("held-none", locale),
        buttons=(*back(given), *turn, *(() if beside else (people_way,))),
        form=people_form(locale) if beside else None,
    )
    return (ShowPanel(panel),)


def _held_line(block: Block, locale: str) -> Text:
    ends = sentence("held-open", locale) if block.until is None else sentence("audit-until", locale, moment=block.until)
    reason = (f" · {clip(block.reason, _SHOWN_REASON)}",) if block.reason else ()
    return (f"{person_mark(block.user_id)} – ", *ends, *reason)


PANELS: Mapping[str, Route] = MappingProxyType(
    {
        PanelAction.PEOPLE: Route(people, First.FORM),
        PanelAction.HELD: Route(held, First.SILENT),
        PanelAction.LIFT: Route(lift, First.SILENT),
    }
)
FORMS: Mapping[str, Route] = MappingProxyType({FormId.PEOPLE: Route(people_given, First.SILENT)})
COMMANDS: Mapping[Command, Route] = MappingProxyType({Command.PEOPLE: Route(held, First.ALONE)})
