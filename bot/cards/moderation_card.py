"""What is posted in the moderators' channel: reports, appeals, and a budget that is nearly used."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.audit_card import audit_line, undo_buttons
from bot.cards.clip import clip, excerpt
from bot.cards.phrases import alt_text, options_line
from bot.cards.sentences import sentence, words
from bot.domain.card import Button, ButtonAction, Card, CardPicture, Text, Tone
from bot.domain.moderation import STRIKES_TO_LOCK, AuditAction
from bot.domain.moderation_views import AppealView, BudgetWarning, CeilingWarning, CommunityNotice, CutLimit, ReportView

_SHOWN_REASONS = 5
_SHOWN_REASON = 300
_MOST_COMMUNITIES = 10  # named in one notice


def report_card(view: ReportView, locale: str) -> Card:
    """A reported result: who made it, why it was reported, what was done since, and what can be."""
    job = view.job
    reasons: list[Text] = [(f"“{clip(reason, _SHOWN_REASON)}”",) for reason in view.reasons[-_SHOWN_REASONS:]]
    done = {entry.action for entry in view.done}
    offered = [
        (ButtonAction.REMOVE, AuditAction.REMOVED not in done),
        (ButtonAction.LOCK, not done & {AuditAction.LOCKED, AuditAction.BLOCKED}),
        (ButtonAction.BLOCK_WORD, True),
    ]
    buttons = tuple(
        Button(
            press=press,
            label=words(f"button-{press.value}", locale),
            target=job.id,
            danger=press is ButtonAction.REMOVE,
        )
        for press, possible in offered
        if possible
    )
    author = sentence(
        "report-author", locale, name=job.author.name, strikes=view.strikes, limit=STRIKES_TO_LOCK, id=job.id
    )
    return Card(
        tone=Tone.CANCELLED if AuditAction.REMOVED in done else Tone.REFUSED,
        job_id=job.id,
        heading=words("report-heading", locale, n=view.reports),
        prompt=excerpt(job.request.prompt),
        options=options_line(job.request, locale),
        status=author,
        pictures=tuple(
            CardPicture(
                key=picture.key,
                alt=alt_text(job, index, locale),
                width=picture.width,
                height=picture.height,
                media_type=picture.media_type,
            )
            for index, picture in enumerate(job.pictures, start=1)
        ),
        notes=(
            *reasons,
            *(audit_line(entry, locale, person_name=lambda _: job.author.name) for entry in view.done),
        ),
        buttons=(*buttons, *undo_buttons(reversed(view.done), locale)),
    )


def appeal_card(view: AppealView, locale: str) -> Card:
    """Somebody calls a blocked word harmless. Where it is known who blocked it, one press allows it again."""
    buttons: tuple[Button, ...] = ()
    if view.added is not None:
        label = words("button-allow-word", locale)
        buttons = (Button(press=ButtonAction.UNDO, label=label, target=str(view.added.id)),)
    return Card(
        tone=Tone.REFUSED,
        heading=words("appeal-heading", locale),
        status=sentence("appeal-told", locale, name=view.name, word=view.word, moment=view.refused_at),
        buttons=buttons,
    )


def budget_card(warning: BudgetWarning, locale: str) -> Card:
    """So much of the month's budget is used."""
    heading = words("budget-heading", locale, percent=warning.per_cent)
    return _share_card(warning, heading, "budget-used" if _is_full(warning) else "budget-nearly", locale)


def ceiling_card(warning: CeilingWarning, locale: str) -> Card:
    """So much of one of the operator's ceilings is used; for the operator."""
    community = {"community": warning.community} if warning.community else {}
    heading = words(f"ceiling-heading-{warning.ceiling}", locale, percent=warning.per_cent, **community)
    return _share_card(warning, heading, "ceiling-used" if _is_full(warning) else "ceiling-nearly", locale)


def _is_full(warning: BudgetWarning | CeilingWarning) -> bool:
    return warning.per_cent >= 100  # noqa: PLR2004 - per cent


def _share_card(warning: BudgetWarning | CeilingWarning, heading: str, code: str, locale: str) -> Card:
    return Card(
        tone=Tone.FAILED if _is_full(warning) else Tone.SLOW,
        heading=heading,
        status=sentence(code, locale, used=warning.used, limit=warning.limit, resets_at=warning.resets_at),
    )


def community_notice_card(notice: CommunityNotice, locale: str) -> Card:
    """Communities that removed the bot, or what is forgotten of them; for the operator."""
    named, count = notice.communities[:_MOST_COMMUNITIES], len(notice.communities)
    if notice.forgotten_jobs is not None:
        heading = words("community-forgotten-heading", locale, community=named[0])
        return Card(
            tone=Tone.FAILED,
            heading=heading,
            status=sentence("community-forgotten", locale, jobs=notice.forgotten_jobs),
        )
    more = count - len(named)
    return Card(
        tone=Tone.SLOW,
        heading=words("communities-removed-heading", locale, count=count),
        status=sentence("communities-removed", locale, **({} if notice.due is None else {"due": notice.due})),
        notes=((", ".join(named),), *(((words("communities-more", locale, count=more),),) if more else ())),
    )


def cut_limits_card(cuts: Sequence[CutLimit], locale: str) -> Card:
    """What the community has set beyond the operator's limits, what holds, and what the operator can do about it."""
    lines = [
        (
            *sentence(
                "cut-limits-line", locale, setting=words(f"field-{each.setting}", locale), holds=each.holds,
                stored=each.stored,
            ),
            f" {each.command}",
        )
        for each in cuts
    ]  # fmt: skip
    return Card(
        tone=Tone.SLOW,
        heading=words("cut-limits-heading", locale),
        status=sentence("cut-limits-told", locale),
        notes=tuple((clip("".join(str(part) for part in line), _SHOWN_REASON),) for line in lines),
    )
