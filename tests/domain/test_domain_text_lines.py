from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.card import MOST_LINES, Card, Tone
from bot.domain.text_lines import few_lines

HEIGHT = st.text(alphabet="ab \n\r\v\f\x85\u2028\u200b", max_size=600)


@given(HEIGHT, st.integers(min_value=1, max_value=20))
def test_no_text_is_higher_than_asked_for(text: str, most: int) -> None:
    assert len(few_lines(text, most).splitlines()) <= most


@given(HEIGHT)
def test_no_card_is_a_wall(text: str) -> None:
    card = Card(tone=Tone.DONE, prompt=text, command=text, notes=((text,),))
    assert len(card.prompt.splitlines()) <= MOST_LINES
    assert len(card.command.splitlines()) <= MOST_LINES


def test_what_is_low_enough_stays_as_typed() -> None:
    assert few_lines("a\n\n\nb", 4) == "a\n\n\nb"


def test_blank_lines_go_before_words() -> None:
    assert few_lines("a" + "\n" * 280 + "b", 8) == "a\n\nb"
