"""What in a prompt was probably meant otherwise."""

from __future__ import annotations

import pytest

from bot.grammar.hints import Hint, hints


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("a fox 16:10", [Hint("ratio", "16:10", "ratio:16:9")]),
        ("a fox 16:9, in snow", [Hint("ratio", "16:9", "ratio:16:9")]),
        ("a fox (3:2)", [Hint("ratio", "3:2", "ratio:4:3")]),
        ("一只猫，４：３", [Hint("ratio", "4:3", "ratio:4:3")]),
        ("{red|blue fox", [Hint("brace", "{red|blue fox", "{red|blue}")]),
        ("a {red|blue} fox in {ink|clay", [Hint("brace", "{ink|clay", "{red|blue}")]),
        ("a fox --cute", [Hint("option", "--cute")]),
        (
            "{a|b 1:1 --cute 2:1 3:1",
            [Hint("brace", "{a|b 1:1 --cute 2:1 3:1", "{red|blue}"), Hint("ratio", "1:1", "ratio:1:1")],
        ),
    ],
)
def test_a_habit_is_found(prompt: str, found: list[Hint]) -> None:
    assert list(hints(prompt))[: len(found)] == found


@pytest.mark.parametrize(
    "prompt",
    [
        *("a red fox", "a clock at 10:30", "the train at 16:10", "16:10 pm in Rome", "10:45", 'a sign "16:10"'),
        *("{red|blue} fox", "{red blue fox", "a | b", "a fox - running", "well--known", "https://example.org/16:9"),
        *("a --v 6", "--"),
    ],
)
def test_what_may_stand_for_itself_is_left_alone(prompt: str) -> None:
    assert [hint for hint in hints(prompt) if hint.code != "option" or hint.word != "--v"] == []


def test_no_more_than_three_and_none_is_long() -> None:
    found = hints("{a|" + "b" * 100 + " 1:1 2:1 3:1 4:3")
    assert len(found) == 3
    assert len(found[0].word) == 40
