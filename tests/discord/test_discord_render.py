from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.card import Button, ButtonAction, Card, CardPicture, Moment, Tone
from bot.domain.ports import FittedPicture
from bot.domain.request import ImageRequest
from bot.grammar.parse import TypedOptions
from bot.interactions.forms import FormId, read_request, request_form
from bot.platforms.discord import limits
from bot.platforms.discord.buttons import belongs_to
from bot.platforms.discord.embed import embed_of, view_of
from bot.platforms.discord.inputs import values_in
from bot.platforms.discord.layout import Shown, layout_of
from bot.platforms.discord.localise import all_texts
from bot.platforms.discord.look import COLOURS
from bot.platforms.discord.modals import modal_of
from bot.platforms.discord.outgoing import Outgoing
from bot.platforms.discord.text import clip, escape, markdown, plain, unescape
from tests.fakes.discord.messages import CONTAINER, GALLERY, IS_COMPONENTS_V2, ROW, TEXT, walk
from tests.fakes.discord.rules import message_problems

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORST = "*_~`|<[]\\# " * 400
FILES = {f"{n}.png" for n in range(12)}


CARD = Card(
    tone=Tone.WAITING,
    job_id="0123456789ab",
    heading="One moment",
    prompt="a fox",
    options="16:9 · 2 pictures · 2048",
    status=("Queued, ready ", Moment(NOON)),
    command="/imagine a `fox` ``` **",
    notes=(("Not charged",), ("New ones ", Moment(NOON)), ("Job 0123456789ab",)),
)
STAMP = f"<t:{int(NOON.timestamp())}:R>"


def parts(view: Any) -> list[dict[str, Any]]:
    """Every component as it is sent, in reading order."""
    return list(walk(view.to_components()))


def words(view: Any) -> list[str]:
    return [part["content"] for part in parts(view) if part["type"] == TEXT]


async def test_a_card_is_drawn_in_order() -> None:
    view = layout_of(CARD, lead="<@42>", pictures=[Shown(file="a.png", alt="a fox", spoiler=True)])
    assert words(view) == [
        "<@42>",
        "### One moment",
        "**a fox**",
        f"16:9 · 2 pictures · 2048\nQueued, ready {STAMP}",
        "```\n/imagine a `fox` `\u200b`` **\n```",
        f"-# Not charged\n-# New ones {STAMP}\n-# Job 0123456789ab",
    ]
    kinds = [part["type"] for part in parts(view)]
    assert kinds == [TEXT, CONTAINER, TEXT, TEXT, TEXT, TEXT, GALLERY, TEXT]
    (gallery,) = [part for part in parts(view) if part["type"] == GALLERY]
    (item,) = gallery["items"]
    assert item["media"] == {"url": "attachment://a.png"}
    assert (item["description"], item["spoiler"]) == ("a fox", True)
    assert view.is_persistent()


def test_as_an_embed_it_says_the_same() -> None:
    embed = embed_of(CARD, links="[Original 1](<https://example.com>)")
    assert embed.title == "One moment"
    assert embed.description is not None
    lines = embed.description.split("\n")
    assert lines[:3] == ["**a fox**", "16:9 · 2 pictures · 2048", f"Queued, ready {STAMP}"]
    assert lines[-2:] == ["[Original 1](<https://example.com>)", f"New ones {STAMP}"]
    assert embed.footer.text == "Not charged · Job 0123456789ab"


async def test_every_tone_has_a_colour() -> None:
    assert set(COLOURS) == set(Tone)
    for tone in Tone:
        assert parts(layout_of(Card(tone=tone, status=("x",))))[0]["accent_color"] == COLOURS[tone].value


ALL = (
    *(Button(press=press, label="x" * 200, target="0123456789ab") for press in ButtonAction),
    *(Button(press=ButtonAction.VOTE, label=str(index), target="0" * 12, index=index, row=0) for index in (1, 2, 3, 4)),
)


@pytest.mark.parametrize("classic", [False, True])
async def test_buttons_carry_what_to_do_and_to_which_job(*, classic: bool) -> None:
    card = Card(tone=Tone.DONE, buttons=ALL)
    view = view_of(card) if classic else layout_of(card)
    assert view is not None
    rows = [part["components"] for part in parts(view) if part["type"] == ROW]
    assert all(len(row) <= 5 for row in rows)
    assert [button["custom_id"] for button in rows[0]] == [f"im:vote:000000000000:{index}" for index in (1, 2, 3, 4)]
    found = [button for row in rows[1:] for button in row]
    assert [button["custom_id"] for button in found] == [
        f"im:{press}:0123456789ab" for press in list(ButtonAction)[: 20 if classic else None]
    ]
    assert all(len(button["label"]) <= limits.BUTTON_LABEL for button in found)
    assert all(belongs_to(button["custom_id"], "0123456789ab") for button in found)
    assert belongs_to("im:vote:0123456789ab:3", "0123456789ab")
    assert not belongs_to("im:again:0123456789ac", "0123456789ab")
    assert not belongs_to(None, "0123456789ab")
    assert view.is_persistent()


