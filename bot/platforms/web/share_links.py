"""Share links: how people make and end theirs, and what they show to whoever has one.

The address is signed, so a guess costs no look at the database. A link that has ended, was taken back or never was, and
one whose result is deleted or reported, are answered alike. What is shown needs no script, no cookie and nothing else
of the page.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from aiohttp import web
from babel.dates import format_datetime

from bot.actions.share_links import ShareLinks
from bot.cards.sentences import words
from bot.domain.media import SUFFIXES
from bot.domain.ports import Clock
from bot.domain.share_link import SharedResult, ShareLink
from bot.domain.text_direction import without_direction_controls
from bot.grammar.language import language

from .answers import Problem, locale_of
from .guard import POLICY
from .guesses import WrongGuesses
from .pictures import PagePictures, read_picture
from .platform import HIDDEN
from .render import iso, picture_url
from .requests import json_body
from .signing import Signer
from .visitors import Visitors

_PLACE = re.compile(r"\{([a-z]+)\}")
_STYLE = re.compile("<style>(.*)</style>", re.DOTALL)
_UNSEEN = {"X-Robots-Tag": "noindex, nofollow, noarchive"}


class ShareLinkRoutes:
    def __init__(
        self,
        *,
        links: ShareLinks,
        pictures: PagePictures,
        visitors: Visitors,
        signer: Signer,
        clock: Clock,
        public_url: str | None,
    ) -> None:
        self._links = links
        self._pictures = pictures
        self._visitors = visitors
        self._signer = signer
        self._public_url = (public_url or "").rstrip("/")
        # Apart from those of signing in, which codes have to wait for.
        self._guesses = WrongGuesses(clock)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/share-links", self.own),
            web.post("/api/jobs/{id}/share-links", self.make),
            web.delete("/api/share-links/{link}", self.end),
            web.get("/share/{token}", self.page),
            web.get("/share/{token}/{index:[1-9]}", self.picture),
        ]

    async def own(self, request: web.Request) -> web.Response:
        """The reader's own that have not ended, the newest first; `days` are those that a new one may last."""
        links = await self._links.own(self._visitors.identify(request).person)
        return web.json_response({"days": list(self._links.days), "links": [self._json(link) for link in links]})

    async def make(self, request: web.Request) -> web.Response:
        """`{"days", "prompt"?}`: to a result of one's own."""
        person = self._visitors.identify(request).person
        body = await json_body(request)
        days, prompt = body.get("days"), body.get("prompt", False)
        if type(days) is not int or not isinstance(prompt, bool):
            raise Problem(400, "bad-request")
        link = await self._links.make(request.match_info["id"], person, days=days, prompt=prompt)
        return web.json_response({"link": self._json(link)}, status=201)

    async def end(self, request: web.Request) -> web.Response:
        await self._links.end(request.match_info["link"], self._visitors.identify(request).person)
        return web.Response(status=204)

    async def page(self, request: web.Request) -> web.Response:
        locale = locale_of(request)
        found = await self._found(request)
        if isinstance(found, Problem):
            title, text = words(f"share-{found.code}", locale), words(f"share-{found.code}-hint", locale)
            body = f"<p class=said>{html.escape(text)}</p>"
            return await _page(locale, title, body, status=found.status, headers=found.headers)
        body = _shown(found, request.match_info["token"], locale)
        foot = words("share-foot", locale, end=_day(found.link.ends_at, locale))
        return await _page(locale, words("share-title", locale, n=len(found.job.pictures)), body, foot=foot)

    async def picture(self, request: web.Request) -> web.Response:
        found, index = await self._found(request), int(request.match_info["index"])
        if isinstance(found, Problem):
            raise found
        data, media_type = await read_picture(self._pictures, found.job, index)
        name = f'inline; filename="easel-{index}.{SUFFIXES[media_type]}"'
        return web.Response(body=data, content_type=media_type, headers={**_UNSEEN, "Content-Disposition": name})

    async def _found(self, request: web.Request) -> SharedResult | Problem:
        """One answer for everything that shows nothing: 404, or 429 where this client has tried often."""
        link_id = self._signer.shared(request.match_info["token"])
        found = None if link_id is None else await self._links.shown(link_id)
        if found is not None:
            return found
        refusal = self._guesses.wrong(self._visitors.proxies.client(request), "not-found")
        return refusal if refusal.status == web.HTTPTooManyRequests.status_code else Problem(404, "not-found")

    def _json(self, link: ShareLink) -> dict[str, Any]:
        return {
            "id": link.id,
            "job": link.job_id,
            "url": f"{self._public_url}/share/{self._signer.share_token(link.id)}",
            "thumb": f"{picture_url(link.job_id, 1)}?size=thumb",
            "prompt": link.prompt,
            "created_at": iso(link.created_at),
            "ends_at": iso(link.ends_at),
        }


def _shown(found: SharedResult, token: str, locale: str) -> str:
    """The pictures, as elements; those that their author has hidden behind a word."""
    job = found.job
    count = len(job.pictures)
    pictures = "".join(
        f'<a href="/share/{token}/{index}"><img src="/share/{token}/{index}" width="{picture.width}"'
        f' height="{picture.height}" loading="lazy" alt="{_alt(index, count, locale)}"></a>'
        for index, picture in enumerate(job.pictures, 1)
    )
    figure = f'<figure class="{"one" if count == 1 else "several"}">{pictures}</figure>'
    if HIDDEN in job.destination.details:
        figure = f"<details><summary>{html.escape(words('share-veiled', locale))}</summary>{figure}</details>"
    if not found.link.prompt:
        return figure
    return f'{figure}<p class="prompt" dir="auto">{html.escape(without_direction_controls(job.request.prompt))}</p>'


def _alt(index: int, count: int, locale: str) -> str:
    """Not the words that it was asked with."""
    return html.escape(words("share-alt", locale, index=index, count=count))


def _day(moment: datetime, locale: str) -> str:
    return f"{format_datetime(moment, 'd MMMM y, HH:mm', locale=language(locale).replace('-', '_'))} UTC"


async def _page(
    locale: str, title: str, body: str, *, foot: str = "", status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    template, style = await asyncio.to_thread(_template)
    values = {"lang": language(locale), "title": html.escape(title), "body": body, "foot": html.escape(foot)}
    text = _PLACE.sub(lambda place: values[place[1]], template)
    policy = (
        f"default-src 'none'; img-src 'self'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
    more = {**_UNSEEN, POLICY: policy, "Vary": "Accept-Language", **(headers or {})}
    answer = web.Response(text=text, content_type="text/html", status=status, headers=more)
    if more.get("Connection") == "close":  # the header alone leaves our end open
        answer.force_close()
    return answer


@cache
def _template() -> tuple[str, str]:
    """The page with its places, and what its style is known by to a browser."""
    template = files(__package__).joinpath("static", "share.html").read_text("utf-8")
    style = _STYLE.search(template)
    assert style is not None  # noqa: S101 - our own file
    return template, base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
