"""The page itself: one HTML file and what hangs on it, read once, under an address that changes with its content."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from aiohttp import web

from .answers import Problem, locale_of

_TYPES: Mapping[str, str] = MappingProxyType(
    {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "webmanifest": "application/manifest+json"}
)


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    content_type: str


class Assets:
    """`GET /` and `GET /static/<version>/<name>`.

    Modules import one another by relative paths, so one version is enough for all: a hash over every file.
    """

    def __init__(self, page: str, assets: Mapping[str, Asset], version: str) -> None:
        self._page = page
        self._assets = assets
        self._version = version

    @classmethod
    def read(cls) -> Assets:
        """Read the files of the package; slow, for a thread."""
        assets: dict[str, Asset] = {}
        page = ""
        digest = hashlib.sha256()
        for file in sorted(files(__package__).joinpath("static").iterdir(), key=lambda entry: entry.name):
            if file.name == "index.html":
                page = file.read_text("utf-8")
                continue
            content_type = _TYPES.get(file.name.rpartition(".")[2])
            if content_type is None:
                continue
            body = file.read_bytes()
            assets[file.name] = Asset(body, content_type)
            digest.update(f"{file.name}\0{len(body)}\0".encode() + body)
        return cls(page, assets, digest.hexdigest()[:16])

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/", self.page), web.get("/static/{version}/{name}", self.static)]

    async def page(self, request: web.Request) -> web.Response:
        """The same page for everybody: it holds nothing until its scripts have asked for it."""
        page = self._page.replace("{static}", f"/static/{self._version}").replace(
            "{lang}", html.escape(locale_of(request))
        )
        return web.Response(
            text=page, content_type="text/html", headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"}
        )

    async def static(self, request: web.Request) -> web.Response:
        asset = self._assets.get(request.match_info["name"])
        if asset is None or request.match_info["version"] != self._version:
            raise Problem(404, "not-found")
        return web.Response(
            body=asset.body,
            content_type=asset.content_type,
            charset="utf-8",
            headers={"Cache-Control": "public, max-age=31536000, immutable"},
        )
