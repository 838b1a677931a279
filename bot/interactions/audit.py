"""The audit trail, and taking back what stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.actions.actions import Actions
from bot.actions.permissions import require_manager
from bot.cards.audit_card import audit_line
from bot.cards.sentences import words
from bot.domain.errors import NotAllowed
from bot.domain.moderation import AuditEntry
from bot.domain.people import Person

from .commands import Command
from .controls import PanelAction, PanelButton
from .done import back, done_rows, undo_button
from .inputs import Input
from .numbers import number_in
from .panels import Panel, Row
from .people import show_held
from .replies import Replies, ShowPanel
from .results import say
from .routes import First, Route
from .settings import show_home

_PAGE = 10


async def audit(given: Input, actions: Actions) -> Replies:
    return await show_audit(given, actions, await given.person(), number_in(given.target))


async def show_audit(
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
        done=await done_rows(given, done, "audit"),
        rows=tuple(
            Row(text=audit_line(entry, locale, person_name=names), button=undo_button(given, entry, panel_name))
            for entry in shown
        ),
        text=words("audit-empty", locale),
        buttons=(*back(given), *buttons),
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
        shown = await show_held(given, actions, person, 0, done)
    elif name == "audit" or given.abilities.whole_forms:
        shown = await show_audit(given, actions, person, number_in(page), done)
    else:
        require_manager(person)
        shown = await show_home(given, actions, person, done)
    return (*shown, say("left-over", given)) if undone.left_over else shown


PANELS: Mapping[str, Route] = MappingProxyType(
    {PanelAction.AUDIT: Route(audit, First.SILENT), PanelAction.UNDO: Route(undo, First.SILENT)}
)
COMMANDS: Mapping[Command, Route] = MappingProxyType({Command.AUDIT: Route(audit, First.ALONE)})
