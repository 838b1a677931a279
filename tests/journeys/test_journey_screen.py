"""`python -m bot imagine` on a real terminal: what is on the screen in the end."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.fakes.terminal import Terminal
from tests.journeys.programs import environment

pytestmark = [pytest.mark.journey, pytest.mark.slow]

SANDBOX = {"SANDBOX_SPEED": "1000", "SANDBOX_PAINTING": "plain", "TERM": "xterm-256color"}


def terminal(*arguments: str, tmp_path: Path, columns: int = 100, attributes: bytes = b"", **settings: str) -> Terminal:
    return Terminal(
        [sys.executable, "-m", "bot", "imagine", *arguments, "--out", "out"],
        environment=environment({**SANDBOX, **settings}),
        directory=tmp_path,
        columns=columns,
        attributes=attributes,
    )


def test_a_failed_job_says_so_and_so_does_the_sandbox(tmp_path: Path) -> None:
    with terminal("a cat [[fail]]", tmp_path=tmp_path) as screen:
        assert screen.exit_code() == 4
        assert "A sandbox paints this" in screen.text
        assert "The provider tried and couldn't draw it" in screen.text
        assert "not charged" in screen.text.lower()


@pytest.mark.parametrize("how", [{"columns": 40}, {"TERM": "dumb"}, {"NO_COLOR": "1"}, {"TERM": ""}], ids=str)
def test_a_picture_leaves_its_path_and_what_is_left_of_the_day(how: dict[str, str], tmp_path: Path) -> None:
    with terminal("a", "Red fox!", "--ar", "16:9", "--n", "2", tmp_path=tmp_path, **how) as screen:  # type: ignore[arg-type]
        assert screen.exit_code() == 0
        text = screen.text.replace("\n", "")
        assert "sandbox paints this" in text
        assert "48 left" in text
        names = sorted(path.name for path in (tmp_path / "out").iterdir())
        assert [name.startswith("a-red-fox-") and name.endswith(f"-{at}.png") for at, name in enumerate(names, 1)] == [
            True,
            True,
        ]
        assert all(name in text for name in names)
        with Image.open(tmp_path / "out" / names[0]) as picture:
            assert picture.size == (2560, 1440)


def test_ctrl_c_says_what_became_of_it(tmp_path: Path) -> None:
    with terminal("a fox [[never]]", tmp_path=tmp_path) as screen:
        screen.until("Drawing")
        screen.type(b"\x03")
        assert screen.exit_code() == 130
        assert "Traceback" not in screen.text
        assert "Cancel" in screen.text


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    with terminal("a fox [[never]]", tmp_path=tmp_path, SANDBOX_SPEED="1") as screen:
        screen.until("sandbox paints this")
        screen.type(b"\x03")
        screen.type(b"\x03")
        assert screen.exit_code() == 130
        assert "Traceback" not in screen.text


def test_a_matrix_asks(tmp_path: Path) -> None:
    with terminal("{red|blue} fox", tmp_path=tmp_path) as screen:
        screen.until("[y/N]")
        assert "2 combinations: 2 pictures" in screen.text
        screen.type(b"n\n")
        assert screen.exit_code() == 2
    with terminal("{red|blue} fox", tmp_path=tmp_path) as screen:
        screen.until("[y/N]")
        screen.type(b"\x03")
        assert screen.exit_code() == 130
        assert "Traceback" not in screen.text
    assert list((tmp_path / "out").iterdir()) == []
    with terminal("{red|blue} fox", tmp_path=tmp_path) as screen:
        screen.until("[y/N]")
        screen.type(b"y\n")
        assert screen.exit_code() == 0
        names = sorted(path.name for path in (tmp_path / "out").iterdir())
        assert len(names) == 3
        assert sum("contact-sheet" in name for name in names) == 1
        assert sorted(name.partition("-fox")[0] for name in names if "sheet" not in name) == ["blue", "red"]


def test_pictures_are_shown_where_the_terminal_can(tmp_path: Path) -> None:
    shown: dict[str, tuple[bytes | None, dict[str, Any], bytes]] = {
        "sixel": (b"\x1bPq", {}, b"\x1b[?62;4;22c"),
        "kitty": (b"\x1b_Ga=T,f=100", {"KITTY_WINDOW_ID": "1"}, b""),
        "iterm": (b"\x1b]1337;File=inline=1", {"TERM_PROGRAM": "iTerm.app"}, b""),
        "no": (None, {}, b"\x1b[?62;22c"),
        "silent": (None, {}, b""),
        "tmux": (None, {"TMUX": "x", "KITTY_WINDOW_ID": "1"}, b"\x1b[?1;2c"),
        "dumb": (None, {"TERM": "dumb", "KITTY_WINDOW_ID": "1"}, b"\x1b[?62;4c"),
    }
    for name, (code, settings, attributes) in shown.items():
        with terminal("a fox 1k", tmp_path=tmp_path, attributes=attributes, **settings) as screen:
            assert screen.exit_code() == 0, name
            drawn = [each for each in (b"\x1bPq", b"\x1b_G", b"\x1b]1337") if each in screen.raw]
            assert bool(drawn) == (code is not None), name
            assert code is None or code in screen.raw, name
            if code is None:
                assert screen.text.replace("\n", "").endswith(".png"), name
    with terminal("a fox 1k", "--preview", "no", tmp_path=tmp_path, KITTY_WINDOW_ID="1") as screen:
        assert screen.exit_code() == 0
        assert b"\x1b_G" not in screen.raw


def test_a_sixel_picture_is_that_picture() -> None:
    from bot.platforms.terminal.preview import sixel

    picture = Image.new("RGB", (20, 13), "red")
    picture.paste((0, 0, 255), (5, 3, 20, 13))
    text = sixel(picture)
    assert _painted(text) == picture.convert("RGB").tobytes()
    assert len(sixel(Image.open(io.BytesIO(_noise())))) < 1_000_000


def _noise() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((480, 480), 100).convert("RGB").save(file, "PNG")
    return file.getvalue()


def _painted(text: str) -> bytes:
    """A reader of sixels, written from the DEC manual."""
    import re

    body = text.removeprefix("\x1bPq").removesuffix("\x1b\\")
    found = re.match(r'"1;1;(\d+);(\d+)', body)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    picture = Image.new("RGB", (width, height))
    colours: dict[str, tuple[int, ...]] = {}
    x = y = 0
    colour: tuple[int, ...] = (0, 0, 0)
    pattern = r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])"
    for match in re.finditer(pattern, body[found.end() :]):
        if match[1]:
            colours[match[1]] = tuple(round(int(part) * 255 / 100) for part in match.group(2, 3, 4))
        elif match[5]:
            colour = colours[match[5]]
        elif match[9]:
            x, y = 0, y + (6 if match[9] == "-" else 0)
        else:
            run = int(match[6] or 1)
            for at in range(x, x + run):
                for bit in range(6):
                    if (ord(match[7] or match[8]) - 63) >> bit & 1:
                        picture.putpixel((at, y + bit), colour)
            x += run
    return picture.tobytes()
