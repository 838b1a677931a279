"""What a person did in Slack as the input of a route."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.moderation import AuditEntry
from bot.domain.people import Person
from bot.domain.request import has_visible
from bot.interactions.inputs import Abilities, Input, Stage

from .limits import FORM_LOOKUP_SECONDS
from .render import prompt_on, words_on
from .request_context import People, RequestContext

ABILITIES = Abilities(
    hides_pictures=False, whole_forms=True, names_roles=True, links_originals=False, form_seconds=FORM_LOOKUP_SECONDS
)


@dataclass(slots=True, kw_only=True)
class SlackInput(Input):
    """`ctx` has the ways back. The person's language is known once `person` was asked."""

    ctx: RequestContext
    people: People

    async def person(self, *, fresh: bool = False) -> Person:
        person = await self.people.person(self.ctx, fresh=fresh)
        self.locale = self.channel_locale = person.locale
        return person

    def shown_prompt(self) -> str:
        shown = prompt_on(self.ctx.message)
        return shown if has_visible(shown) else ""

    def shown_text(self) -> str:
        return words_on(self.ctx.message)

    async def names_in(self, entries: Iterable[AuditEntry]) -> Callable[[str], str]:
        """Names as far as Slack tells them before a form has to be open; ids for the rest."""
        asked = asyncio.ensure_future(self.people.names(self.ctx, entries))
        await asyncio.wait({asked}, timeout=FORM_LOOKUP_SECONDS)
        if not asked.done():
            asked.cancel()
            return str
        names = asked.result()
        return lambda user: names.get(user, user)


def input_of(
    ctx: RequestContext,
    people: People,
    *,
    target: str = "",
    index: int | None = None,
    values: Mapping[str, tuple[str, ...]] | None = None,
    stage: Stage = Stage.CARD,
) -> SlackInput:
    locale = people.locale(ctx)
    return SlackInput(
        ctx=ctx,
        people=people,
        abilities=ABILITIES,
        locale=locale,
        channel_locale=locale,
        channel_id=ctx.channel_id,
        counted_channel=ctx.channel_id,
        target=target,
        index=index,
        values=values or {},
        stage=stage,
        private=ctx.channel_id.startswith("D"),
        event=ctx.event,
    )


def values_in(view: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What was filled in, by the names of the fields.

    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """
    values = (view.get("state") or {}).get("values") or {}
    return {name: _chosen(field) for name, fields in values.items() for field in fields.values()}


def _chosen(field: Mapping[str, Any]) -> tuple[str, ...]:
    options = [*(field.get("selected_options") or ()), *filter(None, [field.get("selected_option")])]
    single = (field.get(name) for name in ("value", "selected_user", "selected_conversation"))
    found = [*single, *(option.get("value") for option in options), *(field.get("selected_conversations") or ())]
    return tuple(str(one) for one in found if one)
