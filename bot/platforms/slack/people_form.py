"""The forms of moderation: who may not ask, what to do about a person, and what was done here.

https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.actions.people_rules import LONGEST_REASON
from bot.cards.audit_card import audit_line
from bot.cards.sentences import words
from bot.domain.card import Moment
from bot.domain.moderation import LOCK, AuditEntry, Block

from .limits import CONTEXT_TEXT, SECTION_TEXT, VIEW_TITLE
from .render import context, section
from .text import clip, escape, mrkdwn
from .words import word

PEOPLE_FORM, AUDIT_VIEW = "im-people", "im-audit"
PEOPLE_ACTION, AUDIT_ACTION = "im:people", "im:audit"
LIFT_ACTION, AUDIT_UNDO_ACTION, AUDIT_PAGE_ACTION = "im:lift", "im:audit-undo", "im:audit-page"
PERSON, DEED, REASON = "person", "deed", "reason"

LOCKS: Mapping[str, timedelta] = MappingProxyType(
    {"lock-hour": LOCK, "lock-day": timedelta(days=1), "lock-week": timedelta(days=7)}
)
DEEDS = (*LOCKS, "block", "lift", "forgive", "reset")

_LISTED = 40  # people; a view has at most a hundred blocks
_SHOWN_REASON = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What came back of the form. Empty or none of DEEDS where somebody made it up."""

    user_id: str
    deed: str
    reason: str


def ways_in(locale: str) -> list[dict[str, Any]]:
    """Buttons that open these forms."""
    return [
        _button(PEOPLE_ACTION, word("home-people", locale)),
        _button(AUDIT_ACTION, word("home-audit", locale)),
    ]


def people_view(held: Sequence[Block], *, now: datetime, locale: str, done: str = "") -> dict[str, Any]:
    """`held` as PeopleRules.blocked tells them; `done` is what has just been done, escaped already."""
    blocks = [context([clip(done, CONTEXT_TEXT)])] if done else []
    blocks.append(section(f"*{escape(word('held-heading', locale))}*"))
    blocks += _held(held, now, locale)
    options = [_option(word(f"deed-{deed}", locale), deed) for deed in DEEDS]
    reason = {"type": "plain_text_input", "max_length": LONGEST_REASON}
    blocks += [
        {"type": "divider"},
        _input(PERSON, {"type": "users_select"}, locale),
        _input(DEED, {"type": "static_select", "options": options}, locale),
        {**_input(REASON, reason, locale), "optional": True},
    ]
    return _view(PEOPLE_FORM, blocks, locale) | {"submit": _plain(word("people-do", locale))}


def audit_view(
    entries: Sequence[AuditEntry],
    *,
    names: Mapping[str, str],
    older: bool,
    now: datetime,
    locale: str,
    done: str = "",
) -> dict[str, Any]:
    """One page, newest first; `names` of persons by their ids, `older`: whether there is a further page."""
    blocks = [context([clip(done, CONTEXT_TEXT)])] if done else []
    for entry in entries:
        told = audit_line(entry, locale, person_name=lambda user: names.get(user, user))
        block = section(mrkdwn(told, now=now, locale=locale))
        if entry.undoable:
            block["accessory"] = _button(AUDIT_UNDO_ACTION, word("audit-undo", locale), str(entry.id))
        blocks.append(block)
    if not entries:
        blocks.append(section(escape(words("audit-empty", locale))))
    if older:
        turn = _button(AUDIT_PAGE_ACTION, word("audit-older", locale), str(entries[-1].id))
        blocks.append({"type": "actions", "elements": [turn]})
    return _view(AUDIT_VIEW, blocks, locale)


def read_decision(view: Mapping[str, Any]) -> Decision:
    values = {
        block: field
        for block, fields in ((view.get("state") or {}).get("values") or {}).items()
        for field in fields.values()
    }
    return Decision(
        user_id=str((values.get(PERSON) or {}).get("selected_user") or ""),
        deed=str(((values.get(DEED) or {}).get("selected_option") or {}).get("value") or ""),
        reason=str((values.get(REASON) or {}).get("value") or ""),
    )


def _held(held: Sequence[Block], now: datetime, locale: str) -> Iterator[dict[str, Any]]:
    """Somebody with several blocks has a line for each and one button."""
    people = list(dict.fromkeys(block.user_id for block in held))
    for user in people[:_LISTED]:
        lines = [_line(block, now, locale) for block in held if block.user_id == user]
        block = section(clip("\n".join(lines), SECTION_TEXT))
        yield block | {"accessory": _button(LIFT_ACTION, word("deed-lift", locale), user)}
    if not people:
        yield section(escape(word("held-none", locale)))
    if len(people) > _LISTED:
        yield context([escape(word("held-further", locale).format(number=len(people) - _LISTED))])


def _line(block: Block, now: datetime, locale: str) -> str:
    until = word("held-until", locale) if block.until else word("held-open", locale)
    ends = mrkdwn((f"{until} ", Moment(block.until)), now=now, locale=locale) if block.until else escape(until)
    reason = f" · {escape(clip(block.reason, _SHOWN_REASON))}" if block.reason else ""
    return f"<@{escape(block.user_id)}> – {ends}{reason}"


def _view(callback: str, blocks: Sequence[Mapping[str, Any]], locale: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(clip(word(f"{callback}-title", locale), VIEW_TITLE)),
        "close": _plain(word("form-close", locale)),
        "blocks": list(blocks),
    }


def _input(name: str, element: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "label": _plain(word(f"people-{name}", locale)),
        "element": {**element, "action_id": name},
    }


def _button(action: str, label: str, value: str = "") -> dict[str, Any]:
    button = {"type": "button", "action_id": action, "text": _plain(label)}
    return button | ({"value": value} if value else {})


def _option(label: str, value: str) -> dict[str, Any]:
    return {"text": _plain(label), "value": value}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
