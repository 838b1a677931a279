import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.clip import clip


@given(st.text(), st.integers(1, 50))
def test_never_longer_and_never_changed_but_for_its_end(text: str, most: int) -> None:
    cut = clip(text, most)
    assert len(cut) <= most
    assert cut == text if len(text) <= most else text.startswith(cut[:-1]) and cut.endswith("…")


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("lighthouse", 10, "lighthouse"),
        ("lighthouse", 9, "lighthou…"),
        ("light house", 7, "light…"),
        ("abce\u0301f", 5, "abc…"),
        ("ab👩\u200d🚀cd", 5, "ab…"),
        ("ab👍🏽cd", 4, "ab…"),
        ("ab❤\ufe0fcd", 4, "ab…"),
        ("a🇩🇪🇫🇷b", 5, "a🇩🇪…"),
    ],
)
def test_no_character_is_torn(text: str, most: int, cut: str) -> None:
    assert clip(text, most) == cut
