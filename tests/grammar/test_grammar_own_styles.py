"""A community's own styles stand beside the built-in ones."""

from __future__ import annotations

import pytest

from bot.domain.errors import BadOption
from bot.domain.request import MAX_PROMPT, ImageRequest
from bot.domain.style import STYLES
from bot.grammar.parse import TypedOptions, parse
from bot.grammar.printing import print_request

OWN = {"noir": "black and white, hard shadows", "公司": "our mascot, flat blue"}


@pytest.mark.parametrize("text", ["a fox style:noir", "--style NOIR a fox", "a fox 风格：noir"])
def test_an_own_style_is_understood_and_brings_its_words(text: str) -> None:
    request = parse(text, styles=OWN)
    assert (request.style, request.style_words) == ("noir", OWN["noir"])
    assert request.prompt_sent == "a fox, black and white, hard shadows"
    assert parse(print_request(request), styles=OWN) == request


def test_typed_and_default_own_styles_hold() -> None:
    assert parse("a fox", TypedOptions(style="公司"), styles=OWN).style == "公司"
    assert parse("a fox", defaults=TypedOptions(style="noir"), styles=OWN).style == "noir"
    assert parse("a fox", defaults=TypedOptions(style="noir")).style is None


def test_elsewhere_it_is_no_style() -> None:
    with pytest.raises(BadOption) as refused:
        parse("a fox style:noir")
    assert refused.value.code == "bad-style"


def test_its_words_count_to_the_prompts_length() -> None:
    with pytest.raises(BadOption) as refused:
        parse("a" * (MAX_PROMPT - 10) + " style:noir", styles=OWN)
    assert refused.value.values["limit"] == MAX_PROMPT - len(f", {OWN['noir']}")


def test_words_belong_to_a_name_that_is_not_built_in() -> None:
    for style in (None, next(iter(STYLES))):
        with pytest.raises(ValueError, match="own style"):
            ImageRequest(prompt="a fox", style=style, style_words="blue")
