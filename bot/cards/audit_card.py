"""The audit trail for those who may read it: who did what, when, and what can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.cards.clip import clip
from bot.cards.sentences import has_sentence, sentence, words
from bot.domain.card import Button, ButtonAction, Card, Moment, Text, Tone
from bot.domain.moderation import ABOUT_PEOPLE, AuditAction, AuditEntry

_SHOWN_TARGET = 60
_SHOWN_DETAIL = 200
MOST_UNDOS = 5


def audit_card(
    entries: Sequence[AuditEntry], locale: str, *, person_name: Callable[[str], str] = str, undo: bool = True
) -> Card:
    """One page, newest first; `person_name` makes a name of a person's id. The newest that can be have an Undo button.

    The platform adds what turns the page: `before` of the next is the last entry's id.
    """
    status = () if entries else sentence("audit-empty", locale)
    return Card(
        tone=Tone.DONE,
        heading=words("audit-heading", locale),
        status=status,
        notes=tuple(audit_line(entry, locale, person_name=person_name) for entry in entries),
        buttons=undo_buttons(entries, locale) if undo else (),
    )


def audit_line(entry: AuditEntry, locale: str, *, person_name: Callable[[str], str] = str) -> Text:
    """When, who, what, why, and by whom it was undone."""
    target = person_name(entry.target) if entry.action in ABOUT_PEOPLE else entry.target
    told = sentence(f"audit-{entry.action.value}", locale, actor=entry.actor_name, target=clip(target, _SHOWN_TARGET))
    parts: list[str | Moment] = [Moment(entry.at), " · ", *told, *_detail(entry, locale)]
    if entry.undone_at is not None:
        parts += [" · ", *sentence("audit-undone", locale, actor=entry.undone_by)]
    return tuple(parts)


def undo_buttons(entries: Iterable[AuditEntry], locale: str) -> tuple[Button, ...]:
    """One for each of the first few that can still be undone."""
    able = [entry for entry in entries if entry.undoable]
    return tuple(
        Button(press=ButtonAction.UNDO, label=undo_label(entry, locale), target=str(entry.id))
        for entry in able[:MOST_UNDOS]
    )


def undo_label(entry: AuditEntry, locale: str) -> str:
    return words("button-undo", locale, what=words(f"undo-{entry.action.value}", locale))


def _detail(entry: AuditEntry, locale: str) -> Text:
    detail = entry.detail
    match entry.action:
        case AuditAction.REFUSED:
            return (": ", *reason_text(detail.get("code", ""), locale))
        case AuditAction.SETTINGS_CHANGED | AuditAction.EXCEPTIONS_CHANGED:
            told = [f"{words(f'field-{name}', locale)} {change}" for name, change in detail.items()]
            return (clip(": " + "; ".join(told), _SHOWN_DETAIL),)
        case AuditAction.LOCKED if "until" in detail:
            until = Moment(datetime.fromisoformat(detail["until"]))
            return (" ", *sentence("audit-until", locale, moment=until), *_reason(detail.get("reason", "")))
        case AuditAction.RESET:
            return (f" (+{detail.get('points', '0')})",)
        case _:
            return _reason(detail.get("reason") or detail.get("word", ""))


def reason_text(code: str, locale: str) -> Text:
    """A refusal's reason in a few words."""
    return sentence(f"reason-{code}" if has_sentence(f"reason-{code}") else "reason-other", locale)


def _reason(reason: str) -> Text:
    return (f": {clip(reason, _SHOWN_DETAIL)}",) if reason else ()
