"""`/easel usage`: whose, over which days and by what, in words as people type them; with a chart, and as a table.

A message that one person alone sees can hold no file, so the chart stands in the conversation between them and us.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from bot.actions.account import Account
from bot.cards.usage_card import Chart, usage_card, usage_chart
from bot.domain.card import Card, CardPicture, Tone
from bot.domain.errors import PlatformError
from bot.domain.people import Person
from bot.domain.ports import UsageGroup, UsageRow
from bot.domain.usage import UsagePeriod, UsageScope, UsageView

from .asking import Asking
from .boundary import Boundary
from .charts import Charts
from .limits import ARCHIVE_BYTES
from .showing import Showing
from .wire import Place, Wire
from .words import word
from .workspaces import Workspace

_SCOPES: Mapping[str, UsageScope] = MappingProxyType(
    {
        **dict.fromkeys(("mine", "me", "我的"), UsageScope.MINE),
        **dict.fromkeys(("channel", "here", "频道"), UsageScope.CHANNEL),
        **dict.fromkeys(("workspace", "everybody", "大家"), UsageScope.COMMUNITY),
    }
)
_PERIODS: Mapping[str, UsagePeriod] = MappingProxyType(
    {
        **{period.value: period for period in UsagePeriod},
        "今天": UsagePeriod.TODAY,
        "本周": UsagePeriod.WEEK,
        "本月": UsagePeriod.MONTH,
        "今年": UsagePeriod.YEAR,
    }
)
_GROUPS: Mapping[str, UsageGroup] = MappingProxyType(
    {
        **{f"by-{group.value}": group for group in UsageGroup},
        "按人": UsageGroup.PERSON,
        "按频道": UsageGroup.CHANNEL,
        "按角色": UsageGroup.ROLE,
        "按天": UsageGroup.DAY,
        "按月": UsageGroup.MONTH,
    }
)
_TABLE = "csv"
_NAME = "easel-usage.csv"
_NAMED = 20  # channels whose names are asked for


@dataclasses.dataclass(slots=True, kw_only=True)
class Wanted:
    scope: UsageScope = UsageScope.MINE
    period: UsagePeriod = UsagePeriod.MONTH
    group: UsageGroup | None = None
    table: bool = False


def wanted(text: str) -> Wanted | None:
    """`workspace by person week csv`; None where a word is none of ours."""
    found = Wanted()
    for said in text.lower().replace("by ", "by-").split():
        if said in _SCOPES:
            found.scope = _SCOPES[said]
        elif said in _PERIODS:
            found.period = _PERIODS[said]
        elif said in _GROUPS:
            found.group = _GROUPS[said]
        elif said == _TABLE:
            found.table = True
        else:
            return None
    return found


class UsageAnswer:
    """Called within the boundary; who may see whose is the action's to say."""

    def __init__(self, *, account: Account, wire: Wire, boundary: Boundary, charts: Charts, showing: Showing) -> None:
        self._account = account
        self._wire = wire
        self._boundary = boundary
        self._charts = charts
        self._showing = showing

    async def answer(self, asking: Asking, person: Person, text: str) -> None:
        asked = wanted(text)
        if asked is None:
            help_card = Card(tone=Tone.REFUSED, status=(word("usage-help", person.locale),))
            await self._boundary.say(asking, help_card)
            return
        view = await self._account.usage(
            person, scope=asked.scope, group=asked.group, period=asked.period, channel_id=asking.channel_id
        )
        view = await self._named(asking.workspace, view)
        card, chart = usage_card(view, person.locale), usage_chart(view, person.locale)
        if asked.table:
            said = word(await self._hand_table(asking, person, asked), person.locale)
            card = dataclasses.replace(card, notes=(*card.notes, (said,)))
        talk = await self._showing.talk(asking)
        if talk is not None and talk.channel_id == asking.channel_id:
            if not await self._show(asking, card, chart, talk):
                await self._boundary.say(asking, card)
            return
        await self._boundary.say(asking, card)  # the numbers at once: a file takes seconds until it can be shown
        if talk is not None and await self._show(asking, card, chart, talk):
            await self._boundary.say(asking, Card(tone=Tone.DONE, status=(word("usage-chart", person.locale),)))

    async def _show(self, asking: Asking, card: Card, chart: Chart, talk: Place) -> bool:
        """Whether the chart could be shown; the words hold without it."""
        file_id = await self._charts.upload(asking.workspace, chart)
        if file_id is None:
            return False
        picture = CardPicture(key="", alt=chart.alt, width=0, height=0, media_type="image/png")
        shown = await self._showing.post(asking, dataclasses.replace(card, pictures=(picture,)), (file_id,), talk)
        if not shown:
            with contextlib.suppress(PlatformError):  # nobody sees it
                await self._wire.delete_file(asking.workspace, file_id)
        return shown

    async def _hand_table(self, asking: Asking, person: Person, asked: Wanted) -> str:
        """Every entry, in the conversation between them and us; the word that says so, or why not."""
        chunks = await self._account.csv(person, scope=asked.scope, period=asked.period, channel_id=asking.channel_id)
        data = bytearray()
        async for chunk in chunks:
            data += chunk
            if len(data) > ARCHIVE_BYTES:
                return "usage-too-large"
        talk = await self._wire.open_dm(asking.workspace, asking.user_id)
        await self._wire.hand_over(talk, _NAME, bytes(data), word("usage-table", person.locale))
        return "shown-privately"

    async def _named(self, workspace: Workspace, view: UsageView) -> UsageView:
        """The ledger knows channels by their ids."""
        if view.group is not UsageGroup.CHANNEL:
            return view
        named = [await self._name(workspace, row) for row in view.rows[:_NAMED]]
        return dataclasses.replace(view, rows=(*named, *view.rows[_NAMED:]))

    async def _name(self, workspace: Workspace, row: UsageRow) -> UsageRow:
        try:
            answer = await self._wire.call(workspace, lambda client: client.conversations_info(channel=row.key))
        except PlatformError:
            return row
        name = (answer.get("channel") or {}).get("name")
        return dataclasses.replace(row, name=f"#{name}") if name else row
