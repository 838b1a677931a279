"""The Home tab: what was used, with a chart, and what was made lately."""

from __future__ import annotations

import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import structlog

from bot.actions import Actions
from bot.cards.clip import excerpt
from bot.cards.help_text import help_text
from bot.cards.phrases import alt_text
from bot.cards.sentences import sentence, words
from bot.cards.usage_card import usage_card, usage_chart
from bot.domain.card import Button, ButtonAction
from bot.domain.defaults import Defaults
from bot.domain.errors import PlatformError
from bot.domain.job import Job
from bot.domain.people import Person
from bot.domain.ports import GalleryFilter
from bot.domain.text_direction import without_direction_controls
from bot.domain.usage import UsageView
from bot.grammar.options import OPTIONS
from bot.interactions.controls import PanelAction, PanelButton
from bot.interactions.sections import ways_in

from .api import SlackApi
from .boundary import Boundary
from .buttons import button_element, panel_button
from .charts import Charts
from .ephemeral_messages import EphemeralMessages, Framed
from .faults import FileNotReady
from .limits import ALT_TEXT, REMEMBERED
from .render import PROMPT_BLOCK, context, draw, section
from .request_context import RequestContext
from .text import clip, escape

_log = structlog.get_logger(__name__)

RECENT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the tab tells; the files of its pictures as far as they can be shown."""

    person: Person
    usage: UsageView
    recent: tuple[Job, ...]
    own: Defaults
    chart: tuple[str, str] | None = None  # the file and its alt text
    files: tuple[str, ...] = ()  # one of each of `recent`


class Home:
    def __init__(
        self,
        *,
        actions: Actions,
        boundary: Boundary,
        api: SlackApi,
        charts: Charts,
        ephemeral: EphemeralMessages,
    ) -> None:
        self._ephemeral = ephemeral
        self._actions = actions
        self._boundary = boundary
        self._api = api
        self._charts = charts
        self._drawn: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()  # whose → digest, file

    async def opened(self, ctx: RequestContext) -> None:
        """Publish it in words at once, with the chart and the pictures as soon as Slack can show them."""
        async with self._boundary.answering(ctx):
            person = await self._boundary.served(ctx)
            told = _Told(
                person=person,
                usage=await self._actions.account.usage(person),
                recent=await self._recent(person),
                own=await self._actions.defaults.read(person),
            )
            try:
                await self._publish(ctx, told)
            except PlatformError as error:  # nobody has asked for an answer
                _log.warning("home_not_published", action="home", error=str(error))
                return
            with_pictures = replace(told, chart=await self._chart_file(ctx, told), files=await self._files(ctx, told))
            if with_pictures == told:
                return
            try:
                await self._publish(ctx, with_pictures)
            except FileNotReady as error:  # somebody has deleted a file
                _log.info("home_without_pictures", action="home", error=str(error))
                if with_pictures.chart is not None:
                    with contextlib.suppress(PlatformError):
                        await self._publish(ctx, replace(with_pictures, files=()))
            except PlatformError as error:
                _log.info("home_without_pictures", action="home", error=str(error))

    async def _chart_file(self, ctx: RequestContext, told: _Told) -> tuple[str, str] | None:
        """The chart's file and alt text; drawn and uploaded anew only when the numbers have changed."""
        chart = usage_chart(told.usage, told.person.locale)
        digest = hashlib.sha256(chart.svg.encode()).hexdigest()
        whose = (ctx.workspace.team_id, ctx.user_id)
        known = self._drawn.get(whose)
        if known is not None and known[0] == digest:
            return known[1], chart.alt
        file_id = await self._charts.upload(ctx.workspace, chart)
        if file_id is None:
            return None
        self._drawn[whose] = (digest, file_id)
        if len(self._drawn) > REMEMBERED:
            self._drawn.popitem(last=False)
        if known is not None:
            try:
                await self._api.files.delete(ctx.workspace, known[1])
            except PlatformError as error:
                _log.info("old_chart_not_deleted", action="home", error=str(error))
        return file_id, chart.alt

    async def _files(self, ctx: RequestContext, told: _Told) -> tuple[str, ...]:
        try:
            return await self._ephemeral.files(ctx.workspace, [Framed(job, 1) for job in told.recent])
        except PlatformError as error:
            _log.info("home_without_pictures", action="home", error=str(error))
            return ()

    async def _recent(self, person: Person) -> tuple[Job, ...]:
        found = await self._actions.gallery.search(person, gallery_filter=GalleryFilter.MINE)
        return tuple(job for job in found.page.jobs if job.pictures)[:RECENT]

    def _view(self, told: _Told) -> dict[str, Any]:
        locale, now, names = told.person.locale, self._boundary.now(), self._api.names
        helping = draw(help_text(locale), now=now, locale=locale, names=names).blocks
        buttons = [panel_button(button) for button in _ways(told.person)]
        blocks: list[dict[str, Any]] = [{"type": "actions", "elements": buttons}]
        own = _own(told.own, locale) or words("defaults-none", locale)
        blocks.append(context([escape(f"{words('defaults-title', locale)}: {own}")]))
        blocks += draw(usage_card(told.usage, locale), now=now, locale=locale, names=names).blocks
        if told.chart is not None:
            blocks.append(_image(*told.chart))
        blocks += [{"type": "divider"}, section(f"*{escape(words('home-recent', locale))}*")]
        blocks += list(_recent_blocks(told, locale)) or [section(escape(names.words(sentence("home-none", locale))))]
        return {"type": "home", "blocks": [*blocks, {"type": "divider"}, *helping]}

    async def _publish(self, ctx: RequestContext, told: _Told) -> None:
        view = self._view(told)
        await self._api.call_urgently(
            ctx.workspace, lambda client: client.views_publish(user_id=ctx.user_id, view=view)
        )


def _recent_blocks(told: _Told, locale: str) -> Iterator[dict[str, Any]]:
    for job, file_id in zip_longest(told.recent, told.files):
        yield _line(job, locale)
        if file_id is not None:
            yield _image(file_id, alt_text(job, 1, locale))


def _image(file_id: str, alt: str) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": clip(without_direction_controls(alt), ALT_TEXT)}


def _ways(person: Person) -> Iterator[PanelButton]:
    """What this person may open."""
    locale = person.locale
    yield PanelButton(action=PanelAction.DRAW, label=words("home-draw", locale), primary=True)
    yield PanelButton(action=PanelAction.DEFAULTS, label=words("home-defaults", locale))
    if person.manager:
        yield PanelButton(action=PanelAction.HOME, label=words("home-settings", locale))
    if person.moderator:
        yield from ways_in(locale)


def _own(own: Defaults, locale: str) -> str:
    """What is set, in one line; empty where nothing is."""
    values = ((option, getattr(own, option.name)) for option in OPTIONS)
    return " · ".join(option.label(value, locale) for option, value in values if value is not None)


def _line(job: Job, locale: str) -> dict[str, Any]:
    return {
        "type": "section",
        "block_id": f"{PROMPT_BLOCK}-{job.id}",
        "text": {
            "type": "plain_text",
            "text": excerpt(without_direction_controls(job.request.prompt)),
            "emoji": False,
        },
        "accessory": button_element(Button(press=ButtonAction.EDIT, label=words("button-edit", locale), target=job.id)),
    }
