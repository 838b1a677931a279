"""What a request doesn't say: typed > text > the person's own > the community's > Easel's."""

from __future__ import annotations

import dataclasses

import pytest

from bot.domain.defaults import Defaults
from bot.domain.errors import Refused
from bot.grammar.parse import TypedOptions
from tests.actions.rules.court import Court, person


async def test_the_nearest_word_wins(court: Court) -> None:
    ann = person()
    seen = []

    async def asked(text: str, typed: TypedOptions | None = None) -> None:
        seen.append((await court.imagine.read(text, author=ann, typed=typed)).ratio)

    await asked("a fox")
    await court.decide(default_ratio="3:4")
    await asked("a fox")
    await court.defaults.change(ann, {"ratio": "16:9"})
    await asked("a fox")
    await asked("a fox ratio:9:16")
    await asked("a fox ratio:9:16", TypedOptions(ratio="4:3"))
    assert seen == ["1:1", "3:4", "16:9", "9:16", "4:3"]


async def test_a_request_is_drawn_with_them_and_others_are_left_alone(court: Court) -> None:
    await court.defaults.change(person(), {"n": "2", "clarity": "1k", "style": "Ink"})
    request = (await court.ask("a fox")).job.request
    assert (request.n, request.clarity, request.style) == (2, 1024, "ink")
    assert (await court.ask("a fox", by=person("bob"))).job.request.n == 1


async def test_what_is_typed_as_nothing_is_the_communitys_again(court: Court) -> None:
    ann = person()
    await court.defaults.change(ann, {"ratio": "16:9", "n": "2"})
    assert await court.defaults.change(ann, {"ratio": ""}) == Defaults(n=2)
    assert await court.defaults.read(ann) == Defaults(n=2)


async def test_a_style_of_ones_own_can_be_none_and_one_that_is_unknown_here_gives_way(court: Court) -> None:
    ann = person()
    await court.decide(styles={"house": "in our colours"}, default_style="ink")
    assert (await court.imagine.read("a fox", author=ann)).style == "ink"
    await court.defaults.change(ann, {"style": "none"})
    assert (await court.imagine.read("a fox", author=ann)).style is None
    await court.defaults.change(ann, {"style": "House"})
    assert (await court.imagine.read("a fox", author=ann)).style_words == "in our colours"
    elsewhere = dataclasses.replace(ann, community_id="elsewhere")
    assert (await court.imagine.read("a fox", author=elsewhere)).style is None
    await court.decide(styles={})
    assert (await court.imagine.read("a fox", author=ann)).style == "ink"


async def test_what_holds_is_told_to_forms(court: Court) -> None:
    ann = person()
    await court.decide(default_n=3)
    await court.defaults.change(ann, {"clarity": "4096"})
    assert await court.defaults.holding(ann) == TypedOptions(ratio="1:1", n=3, clarity=4096)


@pytest.mark.parametrize(
    ("name", "text"), [("ratio", "2:1"), ("n", "5"), ("clarity", "huge"), ("style", "nowhere"), ("style", "x" * 5000)]
)
async def test_what_is_not_legal_is_refused_and_changes_nothing(court: Court, name: str, text: str) -> None:
    ann = person()
    with pytest.raises(Refused, match="setting-choice") as refused:
        await court.defaults.change(ann, {"ratio": "16:9"} | {name: text})
    assert refused.value.values["setting"] == f"default_{name}"
    assert await court.defaults.read(ann) == Defaults()
