"""The studio: what whoever manages the page decides, looks at and takes back. Every action asks by itself who may."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from aiohttp import web

from bot.actions import Actions
from bot.actions.moderate import PAGE, Done
from bot.actions.permissions import require_manager, require_moderator
from bot.cards.audit_card import audit_line, undo_buttons
from bot.cards.moderation_card import appeal_card, budget_card, report_card
from bot.cards.refusal_card import refusal_sentence
from bot.cards.sentences import sentence
from bot.domain.card import Card
from bot.domain.community_fields import LONGEST_STYLE
from bot.domain.errors import NotAllowed, Refused
from bot.domain.moderation import AuditEntry, Block
from bot.domain.people import Person
from bot.domain.ports import SignIns, UsageGroup
from bot.domain.usage import Allowance, UsagePeriod, UsageScope

from .answers import Problem
from .lookups import usage_json
from .messages import Messages
from .names import Names, called, entry_for, report_for
from .render import card_json, plain, text_json
from .requests import json_body, text_in
from .sandbox_faults import SandboxDeed, SandboxFaults
from .studio_fields import budget_warning, fields_json, fits_as_style, write_styles
from .studio_people import act_on, block_json
from .visitors import Visitors


class Studio:
    def __init__(
        self,
        *,
        actions: Actions,
        messages: Messages,
        visitors: Visitors,
        sign_ins: SignIns,
        faults: SandboxFaults | None,
    ) -> None:
        self._actions = actions
        self._faults = faults
        self._sign_ins = sign_ins
        self._messages = messages
        self._visitors = visitors

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/studio", self.overview),
            web.get("/api/studio/audit", self.audit),
            web.post("/api/studio/settings", self.change),
            web.post("/api/studio/pause", self.pause),
            web.post("/api/studio/words", self.words),
            web.post("/api/studio/styles", self.styles),
            web.post("/api/studio/people", self.people),
            web.post("/api/studio/sandbox", self.sandbox),
            web.post("/api/studio/undo/{entry}", self.undo),
            web.post("/api/studio/reports/{job}/{deed:remove|lock|word}", self.act),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """Everything the panel shows at first."""
        person = self._manager(request)
        actions = self._actions
        community = await actions.settings.read(person)
        usage = await actions.account.usage(
            person, scope=UsageScope.COMMUNITY, group=UsageGroup.PERSON, period=UsagePeriod.MONTH
        )
        reports = await actions.reports.recent(person)
        blocks = await actions.people.blocked(person)
        names = await Names.load(self._sign_ins)
        return web.json_response(
            {
                "now": self._messages.now(),
                "paused": community.paused,
                "fields": fields_json(community, actions.limits, person.locale),
                "words": [{"word": each.word, "whole": each.whole} for each in community.blocked_words],
                "usage": usage_json(usage, person.locale),
                "month": None if usage.month is None else {"taken": usage.month.taken, "limit": usage.month.limit},
                "reports": [card_json(report_card(report_for(view, person.locale), person.locale)) for view in reports],
                "notes": [card_json(card) for card in await self._notes(person, usage.month)],
                "styles": [{"name": name, "words": words} for name, words in community.styles.items()],
                "blocked": [block_json(block, names, person.locale) for block in blocks],
                "people": await self._known(person, blocks, names),
                "audit": await self._trail(person),
                "sandbox": None if self._faults is None else self._faults.state(),
            }
        )

    async def audit(self, request: web.Request) -> web.Response:
        """`?before=<id>` continues a page."""
        person = self._manager(request)
        before = request.query.get("before", "")
        return web.json_response(
            {"now": self._messages.now(), "audit": await self._trail(person, _entry(before) if before else None)}
        )

    async def change(self, request: web.Request) -> web.Response:
        """`{"changes": {"user_daily": "20", …}}`: all or nothing; the answer to a wrong value names its field."""
        person = self._manager(request)
        changes = _typed((await json_body(request)).get("changes"))
        try:
            entry = await self._actions.settings.change(person, changes)
        except Refused as refused:
            said = plain(refusal_sentence(refused, person.locale))
            error = {"code": refused.code, "message": said, "hint": "", "field": refused.values.get("setting", "")}
            return web.json_response({"error": error}, status=400)
        return await self._done(entry, person)

    async def pause(self, request: web.Request) -> web.Response:
        """`{"paused": true}` or false."""
        person = self._manager(request)
        paused = (await json_body(request)).get("paused")
        if not isinstance(paused, bool):
            raise Problem(400, "bad-request")
        return await self._done(await self._actions.settings.pause(person, paused=paused), person)

    async def words(self, request: web.Request) -> web.Response:
        """`{"word", "whole"?, "blocked"}`: block a word, or allow it again."""
        person = self._manager(request)
        body = await json_body(request)
        word = text_in(body, "word")
        if body.get("blocked") is False:
            return await self._done(await self._actions.settings.remove_word(person, word), person)
        entry = await self._actions.settings.add_word(person, word, whole=body.get("whole") is not False)
        return await self._done(entry, person)

    async def styles(self, request: web.Request) -> web.Response:
        """`{"name", "words"}`: add a style of the page's own or change its words; without words it goes."""
        person = self._manager(request)
        body = await json_body(request)
        name, words = text_in(body, "name").lower(), body.get("words", "")
        if not isinstance(words, str):
            raise Problem(400, "bad-request")
        styles = {**await self._actions.settings.styles(person)}
        if said := " ".join(words.split()):
            if not fits_as_style(name, said):
                raise Problem(400, "style-unfit", word=name[:40], most=str(LONGEST_STYLE))
            styles[name] = said
        elif styles.pop(name, None) is None:
            raise Problem(400, "style-gone", word=name[:40])
        entry = await self._actions.settings.change(person, {"styles": write_styles(styles)})
        return await self._done(entry, person)

    async def people(self, request: web.Request) -> web.Response:
        """`{"person", "deed", "reason"?}`, the deed one of DEEDS."""
        by = self._manager(request)
        body = await json_body(request)
        return await self._done(await act_on(self._actions, by, body), by)

    async def sandbox(self, request: web.Request) -> web.Response:
        """`{"deed"}`, one of SandboxDeed, where the sandbox draws; the answer is what it does wrong by now."""
        self._manager(request)
        deed = (await json_body(request)).get("deed")
        if self._faults is None or deed not in set(SandboxDeed):
            raise Problem(400, "bad-request")
        self._faults.do(SandboxDeed(deed))
        return web.json_response({"now": self._messages.now(), "sandbox": self._faults.state()})

    async def undo(self, request: web.Request) -> web.Response:
        person = self._manager(request)
        await json_body(request)
        done = await self._actions.moderate.undo(_entry(request.match_info["entry"]), person)
        return await self._moderated(done, person)

    async def act(self, request: web.Request) -> web.Response:
        """What a report asks for; `{"word"}` for the deed `word`."""
        person = self._manager(request)
        body = await json_body(request)
        job_id, moderate = request.match_info["job"], self._actions.moderate
        match request.match_info["deed"]:
            case "remove":
                done = await moderate.remove(job_id, person)
            case "lock":
                done = await moderate.lock_author(job_id, person)
            case _:
                done = await moderate.block_word(job_id, text_in(body, "word"), person)
        return await self._moderated(done, person)

    def _manager(self, request: web.Request) -> Person:
        person = self._visitors.identify(request).person
        require_moderator(person)
        require_manager(person)
        return person

    async def _notes(self, person: Person, month: Allowance | None) -> list[Card]:
        """What moderators are told in addition to reports: a month nearly used, and words called harmless."""
        appeals = await self._actions.why.appeals(person)
        named = [dataclasses.replace(view, name=called(view.name, person.locale)) for view in appeals]
        warning = None if month is None else budget_warning(month)
        budget = [] if warning is None else [budget_card(warning, person.locale)]
        return [*budget, *(appeal_card(view, person.locale) for view in named)]

    async def _known(self, person: Person, blocks: Sequence[Block], names: Names) -> list[dict[str, str]]:
        """Whom the form offers: everybody of the last twelve months, and who is blocked, but the reader."""
        year = await self._actions.account.usage(
            person, scope=UsageScope.COMMUNITY, group=UsageGroup.PERSON, period=UsagePeriod.YEAR
        )
        ids = dict.fromkeys([*(row.key for row in year.rows), *(block.user_id for block in blocks)])
        return [
            {"id": user_id, "name": names.name(user_id, person.locale)} for user_id in ids if user_id != person.user_id
        ]

    async def _trail(self, person: Person, before: int | None = None) -> list[dict[str, Any]]:
        entries = await self._actions.moderate.trail(person, before=before, count=PAGE)
        names = await Names.load(self._sign_ins)
        return [_audit_json(entry, names, person.locale) for entry in entries]

    async def _moderated(self, done: Done, person: Person) -> web.Response:
        said = sentence("left-over", person.locale) if done.left_over else ()
        return await self._done(done.entry, person, {"said": text_json(said)})

    async def _done(
        self, entry: AuditEntry | None, person: Person, more: Mapping[str, Any] | None = None
    ) -> web.Response:
        """What was written to the trail, for an Undo right there; null where nothing had to be done."""
        names = await Names.load(self._sign_ins)
        told = None if entry is None else _audit_json(entry, names, person.locale)
        return web.json_response({"now": self._messages.now(), "done": told, **(more or {})})


def _audit_json(entry: AuditEntry, names: Names, locale: str) -> dict[str, Any]:
    undo = undo_buttons([entry], locale)
    return {
        "id": entry.id,
        "text": text_json(audit_line(entry_for(entry, locale), locale, person_name=partial(names.name, locale=locale))),
        "undo": undo[0].label if undo else None,
        "undone": entry.undone_at is not None,
    }


def _typed(changes: Any) -> dict[str, str]:
    """Fields as text; a program may send a number as one. A Problem for what no field takes."""
    if not isinstance(changes, dict) or not all(isinstance(value, str | int | float) for value in changes.values()):
        raise Problem(400, "bad-request")
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in changes.items()}


def _entry(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):  # noqa: PLR2004 - 64 bits
        raise NotAllowed("nothing-to-undo")
    return int(text)
