"""What people say of a result: stars, votes, sharing it with everybody, reports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from types import MappingProxyType

from bot.actions.actions import Actions
from bot.actions.reports import LONGEST_REASON
from bot.cards.result_buttons import share_button, unshare_button
from bot.cards.sentences import sentence
from bot.domain.card import Button, ButtonAction, Card, Tone
from bot.domain.visibility import is_author, may_be_shared

from .commands import Command
from .forms import FormId, text_form
from .inputs import Input
from .replies import Open, Recount, Replies, Say, Spread
from .results import say
from .routes import First, Route


async def star(given: Input, actions: Actions) -> Replies:
    """The field `starred` says "yes" or "no"; without it the star is turned around."""
    starred = {"yes": True, "no": False}.get(given.text("starred"))
    person = await given.person()
    shown = await actions.gallery.star(given.target, person, starred=starred)
    job = shown.report.job
    if not shown.opinion.starred:
        said = say("unstarred-ok", given)
    elif is_author(job, person) and may_be_shared(job) and job.shared_at is None:
        said = _said("starred-private", share_button(job, given.locale), given)
    else:
        said = say("starred-ok", given)
    return (Recount(shown), said)


async def vote(given: Input, actions: Actions) -> Replies:
    shown = await actions.gallery.vote(given.target, await given.person(), given.index)
    chosen = shown.opinion.vote
    return (Recount(shown), say("unvoted-ok", given) if chosen is None else say("voted-ok", given, index=chosen))


# Sharing


async def share(given: Input, actions: Actions) -> Replies:
    """Show to the whole community what was asked in private; the answer has the way back."""
    shown = await actions.gallery.share(given.target, await given.person())
    return (
        Spread(shown, shared=True),
        _said("shared-ok", unshare_button(shown.report.job, given.locale), given),
    )


async def repost(given: Input, actions: Actions) -> Replies:
    """Post once more what could not be posted."""
    await actions.gallery.post_again(given.target, await given.person())
    return (say("posted-again", given),)


async def unshare(given: Input, actions: Actions) -> Replies:
    shown = await actions.gallery.share(given.target, await given.person(), shared=False)
    return (Spread(shown, shared=False), say("unshared-ok", given))


# Reports


async def report(given: Input, actions: Actions) -> Replies:
    """The form, unless there is surely nothing left to report."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(given.abilities.form_seconds):
            await actions.jobs.show(given.target, await given.person())
    return (Open(text_form(FormId.REPORT, given.target, given.locale, most=LONGEST_REASON, required=False)),)


async def reported(given: Input, actions: Actions) -> Replies:
    done = await actions.reports.add(given.target, await given.person(), given.text("text"))
    return (say("reported-ok" if done.told else "reported-unseen", given),)


def _said(code: str, button: Button, given: Input) -> Say:
    return Say(Card(tone=Tone.DONE, status=sentence(code, given.locale), buttons=(button,)))


BUTTONS: Mapping[str, Route] = MappingProxyType(
    {
        ButtonAction.STAR: Route(star, First.SILENT),
        ButtonAction.VOTE: Route(vote, First.SILENT),
        ButtonAction.REPORT: Route(report, First.FORM),
        ButtonAction.SHARE: Route(share, First.ALONE),
        ButtonAction.REPOST: Route(repost, First.ALONE),
        ButtonAction.UNSHARE: Route(unshare, First.ALONE),
    }
)
FORMS: Mapping[str, Route] = MappingProxyType({FormId.REPORT: Route(reported, First.ALONE)})
COMMANDS: Mapping[Command, Route] = MappingProxyType({Command.REPORT: Route(report, First.FORM)})
