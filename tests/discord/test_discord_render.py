from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.card import Button, Card, CardPicture, Moment, Press, Tone
from bot.domain.ports import FittedPicture
from bot.domain.request import ImageRequest
from bot.platforms.discord import limits
from bot.platforms.discord.buttons import belongs_to
from bot.platforms.discord.form import edit_form, read_form
from bot.platforms.discord.localise import imagine_texts
from bot.platforms.discord.render import COLOURS, draw, files_of, mention
from bot.platforms.discord.text import clip, escape, markdown, plain, unescape

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORST = "*_~`|<[]\\# " * 400


async def test_a_card_is_drawn_in_order() -> None:
    drawn = draw(
        Card(
            tone=Tone.WAITING,
            job_id="0123456789ab",
            heading="One moment",
            prompt="a fox",
            options="16:9 · 2 pictures · 2048",
            status=("Queued, ready ", Moment(NOON)),
            notes=(("Not charged",), ("New ones ", Moment(NOON)), ("Job 0123456789ab",)),
        )
    )
    stamp = f"<t:{int(NOON.timestamp())}:R>"
    assert drawn.embed.title == "One moment"
    assert drawn.embed.description == (f"**a fox**\n16:9 · 2 pictures · 2048\nQueued, ready {stamp}\nNew ones {stamp}")
    assert drawn.embed.footer.text == "Not charged · Job 0123456789ab"
    assert drawn.view is None


async def test_every_tone_has_a_colour() -> None:
    assert set(COLOURS) == set(Tone)


async def test_buttons_carry_what_to_do_and_to_which_job() -> None:
    buttons = tuple(Button(press=press, label="x" * 200, target="0123456789ab") for press in Press)
    drawn = draw(
        Card(tone=Tone.DONE, buttons=(*buttons, Button(press=Press.VOTE, label="3", target="0" * 12, index=3)))
    )
    assert drawn.view is not None
    rows = drawn.view.to_components()
    found = [button for row in rows for button in row["components"]]
    assert all(len(row["components"]) <= 5 for row in rows)
    assert [button["custom_id"] for button in found[:-1]] == [f"im:{press}:0123456789ab" for press in Press]
    assert found[-1]["custom_id"] == "im:vote:000000000000:3"
    assert all(len(button["label"]) <= limits.BUTTON_LABEL for button in found)
    assert all(belongs_to(button["custom_id"], "0123456789ab") for button in found[:-1])
    assert belongs_to("im:vote:0123456789ab:3", "0123456789ab")
    assert not belongs_to("im:again:0123456789ac", "0123456789ab")
    assert not belongs_to(None, "0123456789ab")
    assert drawn.view.is_persistent()


async def test_the_worst_text_stays_within_the_limits() -> None:
    drawn = draw(
        Card(tone=Tone.FAILED, heading=WORST, prompt=WORST, options=WORST, status=(WORST,), notes=((WORST,), (WORST,)))
    )
    assert len(drawn.embed.title or "") <= limits.EMBED_TITLE
    assert len(drawn.embed.description or "") <= limits.EMBED_DESCRIPTION
    assert len(drawn.embed.footer.text or "") <= limits.EMBED_FOOTER
    assert len(drawn.embed) <= limits.EMBED_TOTAL


@given(st.text())
def test_what_is_escaped_comes_back(text: str) -> None:
    assert unescape(escape(text)) == text


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("a_b *c* ~~d~~ ||e|| `f`", r"a\_b \*c\* \~\~d\~\~ \|\|e\|\| \`f\`"),
        ("<@1> <#2> <:fox:3> <t:4:R>", r"\<@1> \<#2> \<:fox:3> \<t:4:R>"),
        ("[here](https://example.com)", r"\[here\](https://example.com)"),
        ("# big\n> said\n- one\n  1. two\n-# small", "\\# big\n\\> said\n\\- one\n  1\\. two\n\\-# small"),
        ("well-known #1, 3.5 mm > 2", "well-known #1, 3.5 mm > 2"),
        (r"C:\new", r"C:\\new"),
    ],
)
def test_escaping(typed: str, sent: str) -> None:
    assert escape(typed) == sent


def test_clipping_leaves_no_half_an_escape() -> None:
    assert clip(r"abc\*", 5) == r"abc\*"
    assert clip(r"abc\*d", 5) == "abc…"
    assert clip("short", 10) == "short"


def test_moments_are_drawn_only_where_they_count_by_themselves() -> None:
    assert plain(("a ", Moment(NOON))) is None
    assert plain(("a *b*",)) == "a *b*"
    assert markdown(("a *b* ", Moment(NOON))) == rf"a \*b\* <t:{int(NOON.timestamp())}:R>"


def test_one_person_is_pinged_and_nobody_else() -> None:
    words, allowed = mention("42")
    assert words == "<@42>"
    told = allowed.to_dict()
    assert told["users"] == [42]
    assert told["parse"] == []


def test_files_have_their_alt_text_as_long_as_discord_takes_it() -> None:
    fitted = [
        FittedPicture(name=f"{n}.png", data=b"x", width=1, height=1, media_type="image/png", reduced=False)
        for n in range(2)
    ]
    shown = [CardPicture(key="k", alt="fox " * 500, width=1, height=1, media_type="image/png")]
    first, second = files_of(fitted, shown)
    assert len(first.description or "") <= limits.ALT_TEXT
    assert second.description is None
    for file in (first, second):
        file.close()


def test_every_text_of_the_command_fits_discord() -> None:
    texts = imagine_texts()
    assert "16:9 wide" in texts
    assert all(1 <= len(text) <= 100 for pair in texts.items() for text in pair)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN", "zh-TW"])
async def test_the_form_fits_discord(locale: str) -> None:
    form = edit_form("0123456789ab", ImageRequest(prompt="x4 " * 660 + "fox", n=2, ratio="16:9"), locale)
    told = form.to_dict()
    assert len(told["title"]) <= limits.FORM_TITLE
    assert all(len(label["label"]) <= limits.FORM_LABEL for label in told["components"])
    prompt = told["components"][0]["component"]
    assert len(prompt["value"]) <= prompt["max_length"] <= limits.TEXT_INPUT


def test_what_somebody_makes_of_a_form_is_read_with_care() -> None:
    filled = read_form({"custom_id": "im:form:0123456789ab", "components": [{"type": 1, "components": []}, {}]})
    assert filled.text == ""
    assert filled.target == "0123456789ab"
    odd = {"type": 18, "component": {"type": 21, "custom_id": "n", "value": "many"}}
    assert read_form({"custom_id": "im:form:x", "components": [odd]}).typed.n is None
