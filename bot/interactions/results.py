"""The buttons under results, cards and refusals, and the forms behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import asdict
from types import MappingProxyType

import structlog

from bot.actions.actions import Actions
from bot.cards.clip import clip
from bot.cards.more_card import more_card
from bot.cards.options_text import read_options
from bot.cards.sentences import sentence
from bot.domain.card import ButtonAction, Card, Text, Tone
from bot.domain.errors import BadOption, NotAllowed
from bot.domain.people import Destination, Person
from bot.domain.ports import Removal
from bot.domain.report import JobReport
from bot.domain.request import MAX_PROMPT, ImageRequest
from bot.domain.visibility import is_author, may_hear_of_removal, may_hide
from bot.grammar.matrix import combinations
from bot.grammar.options import NO_STYLE
from bot.grammar.parse import TypedOptions, parse

from .commands import Command
from .controls import PanelAction
from .forms import FormId, read_request, request_form
from .inputs import Input
from .replies import (
    Changed,
    Gone,
    HandPictures,
    Hide,
    Open,
    Order,
    Refresh,
    Refuse,
    Remove,
    Replace,
    Replies,
    Reply,
    Say,
)
from .routes import First, Route

_log = structlog.get_logger(__name__)


def say(code: str, given: Input, tone: Tone = Tone.DONE, **values: str | int) -> Say:
    """One sentence for this person alone."""
    return Say(_card(sentence(code, given.locale, **values), tone))


# Orders


async def again(given: Input, actions: Actions) -> Replies:
    def ask(author: Person, there: Destination) -> Awaitable[JobReport]:
        return actions.imagine.again(given.target, author=author, destination=there, event=given.event)

    return (Order(ask),)


async def hd(given: Input, actions: Actions) -> Replies:
    def ask(author: Person, there: Destination) -> Awaitable[JobReport]:
        return actions.variants.hd(given.target, author=author, destination=there, event=given.event)

    return (Order(ask),)


async def shape(given: Input, actions: Actions) -> Replies:
    def ask(author: Person, there: Destination) -> Awaitable[JobReport]:
        return actions.variants.shape(given.target, given.index, author=author, destination=there, event=given.event)

    return (Order(ask),)


async def use(given: Input, actions: Actions) -> Replies:
    """Take the repaired request that a refusal offered; the refusal says so."""

    def ask(author: Person, there: Destination) -> Awaitable[JobReport]:
        return actions.imagine.from_draft(given.target, author=author, destination=there, event=given.event)

    def taken(report: JobReport) -> Reply:
        return Replace(_card(sentence("offer-taken", given.locale, id=report.job.id)))

    return (Order(ask, taken),)


async def edit(given: Input, actions: Actions) -> Replies:
    """A form with the job's request; if the job is gone or slow to find, with what stands on the pressed message."""
    request = await _request_of(given, actions)
    if request is None:
        shown = given.shown_prompt()
        if not shown:
            raise NotAllowed("job-gone")
        options = read_options(given.shown_text(), await _own_styles(given, actions))
        request = ImageRequest(prompt=shown, **options)
    return (Open(request_form(FormId.EDIT, given.locale, target=given.target, request=request)),)


async def _own_styles(given: Input, actions: Actions) -> Mapping[str, str]:
    """The community's; none rather than late, as a form has to be open within three seconds."""
    try:
        async with asyncio.timeout(given.abilities.form_seconds / 3):
            return await actions.settings.styles(await given.person())
    except TimeoutError:
        return {}


async def _request_of(given: Input, actions: Actions) -> ImageRequest | None:
    try:
        async with asyncio.timeout(given.abilities.form_seconds):
            return (await actions.jobs.show(given.target, await given.person())).job.request
    except (TimeoutError, NotAllowed):
        return None


async def draw(given: Input, actions: Actions) -> Replies:
    """A form of a new request, with the field `prompt` read as a request, and what holds for this person here."""
    held, styles = None, {}
    try:
        async with asyncio.timeout(given.abilities.form_seconds):
            person = await given.person()
            styles = dict(await actions.settings.styles(person))
            held = await actions.defaults.holding(person)
    except TimeoutError:
        _log.info("defaults_too_late", channel=given.channel_id)
    text = given.text("prompt")
    request = _understood(text, held, styles) if text else None
    return (Open(request_form(FormId.IMAGINE, given.locale, request=request, held=held, styles=styles)),)


def _understood(text: str, held: TypedOptions | None, styles: Mapping[str, str]) -> ImageRequest:
    """What the words ask for; if no such request is possible, they are all prompt."""
    try:
        return parse(text, defaults=held, styles=styles)
    except BadOption as refused:
        if refused.repair:
            return refused.repair.request
        options = {} if held is None else asdict(held)
        chosen = {name: value for name, value in options.items() if value not in {None, NO_STYLE}}
        return ImageRequest(prompt=clip(text, MAX_PROMPT).strip(), **chosen)


def first_for_request(given: Input) -> First:
    """Only its author sees a refusal, and the first answer settles that."""
    text, typed = read_request(given.text)
    return First.ALONE if surely_refused(text, typed) else First.ORDER


async def edited(given: Input, actions: Actions) -> Replies:
    """Order what was typed; the target is the job that it is an edit of, if that is still there."""
    text, typed = read_request(given.text)

    async def ask(author: Person, there: Destination) -> JobReport:
        parent: str | None = given.target or None
        if parent is not None:
            try:
                await actions.jobs.show(parent, author)
            except NotAllowed:
                parent = None  # deleted meanwhile, or an id that somebody made up
        return await actions.imagine.from_text(
            text, author=author, destination=there, typed=typed, parent_id=parent, event=given.event
        )

    return (Order(ask),)


def surely_refused(text: str, typed: TypedOptions) -> bool:
    """Whether no community takes this at once: a style that isn't built in may be its own, a series has a price."""
    try:
        return len(combinations(parse(text, typed))) > 1
    except BadOption as refused:
        return refused.code != "bad-style"


# What is done with a job


async def cancel(given: Input, actions: Actions) -> Replies:
    person = await given.person()
    try:
        return (Changed(await actions.jobs.cancel(given.target, person)),)
    except NotAllowed as refused:
        # The card still has the button, so it may have missed its last word. Whoever presses brings a way to it.
        try:
            return (Refresh(await actions.jobs.show(given.target, person)), Refuse(refused))
        except NotAllowed:
            if await actions.jobs.is_deleted(given.target, person):
                return (Gone(given.target), Refuse(refused))
            raise refused from None


async def delete(given: Input, actions: Actions) -> Replies:
    """The answer to every press says whether the message is still there.

    A press on what is deleted already is answered first. Its own try to remove the message comes after that.
    """
    person = await given.person()
    try:
        await actions.jobs.delete(given.target, person)
    except NotAllowed as refused:
        left = await _left_behind(given.target, person, actions) if refused.code == "job-gone" else None
        if left is None:
            raise
        return (Say(_deleted(left, given)), Remove(given.target))
    return (Remove(given.target, _deleted(await actions.removals.left(given.target), given)),)


async def _left_behind(job_id: str, person: Person, actions: Actions) -> Removal | None:
    """What is left to remove of it, for whoever may know: its row may be forgotten, so its place decides as well."""
    left = await actions.removals.left(job_id)
    if left is None or may_hear_of_removal(left.job.destination, person):
        return left
    return left if await actions.jobs.is_deleted(job_id, person) else None


def _deleted(left: Removal | None, given: Input) -> Card:
    code = "deleted-ok" if left is None else "deleted-refused" if left.refused else "deleted-later"
    return _card(sentence(code, given.locale))


async def spoiler(given: Input, actions: Actions) -> Replies:
    """For the author and moderators. The field `hidden` says "no" to show the pictures again."""
    person = await given.person()
    report = await actions.jobs.show(given.target, person)
    if not report.job.pictures:
        raise NotAllowed("no-pictures-yet")
    if not may_hide(report.job, person):
        raise NotAllowed("not-yours")
    done = _card(sentence("spoiler-ok", given.locale))
    failed = _card(sentence("spoiler-not", given.locale), Tone.FAILED)
    return (Hide(report, given.text("hidden") != "no", done, failed),)


async def more(given: Input, actions: Actions) -> Replies:
    """The card behind More, with the presser's prices."""
    person = await given.person()
    view = await actions.variants.more(given.target, person=person, channel_id=given.counted_channel)
    card = more_card(
        view, person.locale, await actions.gallery.opinion(view.job), by_author=is_author(view.job, person)
    )
    if not (given.abilities.hides_pictures and may_hide(view.job, person)):
        card = card.without(ButtonAction.SPOILER)
    if given.abilities.links_originals:
        card = card.without(ButtonAction.ORIGINAL)
    return (Say(card, apart=True),)


async def original(given: Input, actions: Actions) -> Replies:
    """The pictures as they came from the provider, all of them if the button names none."""
    job = (await actions.jobs.show(given.target, await given.person())).job
    if not job.pictures:
        raise NotAllowed("no-pictures-yet")
    indexes = tuple(range(1, len(job.pictures) + 1)) if given.index is None else (given.index,)
    if not 1 <= indexes[0] <= len(job.pictures):
        raise NotAllowed("no-such-picture", count=len(job.pictures))
    return (HandPictures(job, indexes),)


def _card(said: Text, tone: Tone = Tone.DONE) -> Card:
    return Card(tone=tone, status=said)


BUTTONS: Mapping[str, Route] = MappingProxyType(
    {
        ButtonAction.AGAIN: Route(again, First.ORDER),
        ButtonAction.HD: Route(hd, First.ORDER),
        ButtonAction.SHAPE: Route(shape, First.ORDER),
        ButtonAction.USE: Route(use, First.BESIDE),
        ButtonAction.EDIT: Route(edit, First.FORM),
        ButtonAction.CANCEL: Route(cancel, First.SILENT),
        ButtonAction.DELETE: Route(delete, First.SILENT),
        ButtonAction.MORE: Route(more, First.ALONE),
        ButtonAction.ORIGINAL: Route(original, First.ALONE),
        ButtonAction.SPOILER: Route(spoiler, First.ALONE),
    }
)
PANELS: Mapping[str, Route] = MappingProxyType({PanelAction.DRAW: Route(draw, First.FORM)})
FORMS: Mapping[str, Route] = MappingProxyType(
    {
        FormId.EDIT: Route(edited, first_for_request),
        FormId.IMAGINE: Route(edited, first_for_request),
    }
)
COMMANDS: Mapping[Command, Route] = MappingProxyType({Command.DRAW: Route(draw, First.FORM)})
