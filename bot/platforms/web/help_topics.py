"""Help by topic as the page gives it: its own commands, and the buttons as they look there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.cards.help_topics import HelpTopic, help_page
from bot.cards.sentences import words

_EXAMPLES: Mapping[HelpTopic, Sequence[str]] = MappingProxyType(
    {
        HelpTopic.USAGE: ("/usage", "/usage everybody week", "/why"),
        HelpTopic.RESULTS: ("/gallery", "/gallery starred fox"),
    }
)
_TOLD: Mapping[HelpTopic, str] = MappingProxyType({HelpTopic.RESULTS: "page-told-results"})


def help_json(locale: str) -> list[dict[str, Any]]:
    """`topic`, `heading`, `told` (paragraphs) and `examples`, which can be typed, in their order."""
    return [_topic(topic, locale) for topic in HelpTopic]


def _topic(topic: HelpTopic, locale: str) -> dict[str, Any]:
    page = help_page(topic, locale)
    told = [words(_TOLD[topic], locale)] if topic in _TOLD else list(page.told)
    examples = _EXAMPLES.get(topic, page.examples)
    return {"topic": topic.value, "heading": page.heading, "told": told, "examples": list(examples)}
