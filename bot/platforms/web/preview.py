"""What a text would draw, while it is being typed: its options, its price, and what is probably meant otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.actions import Actions
from bot.cards.job_card import hint_sentence
from bot.cards.refusal_card import refusal_sentence
from bot.domain.defaults import OPTION_NAMES
from bot.domain.errors import BadOption, Refused
from bot.domain.people import Person
from bot.domain.request import ImageRequest
from bot.grammar.hints import hints
from bot.grammar.matrix import combinations
from bot.grammar.options import NO_STYLE
from bot.grammar.parse import option_words

from .answers import Problem
from .command_table import split_command
from .render import plain
from .requests import json_body
from .visitors import Visitor, Visitors

_ANYTHING = "a picture"  # what stands for an empty box: its options are those that hold where nothing is said


class Preview:
    def __init__(self, *, actions: Actions, visitors: Visitors) -> None:
        self._actions = actions
        self._visitors = visitors

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/preview", self.preview)]

    async def preview(self, request: web.Request) -> web.Response:
        """`{"text"}` → `options` by name (`value`, the `word` that says it, what holds `otherwise`), `cost` and `told`.

        Nothing is ordered, counted or kept. `cost` is null where nothing would be drawn.
        """
        visitor = self._visitors.identify(request)
        text = (await json_body(request)).get("text")
        if not isinstance(text, str):
            raise Problem(400, "bad-request")
        name, rest = split_command(text.strip())
        return web.json_response(await self._read(rest, visitor) if name == "/imagine" else {})

    async def _read(self, text: str, visitor: Visitor) -> dict[str, Any]:
        person, locale = visitor.person, visitor.person.locale
        otherwise = await self._actions.imagine.read(_ANYTHING, author=person)
        if not text:
            return {"options": _options(otherwise, otherwise, {}), "cost": None, "told": []}
        try:
            asked = await self._actions.imagine.read(text, author=person)
            jobs = len(combinations(asked))
        except Refused as refused:
            would = otherwise if refused.repair is None else refused.repair.request
            told = [] if refused.code in {"prompt-empty", "not-a-request"} else [_said(refused, locale)]
            words = option_words(text) if isinstance(refused, BadOption) else {}
            return {"options": _options(would, otherwise, words), "cost": None, "told": told}
        told = [plain(hint_sentence(hint, locale)) for hint in hints(asked.prompt)]
        cost = await self._cost(asked, jobs, person, visitor.destination.channel_id)
        return {"options": _options(asked, otherwise, option_words(text)), "cost": cost, "told": told}

    async def _cost(self, asked: ImageRequest, jobs: int, person: Person, channel_id: str) -> dict[str, int | None]:
        price = await self._actions.variants.price(asked, person=person, channel_id=channel_id)
        return {"jobs": jobs, "pictures": jobs * asked.n, "points": jobs * price.points, "left": price.left}


def _options(asked: ImageRequest, otherwise: ImageRequest, words: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {
        name: {"value": _value(asked, name), "word": words.get(name, ""), "otherwise": _value(otherwise, name)}
        for name in OPTION_NAMES
    }


def _value(request: ImageRequest, name: str) -> str | int:
    value: str | int | None = getattr(request, name)
    return NO_STYLE if value is None else value


def _said(refused: Refused, locale: str) -> str:
    return plain(refusal_sentence(refused, locale))
