"""What has just been done, told with ways to take it back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.audit_card import audit_line, undo_buttons, undo_label
from bot.cards.sentences import words
from bot.domain.card import Card, Tone
from bot.domain.moderation import AuditEntry

from .controls import PanelAction, PanelButton
from .inputs import Input
from .panels import Row
from .replies import Say
from .results import say


async def saved_card(given: Input, done: Sequence[AuditEntry]) -> Say:
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


def back(given: Input) -> tuple[PanelButton, ...]:
    """To the settings, if panels take one another's place."""
    if given.abilities.whole_forms:
        return ()
    return (PanelButton(action=PanelAction.HOME, label=words("studio-home", given.locale)),)


async def done_rows(given: Input, done: Sequence[AuditEntry], panel: str) -> tuple[Row, ...]:
    names = await given.names_in(done)
    return tuple(
        Row(
            text=audit_line(entry, given.locale, person_name=names),
            button=undo_button(given, entry, panel),
        )
        for entry in done
    )


def undo_button(given: Input, entry: AuditEntry, panel: str) -> PanelButton | None:
    """It says what it undoes, if it doesn't stand beside that."""
    if not entry.undoable:
        return None
    label = words("audit-undo", given.locale) if given.abilities.whole_forms else undo_label(entry, given.locale)
    return PanelButton(action=PanelAction.UNDO, target=f"{entry.id}.{panel}", label=label)
