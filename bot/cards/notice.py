"""Single sentences, for answers that are no card."""

from __future__ import annotations

from datetime import datetime

from bot.cards.sentences import sentence
from bot.domain.card import Moment, Text


def notice(code: str, locale: str, **values: str | int | datetime | Moment) -> Text:
    """The sentence of `code`, such as `working`, `cancelled-ok`, `deleted-ok` or any refusal's.

    A code without a sentence gives a general one.
    """
    return sentence(code, locale, **values)
