"""docs/cards.md shows every card there is, with the pictures that `python -m bench.cards` makes."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from PIL import Image

import bot.cards
from bench.cards import scenes
from bot.domain.card import Tone

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = DOCS / "images/cards"
MOST_BYTES = 2_500_000


def document() -> str:
    return (DOCS / "cards.md").read_text("utf-8")


def shown() -> dict[str, str]:
    """The pictures with their words for those who can't see them."""
    found = re.findall(r'<img src="images/cards/([\w-]+)\.webp" width="\d+" alt="([^"]+)">', document())
    return dict(found)


def test_every_kind_of_card_is_named() -> None:
    kinds = [name for name, _ in inspect.getmembers(bot.cards, callable) if name.endswith("_card")]
    assert len(kinds) > 10
    assert [kind for kind in [*kinds, "help_text"] if f"`{kind}`" not in document()] == []


def test_every_mood_of_a_card_is_shown() -> None:
    assert [tone.value for tone in Tone if f"*{tone.value}*" not in document()] == []


def test_the_document_the_pictures_and_the_program_agree() -> None:
    taken = set(re.findall(r'\.take\(\s*"([\w-]+)"', inspect.getsource(scenes)))
    assert set(shown()) == taken
    assert {path.stem for path in PICTURES.iterdir()} == taken
    assert all(shown().values())


def test_every_picture_is_a_whole_one_and_all_are_small() -> None:
    for path in PICTURES.iterdir():
        with Image.open(path) as picture:
            picture.load()
            assert picture.width > 300, path
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES
