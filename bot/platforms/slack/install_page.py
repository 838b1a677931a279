"""How installing ended, as a page of one sentence: no script, no style, nothing from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web

from bot.grammar.language import Language, language

_WORDS: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "installed": {
            "en": "Easel is now in {name}. Type /imagine in any channel there. You can close this page.",
            "zh-CN": "Easel 已安装到 {name}。在那里的任意频道输入 /imagine 即可。这个页面可以关了。",
        },
        "refused": {
            "en": "Nothing was installed: Slack was told no.",
            "zh-CN": "没有安装：你在 Slack 里没有同意。",
        },
        "stale": {
            "en": "Nothing was installed: this page was open for too long, used before, or begun in another browser.",
            "zh-CN": "这个页面开得太久、已经用过，或者不是在这个浏览器里开始的。没有安装。",
        },
        "failed": {
            "en": "Slack did not complete it. Begin again; if that doesn't help, the log of whoever runs Easel tells.",
            "zh-CN": "Slack 没有完成安装。请重新开始；如果一直这样，运行 Easel 的人可以在日志里看到原因。",
        },
        "away": {
            "en": "Slack can't be reached just now. Begin again in a minute.",
            "zh-CN": "暂时连不上 Slack，请一分钟后重新开始。",
        },
        "again": {"en": "Begin again", "zh-CN": "重新开始"},
    }
)


def install_page(key: str, accept_language: str, *, status: int, name: str = "", again: str = "") -> web.Response:
    """`name`: of the workspace, anybody's words. `again`: the path where one begins anew; empty for no link."""
    locale = _locale(accept_language)
    said = html.escape(_WORDS[key][locale].format(name=name or "Slack"))
    link = f'<p><a href="{again}">{_WORDS["again"][locale]}</a></p>' if again else ""
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
