"""Help by topic: a few sentences with examples that can be copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.cards.help_text import option_lines
from bot.cards.sentences import sentence, words
from bot.domain.card import Text


class HelpTopic(StrEnum):
    """The value is part of what a list of topics sends, so it never changes."""

    START = "start"
    OPTIONS = "options"
    SERIES = "series"
    RESULTS = "results"
    USAGE = "usage"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class HelpPage:
    """`told` are paragraphs, `examples` what one can type."""

    heading: str
    told: Sequence[Text]
    examples: Sequence[str]


_EXAMPLES = {
    HelpTopic.START: ("/imagine a lighthouse in a storm ratio:16:9 n:2", "/imagine a red fox style:ink"),
    HelpTopic.OPTIONS: ("/imagine a red fox ratio:16:9 x4 4k", '/imagine a sign that says "ratio:1:1" --ar 3:4'),
    HelpTopic.SERIES: ("/imagine {red|blue} fox in {ink|clay}",),
    HelpTopic.USAGE: ("/usage", "/usage of:This channel period:The last seven days"),
    HelpTopic.PRIVACY: ("/mydata export", "/mydata delete"),
}


def help_page(topic: str, locale: str) -> HelpPage:
    """The first page for a topic that there isn't."""
    found = HelpTopic(topic) if topic in set(HelpTopic) else HelpTopic.START
    told = [sentence(f"help-told-{found}", locale)]
    if found is HelpTopic.OPTIONS:
        told += option_lines(locale)
    return HelpPage(words(f"help-topic-{found}", locale), told, _EXAMPLES.get(found, ()))


def help_topics(locale: str) -> tuple[tuple[str, str], ...]:
    """Each with its label."""
    return tuple((topic.value, words(f"help-topic-{topic}", locale)) for topic in HelpTopic)
