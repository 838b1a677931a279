import time
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.errors import BadOption
from bot.domain.request import ImageRequest, has_visible
from bot.grammar.matrix import MOST_COMBINATIONS, Combination, combinations
from bot.grammar.parse import parse


def ways(prompt: str) -> Sequence[Combination]:
    return combinations(ImageRequest(prompt=prompt, ratio="16:9", n=2, clarity=1024, style="ink"))


def prompts(prompt: str) -> list[str]:
    return [way.request.prompt for way in ways(prompt)]


def test_one_request_per_combination_the_last_group_changing_fastest() -> None:
    found = ways("{red|blue} fox in {ink|clay}")
    assert [(way.label, way.request.prompt) for way in found] == [
        ("red · ink", "red fox in ink"),
        ("red · clay", "red fox in clay"),
        ("blue · ink", "blue fox in ink"),
        ("blue · clay", "blue fox in clay"),
    ]
    assert {(way.request.ratio, way.request.n, way.request.clarity, way.request.style) for way in found} == {
        ("16:9", 2, 1024, "ink")
    }


@pytest.mark.parametrize("prompt", ["a fox", "{a} fox", "{a|b", "a|b}", "}{", "{|}", "{a|a} fox", "f = {x}; g|h"])
def test_other_braces_are_prompt(prompt: str) -> None:
    assert [(way.label, way.request.prompt) for way in ways(prompt)] == [("", prompt)]


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("a {|red} fox", ["a fox", "a red fox"]),
        ("{ red | blue } fox", ["red fox", "blue fox"]),
        ("｛红｜蓝｝狐狸", ["红狐狸", "蓝狐狸"]),
        ("{a|b|a} fox", ["a fox", "b fox"]),
        ("{ {a|b}", ["{ a", "{ b"]),
        ("{x {a|b} y} z", ["{x a y} z", "{x b y} z"]),
    ],
)
def test_groups_as_people_type_them(prompt: str, found: list[str]) -> None:
    assert prompts(prompt) == found


def test_groups_within_groups() -> None:
    found = {way.label: way.request.prompt for way in ways("{{big|small} fox|owl} at night")}
    assert found == {"big": "big fox at night", "small": "small fox at night", "owl": "owl at night"}


def test_too_many_are_refused_with_fewer() -> None:
    with pytest.raises(BadOption, match="matrix-too-large") as refused:
        ways("{1|2|3|4} {5|6|7} n")
    assert refused.value.values == {"most": MOST_COMBINATIONS}
    assert refused.value.repair is not None
    assert refused.value.repair.request.prompt == "{1|2|3} {5|6|7} n"
    assert len(combinations(refused.value.repair.request)) == MOST_COMBINATIONS


def fewer_or_all(request: ImageRequest) -> Sequence[Combination]:
    """The combinations, or those of the repair that is offered for too many of them."""
    try:
        return combinations(request)
    except BadOption as refused:
        repair = refused.repair
    if repair is None:
        return [Combination(label="", request=request)]
    assert parse(repair.text) == repair.request
    return combinations(repair.request)


PIECES = st.sampled_from(["{", "}", "|", "｛", "｝", "｜", " ", "a", "fox", "红", "{a|b}", "\N{FAMILY}", "\u200d"])


@given(st.lists(PIECES, max_size=40).map("".join))
@example("{{{|{a|b}|fox}}|}{a|b}")  # the last ways to end were not counted
def test_any_prompt_gives_requests_without_groups_or_a_refusal_with_fewer(text: str) -> None:
    prompt = text.strip()
    if not has_visible(prompt):
        return
    found = fewer_or_all(ImageRequest(prompt=prompt))
    assert 1 <= len(found) <= MOST_COMBINATIONS
    assert len({way.request.prompt for way in found}) == len(found)
    if len(found) > 1:
        for way in found:
            assert len(combinations(way.request)) == 1
            assert len(way.request.prompt) <= len(prompt)


@pytest.mark.parametrize("prompt", ["{a|" * 600 + "b" + "}" * 199, "{" * 999 + "a|b" + "}" * 998, "{a|b}" * 400])
def test_hostile_braces_take_no_time(prompt: str) -> None:
    began = time.process_time()
    assert len(fewer_or_all(ImageRequest(prompt=prompt))) <= MOST_COMBINATIONS
    assert time.process_time() - began < 20  # a guard against endless work, not a measurement
