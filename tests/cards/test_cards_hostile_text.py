"""What somebody types never turns around, links or pings what the bot posts."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.domain.card import Button, ButtonAction, Card, CardPicture, Tone
from bot.platforms.discord.embed import embed_of
from bot.platforms.discord.text import escape, unescape
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.render import draw
from bot.platforms.slack.text import escape as slack_escape
from bot.platforms.web.render import card_json

CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def hostile(prompt: str) -> Card:
    return Card(
        tone=Tone.DONE,
        heading=prompt,
        prompt=prompt,
        options=prompt,
        status=(prompt,),
        command=prompt,
        notes=((prompt,),),
        pictures=(CardPicture(key="k", alt=prompt, width=1, height=1, media_type="image/png"),),
        buttons=(Button(press=ButtonAction.AGAIN, label=prompt, target="x"),),
    )


def on_discord(card: Card) -> str:
    return str(embed_of(card).to_dict())


def on_slack(card: Card) -> str:
    drawn = draw(card, now=NOW, locale="en", names=CommandNames(), files=["F1"])
    return f"{drawn.text} {drawn.blocks}"


def on_the_page(card: Card) -> str:
    return str(card_json(card) | {"pictures": [picture.alt for picture in card.pictures]})


@pytest.mark.parametrize("shown", [on_discord, on_slack, on_the_page], ids=lambda shown: shown.__name__)
@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: f"U+{ord(control):04X}")
def test_no_control_of_direction_is_posted(shown: object, control: str) -> None:
    assert callable(shown)
    posted = shown(hostile(f"a {control}fox"))
    assert control not in posted
    assert f"\\u{ord(control):04x}" not in posted  # as repr writes it
    assert "a fox" in posted


@pytest.mark.parametrize("text", ["שלום לעולם", "مرحبا بالعالم", "می\u200cخواهم", "👩\u200d🎨"])
def test_what_is_written_from_right_to_left_stays_as_it_is(text: str) -> None:
    assert hostile(text).prompt == text
    assert escape(text) == slack_escape(text) == text


LINKS = ["https://evil.test/a", "http://www.evil.test/x", "discord.gg/abc", "discord.com/invite/abc", "www.evil.test/a"]
# https://docs.discord.com/developers/reference#message-formatting; clients look for invites in the text as it is sent.
_LINKED = re.compile(r"https?://|discord(?:app)?\.(?:gg|com)/|www\.[\w.]+/", re.IGNORECASE)


@pytest.mark.parametrize("link", LINKS)
def test_no_link_or_invite_is_one_on_discord(link: str) -> None:
    assert not _LINKED.search(escape(f"a fox {link}"))
    assert unescape(escape(f"a fox {link}")) == f"a fox {link}"


@pytest.mark.parametrize("mention", ["<@1>", "<@&1>", "<#1>", "<!everyone>", "<https://evil.test|here>"])
def test_nobody_is_mentioned(mention: str) -> None:
    assert not re.search(r"(?<!\\)<", escape(mention))
    assert "<" not in slack_escape(mention)


@pytest.mark.parametrize("link", [*LINKS, "<!everyone>", "<https://evil.test|here>"])
def test_slack_shows_what_was_typed_as_plain_or_verbatim_text(link: str) -> None:
    blocks = draw(hostile(link), now=NOW, locale="en", names=CommandNames()).blocks
    texts = [block["text"] for block in blocks if "text" in block]
    texts += [each for block in blocks if block["type"] == "context" for each in block["elements"]]
    assert texts
    for text in texts:
        assert text["type"] == "plain_text" or (text["verbatim"] and f"<{link.strip('<>')}" not in text["text"])
