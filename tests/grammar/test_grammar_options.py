import json

import pytest

from bot.domain.models import MODEL
from bot.domain.request import ImageRequest
from bot.domain.style import STYLES
from bot.grammar.language import language
from bot.grammar.options import NO_STYLE, OPTIONS, completion_table
from bot.grammar.parse import TypedOptions, parse


def test_the_table_has_exactly_what_the_domain_takes() -> None:
    legal = {option.name: [choice.value for choice in option.choices()] for option in OPTIONS}
    assert legal == {
        "ratio": list(MODEL.ratios),
        "n": list(range(1, MODEL.most_pictures + 1)),
        "clarity": list(MODEL.clarities),
        "style": [*STYLES, NO_STYLE],
    }
    plain = ImageRequest(prompt="a fox")
    assert all((getattr(plain, option.name) or NO_STYLE) == option.default for option in OPTIONS)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_labels_fit_discord_and_differ(locale: str) -> None:
    for option in OPTIONS:
        assert 1 <= len(option.description(locale)) <= 100
        labels = [choice.label for choice in option.choices(locale)]
        assert len(labels) == len(set(labels)) <= 25
        assert all(1 <= len(label) <= 100 for label in labels)


def test_every_choice_is_taken_as_a_typed_option() -> None:
    for option in OPTIONS:
        for choice in option.choices("zh-CN"):
            asked = parse("a fox", TypedOptions(**{option.name: choice.value}))  # type: ignore[arg-type]
            assert (getattr(asked, option.name) or NO_STYLE) == choice.value


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_what_the_page_completes_is_understood(locale: str) -> None:
    table = json.loads(json.dumps(completion_table(locale)))
    assert [entry["name"] for entry in table] == [option.name for option in OPTIONS]
    for entry in table:
        for value in entry["values"]:
            for typed in (value["insert"], *value["short"]):
                assert (getattr(parse(f"red fox {typed}"), entry["name"]) or NO_STYLE) == value["value"]


@pytest.mark.parametrize(
    ("locale", "tongue"),
    [
        ("zh-CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("zh_HK", "zh-CN"),
        ("zh", "zh-CN"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_locales_fall_back(locale: str, tongue: str) -> None:
    assert language(locale) == tongue
