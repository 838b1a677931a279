"""`LABEL_ON_PICTURES`: from the setting to the pixels."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from bot.cli.checkup import check_fonts
from bot.composition.before_start import check
from bot.composition.core import open_core
from bot.domain.finding import Health
from bot.drawing.fonts import find_fonts
from bot.pictures.ladder import decoded
from bot.pictures.visible_label import visible_label
from bot.settings import SettingsError, load_settings
from tests.fakes.pictures import encoded, stored

MIB = 1024 * 1024


@pytest.fixture
def label(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABEL_ON_PICTURES", "AI生成")


@pytest.mark.usefixtures("label")
async def test_what_is_set_is_drawn() -> None:
    check(settings := load_settings())
    data = encoded(Image.new("RGB", (600, 400), "green"))
    async with open_core(settings) as core:
        await core.stores.pictures.put("job/1.png", data)
        picture = stored("job/1.png", data)
        (posted,) = await core.pictures.fitted([picture], job_id="job", per_file=MIB, together=MIB, webp=False)
        shown = await core.pictures.labelled(picture, job_id="job", index=1)
        assert await core.pictures.original(picture) == data
    for drawn in (posted.data, shown):
        corner = decoded(drawn).convert("L").crop((300, 300, 600, 400))
        assert corner.getextrema() == (0, 255)  # white letters with a black edge


@pytest.mark.usefixtures("label")
def test_characters_that_no_font_has_are_said_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_ON_PICTURES", "AI \U00016a00")
    with pytest.raises(SettingsError, match="no font of this machine has all characters of AI"):
        check(load_settings())


@pytest.mark.usefixtures("label")
async def test_doctor_says_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    (finding,) = await check_fonts(load_settings())
    assert finding.health is not Health.BROKEN
    monkeypatch.setenv("LABEL_ON_PICTURES", "AI \U00016a00")
    (finding,) = await check_fonts(load_settings())
    assert finding.health is Health.BROKEN


@pytest.mark.parametrize("wrong", ["two\nlines", "longer than any picture is wide"])
def test_more_than_a_line_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("LABEL_ON_PICTURES", wrong)
    with pytest.raises(SettingsError, match="LABEL_ON_PICTURES: must be one line of at most 24 characters"):
        load_settings()


@pytest.mark.usefixtures("label")
@pytest.mark.skipif(not find_fonts(), reason="needs a font")
def test_a_font_of_ones_own_is_set_in_the_file_of_settings(tmp_path: Path) -> None:
    own = tmp_path / "own.ttf"
    own.write_bytes(find_fonts()[0].read_bytes())
    (tmp_path / ".env").write_text(f"FONT_PATH={own}\n", encoding="utf-8")
    settings = load_settings()
    overlay = visible_label("AI", settings.font_path)
    assert overlay is not None
    assert overlay.font == own


def test_a_font_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FONT_PATH", str(tmp_path / "absent.ttf"))
    with pytest.raises(SettingsError, match=r"FONT_PATH: there is no file .*absent.ttf; give the path of a font file"):
        load_settings()
