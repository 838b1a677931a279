"""Why was I refused? The last refusals of one person, and what to do about the newest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cards.audit_card import reason_text
from bot.cards.clip import clip
from bot.cards.sentences import sentence, words
from bot.domain.card import Button, ButtonAction, Card, Moment, Text, Tone
from bot.domain.moderation_views import PastRefusal

_SHOWN_WORD = 60
_TODO = {
    "paused-everywhere": "todo-paused",
    "paused": "todo-paused",
    "blocked-person": "todo-moderators",
    "wrong-channel": "todo-channel",
    "blocked-word": "todo-word",
    "prompt-empty": "todo-prompt",
    "prompt-too-long": "todo-shorter",
    "matrix-too-large": "todo-fewer",
    "foreign-option": "todo-foreign",
}


def why_card(refusals: Sequence[PastRefusal], locale: str) -> Card:
    """Newest first; only the person who was refused sees it."""
    heading = words("why-heading", locale)
    if not refusals:
        return Card(tone=Tone.DONE, heading=heading, status=sentence("why-never", locale))
    newest = refusals[0]
    buttons: tuple[Button, ...] = ()
    if newest.holds and newest.refused.code == "blocked-word" and newest.refused.entry_id is not None:
        label = words("button-appeal", locale)
        buttons = (Button(press=ButtonAction.APPEAL, label=label, target=str(newest.refused.entry_id)),)
    return Card(
        tone=Tone.REFUSED if newest.holds else Tone.DONE,
        heading=heading,
        status=_todo(newest, locale),
        notes=tuple(_line(refusal, locale) for refusal in refusals),
        buttons=buttons,
    )


def _line(refusal: PastRefusal, locale: str) -> Text:
    values = refusal.refused.values
    word = values.get("word") or values.get("detail")  # the blocked word, or the provider's own words
    told = f" (“{clip(word, _SHOWN_WORD)}”)" if isinstance(word, str) else ""
    return (Moment(refusal.at), " · ", *reason_text(refusal.refused.code, locale), told)


def _todo(refusal: PastRefusal, locale: str) -> Text:
    if refusal.refused.code.startswith("failure-"):
        return sentence("todo-reword", locale)
    if not refusal.holds:
        return sentence("todo-again", locale)
    values = refusal.refused.values
    if "nearest" in values:
        return sentence("todo-option", locale, nearest=f"{values.get('option', '')}:{values['nearest']}")
    moment = values.get("until") or values.get("resets_at")
    if isinstance(moment, datetime):
        return sentence("todo-wait", locale, moment=moment)
    return sentence(_TODO.get(refusal.refused.code, "todo-again"), locale)
