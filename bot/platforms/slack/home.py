"""The Home tab: what was used, with a chart, and what was made lately."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Any

import structlog

from bot.cards.help_text import help_text
from bot.cards.job_card import SHOWN_PROMPT
from bot.cards.sentences import words
from bot.cards.usage_card import usage_card, usage_chart
from bot.domain.errors import PlatformError
from bot.domain.job import Job
from bot.domain.people import Person
from bot.domain.ports import FittedPicture, GalleryShelf
from bot.domain.usage import UsageView
from bot.drawing.raster import DrawingError

from .asking import Asking, People
from .boundary import Boundary
from .extras import Extras
from .limits import ALT_TEXT, REMEMBERED
from .render import PROMPT_BLOCK, draw, section
from .text import clip, escape
from .uploads import Uploads
from .wire import Wire
from .words import word

_log = structlog.get_logger(__name__)

DRAW_ACTION, EDIT_ACTION, SETTINGS_ACTION = "im:draw", "im:edit", "im:settings"
RECENT = 5


class Home:
    def __init__(self, *, extras: Extras, people: People, boundary: Boundary, wire: Wire, uploads: Uploads) -> None:
        self._extras = extras
        self._people = people
        self._boundary = boundary
        self._wire = wire
        self._uploads = uploads
        self._charts: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()  # whose → digest, file

    async def opened(self, asking: Asking) -> None:
        """Publish it in words at once, with the chart as soon as Slack can show it."""
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            usage = None if self._extras.account is None else await self._extras.account.usage(person)
            recent = await self._recent(person)
            await self._publish(asking, self._view(person, usage, recent, chart=None))
            if usage is None or self._extras.raster is None:
                return
            try:
                chart = await self._chart(asking, person, usage)
            except (PlatformError, DrawingError, OSError) as error:
                _log.info("no chart", action="home", error=str(error))  # the numbers stand there in words
                return
            await self._publish(asking, self._view(person, usage, recent, chart=chart))

    async def _recent(self, person: Person) -> tuple[Job, ...]:
        if self._extras.gallery is None:
            return ()
        found = await self._extras.gallery.search(person, shelf=GalleryShelf.MINE)
        return found.page.jobs[:RECENT]

    async def _chart(self, asking: Asking, person: Person, usage: UsageView) -> tuple[str, str]:
        """The file and its alt text; drawn and uploaded anew only when the numbers have changed."""
        chart = usage_chart(usage, person.locale)
        digest = hashlib.sha256(chart.svg.encode()).hexdigest()
        whose = (asking.workspace.team_id, asking.user_id)
        known = self._charts.get(whose)
        if known is not None and known[0] == digest:
            return known[1], chart.alt
        if self._extras.raster is None:
            raise DrawingError("nothing to draw with")
        data = await self._extras.raster.png(chart.svg)
        picture = FittedPicture(
            name="easel-usage.png", data=data, width=0, height=0, media_type="image/png", reduced=False
        )
        (file_id,) = await self._uploads.plain(asking.workspace, [picture], [clip(chart.alt, ALT_TEXT)])
        self._charts[whose] = (digest, file_id)
        if len(self._charts) > REMEMBERED:
            self._charts.popitem(last=False)
        if known is not None:
            await self._wire.delete_file(asking.workspace, known[1])
        return file_id, chart.alt

    def _view(
        self, person: Person, usage: UsageView | None, recent: tuple[Job, ...], *, chart: tuple[str, str] | None
    ) -> dict[str, Any]:
        locale, now = person.locale, self._boundary.now()
        helping = draw(help_text(locale), now=now, locale=locale).blocks
        draw_button = {
            "type": "button",
            "action_id": DRAW_ACTION,
            "style": "primary",
            "text": {"type": "plain_text", "text": word("home-draw", locale), "emoji": False},
        }
        buttons = [draw_button]
        if person.manager and self._extras.settings is not None:
            text = {"type": "plain_text", "text": word("home-settings", locale), "emoji": False}
            buttons.append({"type": "button", "action_id": SETTINGS_ACTION, "text": text})
        blocks: list[dict[str, Any]] = [{"type": "actions", "elements": buttons}]
        if usage is not None:
            blocks += draw(usage_card(usage, locale), now=now, locale=locale).blocks
        if chart is not None:
            blocks.append({"type": "image", "slack_file": {"id": chart[0]}, "alt_text": clip(chart[1], ALT_TEXT)})
        if self._extras.gallery is not None:
            blocks += [{"type": "divider"}, section(f"*{escape(word('home-recent', locale))}*")]
            blocks += [_line(job, locale) for job in recent] or [section(escape(word("home-none", locale)))]
        return {"type": "home", "blocks": [*blocks, {"type": "divider"}, *helping]}

    async def _publish(self, asking: Asking, view: dict[str, Any]) -> None:
        await self._wire.call(asking.workspace, lambda client: client.views_publish(user_id=asking.user_id, view=view))


def _line(job: Job, locale: str) -> dict[str, Any]:
    return {
        "type": "section",
        "block_id": f"{PROMPT_BLOCK}-{job.id}",
        "text": {"type": "plain_text", "text": clip(job.request.prompt, SHOWN_PROMPT), "emoji": False},
        "accessory": {
            "type": "button",
            "action_id": EDIT_ACTION,
            "value": job.id,
            "text": {"type": "plain_text", "text": words("button-edit", locale), "emoji": False},
        },
    }
