"""Text from people and for people, as Slack escapes it.

https://docs.slack.dev/messaging/formatting-message-text#escaping
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bot.cards.mentions import with_mentions
from bot.cards.sentences import words
from bot.domain.card import Moment, Text
from bot.domain.text_direction import without_direction_controls

from .command_names import CommandNames

# <@U1>, <@U1|ann>, <#C1|general>, <!here>, <https://…|shown>: only Slack writes bare angle brackets.
REFERENCE = re.compile(r"<([^<>]*)>")
_DATE = re.compile(r"<!date\^[^<>|]*\|([^<>]*)>")
_SOON, _JUST_NOW = timedelta(hours=1), timedelta(minutes=-1)


def escape(text: str) -> str:
    """The text with nothing in it that Slack would take for a mention, a link or a date."""
    directed = without_direction_controls(text)
    return directed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """What `escape` was given: the ampersand comes last, or `&amp;lt;` would become a bracket."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def reading(reference: str) -> str:
    """One of these as its reader sees it; empty where only Slack knows."""
    target, bar, label = reference.partition("|")
    match target[:1]:
        case "@":
            return f"@{label}" if label else ""
        case "#":
            return f"#{label}" if label else ""
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            return label if bar and label else target.removeprefix("mailto:")


def clip(text: str, length: int) -> str:
    """At most `length` characters, with an ellipsis where something was cut; never in the middle of an entity."""
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    ampersand, bracket = kept.rfind("&"), kept.rfind("<")
    if ampersand > kept.rfind(";"):
        kept = kept[:ampersand]
    if bracket > kept.rfind(">"):
        kept = kept[:bracket]
    return kept.rstrip() + "…"


def mrkdwn(text: Text, *, now: datetime, locale: str, names: CommandNames) -> str:
    """A card's text, its moments as dates that each reader sees in their own time zone."""
    told = (_date(part.at, now, locale) if isinstance(part, Moment) else escape(names.shown(part)) for part in text)
    return mentions("".join(told))


def mentions(escaped: str) -> str:
    """Escaped text, with its channels and persons as Slack shows them."""
    return with_mentions(escaped, channel=lambda name: f"<#{name}>", person=lambda name: f"<@{name}>")


def plain(text: Text, *, now: datetime, locale: str, names: CommandNames) -> str:
    """The text for a place without dates, such as a notification."""
    told = "".join(_words(part.at, now, locale) if isinstance(part, Moment) else names.shown(part) for part in text)
    return with_mentions(told, channel=str, person=str)


def without_dates(escaped: str) -> str:
    """The text with its dates in words, for a place that shows none."""
    return _DATE.sub(r"\1", escaped)


def _date(at: datetime, now: datetime, locale: str) -> str:
    """https://docs.slack.dev/messaging/formatting-message-text#date-formatting."""
    shown = words("slack-time" if _JUST_NOW < at - now < _SOON else "slack-date", locale)
    return f"<!date^{round(at.timestamp())}^{shown}|{_words(at, now, locale)}>"


def _words(at: datetime, now: datetime, locale: str) -> str:
    if at - now <= _JUST_NOW:
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    seconds = max(0, round((at - now).total_seconds()))
    if seconds < 100:  # noqa: PLR2004 - beyond that nobody counts seconds
        return words("in-seconds", locale, n=seconds)
    if at - now < _SOON:
        return words("in-minutes", locale, n=round(seconds / 60))
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
