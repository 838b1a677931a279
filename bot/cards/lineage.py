"""What changed between a result and the one it was made from, in a line."""

from __future__ import annotations

from bot.cards.phrases import listed
from bot.cards.sentences import sentence, words
from bot.domain.card import Text
from bot.domain.lineage import Change, changes
from bot.domain.report import JobReport
from bot.grammar.options import OPTIONS, STYLE

_OPTION = {option.name: option for option in OPTIONS}


def lineage(report: JobReport, locale: str) -> Text | None:
    """`Edit of 3kq8w2v5x0ab: ratio 1:1 → 16:9`; None where there is no parent, or it is gone."""
    parent = report.parent
    if parent is None or parent.deleted_at is not None:
        return None
    changed = changes(parent.request, report.job.request)
    if not changed:
        return sentence("lineage-again", locale, id=parent.id)
    return sentence("lineage-edit", locale, id=parent.id, changes=listed((_told(it, locale) for it in changed), locale))


def _told(change: Change, locale: str) -> str:
    if change.option == "prompt":
        return words("lineage-prompt", locale)
    name = words(f"lineage-{change.option}", locale)
    before, after = (_value(change, value, locale) for value in (change.before, change.after))
    return f"{name} {before} → {after}"


def _value(change: Change, value: str, locale: str) -> str:
    if change.option != STYLE.name:
        return value
    labels = {choice.value: choice.label for choice in STYLE.choices(locale)}
    return labels.get(value or STYLE.default, value)
