"""How installing ended, as a page of one sentence: no script, no style, nothing from elsewhere."""

from __future__ import annotations

import html

from aiohttp import web

from bot.cards.sentences import words
from bot.grammar.language import Language, language

from .command_names import DRAW


def install_page(
    key: str, accept_language: str, *, status: int, name: str = "", again: str = "", draw: str = DRAW
) -> web.Response:
    """`name`: of the workspace, anybody's words. `again`: the path where one begins anew; empty for no link.

    `draw`: what the command is called.
    """
    locale = _locale(accept_language)
    said = html.escape(words(f"install-{key}", locale, name=name or "Slack").replace(DRAW, draw))
    link = f'<p><a href="{again}">{words("install-again", locale)}</a></p>' if again else ""
    text = (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f"<title>Easel</title></head><body><main><h1>Easel</h1><p>{said}</p>{link}</main></body></html>\n"
    )
    return web.Response(status=status, text=text, content_type="text/html", headers={"Vary": "Accept-Language"})


def _locale(accept_language: str) -> Language:
    """Browsers name the languages of their reader in order: the first that is one of ours."""
    tags = (part.partition(";")[0].strip().lower() for part in accept_language[:500].split(","))
    return language(next((tag for tag in tags if tag.split("-")[0] in {"en", "zh"}), "en"))
