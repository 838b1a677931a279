from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.domain.card import Moment
from bot.platforms.web import assets
from bot.platforms.web.languages import best_locale
from bot.platforms.web.render import text_json
from tests.web.conftest import Site

STATIC = Path(assets.__file__).parent / "static"
SOURCES = sorted(STATIC.iterdir())


async def test_the_page_and_everything_on_it(page: Site) -> None:
    async with page.client.get(page.server.url) as response:
        assert response.content_type == "text/html"
        assert response.headers["Cache-Control"] == "no-cache"
        html = await response.text()
    linked = re.findall(r'(?:src|href)="(/[^"]+)"', html)
    assert len(linked) >= 5
    for path in linked:
        async with page.client.get(f"{page.server.url}{path}") as response:
            assert response.status == 200, path
            assert "immutable" in response.headers["Cache-Control"]


async def test_modules_find_one_another(page: Site) -> None:
    async with page.client.get(page.server.url) as response:
        root = re.findall(r'src="(/static/[^"]+/)app.js"', await response.text())[0]
    seen: set[str] = set()
    waiting = ["app.js"]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        async with page.client.get(f"{page.server.url}{root}{name}") as response:
            assert response.status == 200, name
            assert response.content_type == "text/javascript"
            waiting += re.findall(r'from "\./([^"]+)"', await response.text())
    assert {"composer.js", "cards.js", "lightbox.js", "edit.js", "events.js"} <= seen


async def test_the_page_speaks_the_reader_s_language(page: Site) -> None:
    for header, language in (("zh-TW,en;q=0.5", "zh-CN"), ("fr", "en"), ("", "en")):
        async with page.client.get(page.server.url, headers={"Accept-Language": header}) as response:
            assert f'<html lang="{language}">' in await response.text()


async def test_a_hostile_language_is_no_markup(page: Site) -> None:
    async with page.client.get(f'{page.server.url}/?lang="><script>') as response:
        assert "><script>" not in (await response.text()).partition("<head>")[0]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_nothing_on_the_page_is_inline_or_from_elsewhere(file: Path) -> None:
    text = file.read_text("utf-8")
    foreign = [url for url in re.findall(r"https?://[^\s\"')]+", text) if "www.w3.org" not in url]
    assert foreign == []
    assert "innerHTML" not in text
    assert "eval(" not in text
    if file.suffix == ".html":
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)


def test_both_languages_have_all_words() -> None:
    source = (STATIC / "i18n.js").read_text("utf-8")
    english, chinese = re.findall(r"\n  (?:en|\"zh-CN\"): \{\n(.*?)\n  \},", source, re.DOTALL)[:2]
    keys = [re.findall(r"^    (\w+):", words, re.MULTILINE) for words in (english, chinese)]
    assert keys[0] == keys[1]
    used = set()
    for file in SOURCES:
        text = file.read_text("utf-8")
        used |= set(re.findall(r'\bt\("(\w+)"', text)) | set(re.findall(r'data-t(?:-\w+)?="(\w+)"', text))
        used |= set(re.findall(r'\bt\(\w+ \? "(\w+)" : "\w+"\)', text))
        used |= set(re.findall(r'\bt\(\w+ \? "\w+" : "(\w+)"\)', text))
    assert used == set(keys[0])


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "en"),
        ("zh", "zh-CN"),
        ("zh-Hans-CN", "zh-CN"),
        ("en-GB,zh;q=0.9", "en"),
        ("zh;q=0.2,en;q=0.8", "en"),
        ("fr,zh;q=0.3", "zh-CN"),
        ("zh;q=nonsense", "en"),
        ("zh;q=0", "en"),
        ("*", "en"),
        ("," * 10_000, "en"),
    ],
)
def test_the_browser_s_wish_decides(header: str, locale: str) -> None:
    assert best_locale(header) == locale


async def test_moments_travel_as_times(page: Site) -> None:
    assert text_json(("ready ", Moment(page.clock.now()))) == ["ready ", {"at": "2026-01-02T03:04:05.000Z"}]


# What is written on what, and by how much it must stand out: https://www.w3.org/TR/WCAG22/#contrast-minimum
# and, for the edges of fields, https://www.w3.org/TR/WCAG22/#non-text-contrast
_WRITTEN = {
    "ink": ("ground", "surface", "raised", "sunken", "accent-soft"),
    "ink-2": ("ground", "surface", "raised", "sunken", "accent-soft"),
    "ink-3": ("ground", "surface", "raised", "sunken"),
    "accent": ("ground", "surface", "raised", "accent-soft"),
    "danger": ("ground", "surface", "raised", "danger-soft"),
    "amber": ("amber-soft", "surface"),
    "on-accent": ("accent", "accent-strong"),
}


def _luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_what_is_written_can_be_read(theme: int) -> None:
    base = (STATIC / "base.css").read_text("utf-8")
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", base)
    colours = {name: (light, dark)[theme] for name, light, dark in found}
    pairs = [(text, ground) for text, grounds in _WRITTEN.items() for ground in grounds]
    assert [pair for pair in pairs if _contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []
    assert [name for name in ("ground", "surface", "raised") if _contrast(colours["edge"], colours[name]) < 3] == []
