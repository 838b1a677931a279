from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from bot.cards import sentences as loading
from bot.cards.sentences import codes
from bot.domain.card import Moment
from bot.platforms.web import assets
from bot.platforms.web.languages import best_locale
from bot.platforms.web.render import text_json
from tests.web.conftest import Site

STATIC = Path(assets.__file__).parent / "static"
ROOT = STATIC.parents[3]
SOURCES = sorted(file for file in STATIC.iterdir() if file.is_file())


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
    if file.name == "share.html":  # one request more than its pictures would be one too many: its policy has the sum
        text = re.sub("<style>.*</style>", "", text, count=1, flags=re.DOTALL)
    if file.suffix == ".html":
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)


def test_every_word_of_the_page_is_served_to_it() -> None:
    used: set[str] = set()
    for file in SOURCES:
        text = file.read_text("utf-8")
        used |= set(re.findall(r'\bt\((?:\w+ \? "[\w-]+" : )?"([\w-]+)"', text))
        used |= set(re.findall(r'\bt\(\w+ \? "([\w-]+)"', text)) | set(re.findall(r'\bid: "(page-[\w-]+)"', text))
        used |= set(re.findall(r'data-t(?:-\w+)?="([\w-]+)"', text))
    used |= set(re.findall(r', "(page-[\w-]+)"\)', Path(assets.__file__).read_text("utf-8")))
    served = {*codes("page"), *codes("shared")}
    assert len(used) > 100
    assert used - served == set()
    assert served - used == set()


def test_what_a_language_lacks_is_served_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"en": "page-a = One\npage-b = Two { $n }\n", "zh-CN": "page-a = 一\n"}
    monkeypatch.setattr(loading, "source", lambda tongue, _name: files[tongue])
    served = loading.complete_source("zh-CN", ["page"])
    assert "page-a = 一" in served
    assert "One" not in served
    assert "page-b = Two { $n }" in served


async def test_the_words_come_with_the_page_and_stay(page: Site) -> None:
    async with page.client.get(page.server.url) as response:
        html = await response.text()
    root = re.findall(r'src="(/static/[^"]+/)language.js"', html)[0]
    for locale, said in (("en", "page-welcome = "), ("zh-CN", "想画点什么")):
        async with page.client.get(f"{page.server.url}{root}{locale}.ftl") as response:
            assert "immutable" in response.headers["Cache-Control"]
            assert said in await response.text()
    async with page.client.get(f"{page.server.url}{root}../en.ftl") as response:
        assert response.status == 404


def test_no_text_of_the_page_is_there_before_its_language() -> None:
    """What stood in the document in English would be seen by others for a moment."""
    html = (STATIC / "index.html").read_text("utf-8")
    body = re.sub(r"<svg.*?</svg>", "", html.partition("<body>")[2], flags=re.DOTALL)
    assert set(re.findall(r">\s*([^<>\s][^<>]*)<", body)) == {
        "Easel",
        "{no-script}",
        "{sandbox-words}",
        "{other-language}",
    }


async def test_the_word_of_the_sandbox_is_in_the_first_answer_in_every_language(page: Site) -> None:
    """What came later would push the whole page down."""
    async with page.client.get(page.server.url) as response:
        html = await response.text()
    notice = re.findall(r'<p id="sandbox"(.*?)</p>', html, flags=re.DOTALL)[0]
    assert "hidden" in notice.partition(">")[0]  # the model of these tests is no sandbox
    assert (
        '<span lang="en" data-said>Pictures come from a sandbox, not from Seedream. For real ones <code>.env</code>'
        in notice
    )
    assert '<span lang="zh-CN" data-said>图片来自沙盒' in notice


def test_the_vendored_module_is_what_its_sum_says() -> None:
    recipe = (ROOT / "ops/vendor_fluent.py").read_text("utf-8")
    module = (STATIC / "vendor/fluent-bundle.js").read_bytes()
    assert f'MODULE = "{hashlib.sha256(module).hexdigest()}"' in recipe
    assert "Apache License" in (STATIC / "vendor/fluent-bundle.LICENSE.txt").read_text("utf-8")


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
