"""The buttons on the cards of the moderators' channel. Each action checks who may."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.actions.actions import Actions
from bot.actions.moderate import Done
from bot.actions.settings import LONGEST_WORD
from bot.cards.audit_card import audit_line
from bot.domain.card import ButtonAction, Card, Tone
from bot.domain.errors import NotAllowed
from bot.domain.moderation import AuditAction

from .forms import FormId, text_form
from .inputs import Input
from .numbers import number_in
from .replies import Open, Replies, Say
from .results import say
from .routes import First, Route

# Taking these back changes no card.
_WITHOUT_CARD = frozenset(
    {
        AuditAction.SETTINGS_CHANGED,
        AuditAction.WORD_ADDED,
        AuditAction.WORD_REMOVED,
        AuditAction.PAUSED,
        AuditAction.RESUMED,
    }
)


async def remove(given: Input, actions: Actions) -> Replies:
    return _left_over(given, await actions.moderate.remove(given.target, await given.person()))


async def lock(given: Input, actions: Actions) -> Replies:
    return _left_over(given, await actions.moderate.lock_author(given.target, await given.person()))


async def undo(given: Input, actions: Actions) -> Replies:
    entry = number_in(given.target)
    if entry is None:
        raise NotAllowed("nothing-to-undo")
    done = await actions.moderate.undo(entry, await given.person())
    told: tuple[Say, ...] = ()
    if done.entry is not None and (done.entry.action in _WITHOUT_CARD or given.private):
        names = await given.names_in([done.entry])
        told = (Say(Card(tone=Tone.DONE, status=audit_line(done.entry, given.locale, person_name=names))),)
    return (*_left_over(given, done), *told)


async def block_word(given: Input, _: Actions) -> Replies:
    return (Open(text_form(FormId.BLOCK_WORD, given.target, given.locale, most=LONGEST_WORD, required=True)),)


async def word_given(given: Input, actions: Actions) -> Replies:
    await actions.moderate.block_word(given.target, given.text("text"), await given.person())
    return (say("word-blocked", given),)


def _left_over(given: Input, done: Done) -> Replies:
    """The report's card says what was done; the presser is told only what still needs a hand."""
    return (say("left-over", given, Tone.SLOW),) if done.left_over else ()


BUTTONS: Mapping[str, Route] = MappingProxyType(
    {
        ButtonAction.REMOVE: Route(remove, First.SILENT),
        ButtonAction.LOCK: Route(lock, First.SILENT),
        ButtonAction.UNDO: Route(undo, First.SILENT),
        ButtonAction.BLOCK_WORD: Route(block_word, First.FORM),
    }
)
FORMS: Mapping[str, Route] = MappingProxyType({FormId.BLOCK_WORD: Route(word_given, First.ALONE)})
