"""The page itself: one HTML file and what hangs on it, read once, under an address that changes with its content."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from aiohttp import web

from bot.cards.sentences import complete_source, words
from bot.grammar.language import LANGUAGES

from .answers import Problem, locale_of

# What the page's own words are in; the rest of what it shows comes from the server.
_WORDS = ("page", "shared")
# These run before the first paint; all others are modules, asked for at once rather than each by its importer.
_CLASSIC = frozenset({"theme.js", "language.js"})
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "js": "text/javascript",
        "css": "text/css",
        "svg": "image/svg+xml",
        "webmanifest": "application/manifest+json",
        "webp": "image/webp",
    }
)


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    content_type: str


class Assets:
    """`GET /` and `GET /static/<version>/<name>`.

    Modules import one another by relative paths, so one version is enough for all: a hash over every file.
    """

    def __init__(self, page: str, assets: Mapping[str, Asset], version: str, sandbox: Callable[[], bool]) -> None:
        self._page = page
        self._assets = assets
        self._version = version
        self._sandbox = sandbox

    @classmethod
    def read(cls, sandbox: Callable[[], bool]) -> Assets:
        """Read the files of the package; slow, for a thread. `sandbox()` says whether pictures come from one."""
        assets: dict[str, Asset] = {}
        digest = hashlib.sha256()
        static = files(__package__).joinpath("static")
        page = static.joinpath("index.html").read_text("utf-8")
        for folder in ("", "vendor/", "styles/"):
            for file in static.joinpath(folder).iterdir():
                content_type = _TYPES.get(file.name.rpartition(".")[2])
                if content_type is not None:
                    assets[f"{folder}{file.name}"] = Asset(file.read_bytes(), content_type)
        for language in LANGUAGES:
            assets[f"{language}.ftl"] = Asset(complete_source(language, _WORDS).encode(), "text/plain")
        for name, asset in sorted(assets.items()):
            digest.update(f"{name}\0{len(asset.body)}\0".encode() + asset.body)
        modules = (name for name in sorted(assets) if name.endswith(".js") and name not in _CLASSIC)
        links = (f'<link rel="modulepreload" href="{{static}}/{name}">' for name in modules)
        page = page.replace("{modules}", "\n".join(links))
        for name, sentence in (("sandbox-words", "page-sandbox"), ("other-language", "page-other-language")):
            page = page.replace(f"{{{name}}}", _in_every_language(sentence))
        return cls(page, assets, digest.hexdigest()[:16], sandbox)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/", self.page), web.get("/static/{version}/{name:.+}", self.static)]

    async def page(self, request: web.Request) -> web.Response:
        """The same page for everybody: it holds nothing until its scripts have asked for it.

        But for the few words that would push others aside if they came later.
        """
        locale = locale_of(request)
        values = {
            "static": f"/static/{self._version}",
            "lang": locale,
            "no-script": words("page-no-script", locale),
            "sandbox": "" if self._sandbox() else "hidden",
        }
        page = self._page
        for name, value in values.items():
            page = page.replace(f"{{{name}}}", html.escape(value))
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
            charset=None if asset.content_type == "image/webp" else "utf-8",
            headers={"Cache-Control": "public, max-age=31536000, immutable"},
        )


def _in_every_language(sentence: str) -> str:
    """The style sheet shows the reader's, which may be another than the browser asks for.

    As HTML, where what stands in <angles> is to be typed.
    """
    said = {language: html.escape(words(sentence, language)) for language in LANGUAGES}
    spans = (f'<span lang="{language}" data-said>{text}</span>' for language, text in said.items())
    return re.sub("&lt;(.+?)&gt;", r"<code>\1</code>", "".join(spans))