@given(
    st.builds(
        Card,
        tone=st.sampled_from(Tone),
        heading=st.text(),
        prompt=st.text() | st.just(WORST),
        options=st.text() | st.just(WORST),
        status=st.tuples(st.text() | st.just(WORST)),
        command=st.text() | st.just(WORST) | st.just("`" * 5000),
        notes=st.lists(st.tuples(st.text() | st.just(WORST)), max_size=6).map(tuple),
        buttons=st.just(ALL),
    ),
    st.sampled_from(["", "<@42>", "x" * 4000]),
)
@settings(max_examples=15)
def test_the_worst_card_stays_within_the_limits(card: Card, lead: str) -> None:
    async def draw() -> tuple[Any, Any]:
        pictures = [Shown(file=f"{n}.png", alt=WORST) for n in range(12)]
        return layout_of(card, lead=lead, pictures=pictures, links=lead), embed_of(card)

    view, embed = asyncio.run(draw())
    sent = view.to_components()
    problems = message_problems(
        {"components": sent}, flags=IS_COMPONENTS_V2, allowed_flags=IS_COMPONENTS_V2, filenames=FILES
    )
    assert list(problems) == []
    assert len(parts(view)) <= limits.V2_COMPONENTS
    assert sum(map(len, words(view))) <= limits.V2_TEXT
    assert len(embed.title or "") <= limits.EMBED_TITLE
    assert len(embed.description or "") <= limits.EMBED_DESCRIPTION
    assert len(embed.footer.text or "") <= limits.EMBED_FOOTER
    assert len(embed) <= limits.EMBED_TOTAL


@given(st.text())
def test_what_is_escaped_comes_back(text: str) -> None:
    assert unescape(escape(text)) == text


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("a_b *c* ~~d~~ ||e|| `f`", r"a\_b \*c\* \~\~d\~\~ \|\|e\|\| \`f\`"),
        ("<@1> <#2> <:fox:3> <t:4:R>", r"\<@1> \<#2> \<:fox:3> \<t:4:R>"),
        ("[here](https://example.com)", r"\[here\](https\://example.com)"),
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
    out = Outgoing(card=CARD, ping="42", words="here:")
    assert out.lead == "<@42> here:"
    told = out.allowed_mentions.to_dict()
    assert told["users"] == [42]
    assert told["parse"] == []
    assert Outgoing(card=CARD).allowed_mentions.to_dict()["parse"] == []


@pytest.mark.parametrize("spoiler", [False, True])
def test_files_have_their_alt_text_as_long_as_discord_takes_it(*, spoiler: bool) -> None:
    fitted = [
        FittedPicture(name=f"{n}.png", data=b"x", width=1, height=1, media_type="image/png", reduced=False)
        for n in range(2)
    ]
    shown = CardPicture(key="k", alt="fox " * 500, width=1, height=1, media_type="image/png")
    out = Outgoing(card=replace(CARD, pictures=(shown,)), pictures=fitted, spoiler=spoiler)
    first, second = files = out.files()
    assert len(first.description or "") <= limits.ALT_TEXT
    assert second.description is None
    assert [one.file for one in out.shown()] == [file.filename for file in files]
    assert all(file.spoiler is spoiler for file in files)
    for file in files:
        file.close()


def test_every_text_of_the_command_fits_discord() -> None:
    texts = all_texts()
    assert "16:9 wide" in texts
    assert all(1 <= len(text) <= 100 for pair in texts.items() for text in pair)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN", "zh-TW"])
async def test_the_form_fits_discord(locale: str) -> None:
    request = ImageRequest(prompt="x4 " * 660 + "fox", n=2, ratio="16:9")
    told = modal_of(request_form(FormId.EDIT, locale, target="0123456789ab", request=request)).to_dict()
    assert len(told["title"]) <= limits.FORM_TITLE
    assert all(len(label["label"]) <= limits.FORM_LABEL for label in told["components"])
    prompt = told["components"][0]["component"]
    assert len(prompt["value"]) <= prompt["max_length"] <= limits.TEXT_INPUT


def test_what_somebody_makes_of_a_form_is_read_with_care() -> None:
    assert values_in([{"type": 1, "components": []}, {}]) == {}
    odd = values_in([{"type": 18, "component": {"type": 21, "custom_id": "n", "value": "many"}}])
    assert odd == {"n": ("many",)}
    assert read_request(lambda name: "many" if name == "n" else "") == ("", TypedOptions())
