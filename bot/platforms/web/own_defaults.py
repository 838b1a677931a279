"""A person's own defaults: the fields of their form, and what it leads to."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.actions import Actions
from bot.cards.defaults_form import default_fields
from bot.cards.notice import notice
from bot.cards.refusal_card import refusal_sentence
from bot.domain.card import Card, Tone
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.grammar.options import OPTIONS

from .answers import Problem
from .render import card_json, plain
from .requests import json_body
from .visitors import Visitors

_NAMES = frozenset(option.name for option in OPTIONS)


class OwnDefaults:
    def __init__(self, *, actions: Actions, visitors: Visitors) -> None:
        self._defaults = actions.defaults
        self._settings = actions.settings
        self._visitors = visitors

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/defaults", self._get), web.post("/api/defaults", self._change)]

    async def form(self, person: Person) -> dict[str, Any]:
        """`fields`: each with `name`, `label`, `value` ("-" for none of one's own) and `choices`."""
        own, styles = await self._defaults.read(person), tuple(await self._settings.styles(person))
        return {
            "fields": [
                {
                    "name": field.name,
                    "label": field.label,
                    "value": field.chosen,
                    "choices": [{"value": value, "label": label} for value, label in field.choices],
                }
                for field in default_fields(own, styles, person.locale)
            ]
        }

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(await self.form(self._visitors.identify(request).person))

    async def _change(self, request: web.Request) -> web.Response:
        """`{"changes": {"ratio": "16:9", "n": "-"}}`: all or nothing; the answer to a wrong value names its field."""
        person = self._visitors.identify(request).person
        changes = (await json_body(request)).get("changes")
        if (
            not isinstance(changes, dict)
            or not set(changes) <= _NAMES
            or not all(isinstance(value, str) for value in changes.values())
        ):
            raise Problem(400, "bad-request")
        try:
            await self._defaults.change(person, changes)
        except Refused as refused:
            said = plain(refusal_sentence(refused, person.locale))
            field = str(refused.values.get("setting", "")).removeprefix("default_")
            return web.json_response(
                {"error": {"code": refused.code, "message": said, "hint": "", "field": field}}, status=400
            )
        return web.json_response(
            {"card": card_json(Card(tone=Tone.DONE, status=notice("defaults-saved", person.locale)))}
        )
