import dataclasses
import itertools
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.cards import usage_card, usage_chart
from bot.cards.charts import Bar, Words, lying, upright
from bot.domain.card import Card, Moment
from bot.domain.ports import UsageGroup, UsageRow
from bot.domain.usage import Allowance, UsagePeriod, UsageScope, UsageView

TODAY = date(2026, 11, 22)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
MONTH = datetime(2026, 12, 1, tzinfo=UTC)
NAMESPACE = {"svg": "http://www.w3.org/2000/svg"}


def row(key: str, delivered: int, reserved: int = 0, name: str = "") -> UsageRow:
    return UsageRow(
        key=key,
        name=name,
        jobs=delivered,
        ordered=delivered,
        delivered=delivered,
        charged=delivered,
        reserved=reserved,
        points=delivered,
    )


def view(*rows: UsageRow, **fields: Any) -> UsageView:
    total = row("", sum(it.delivered for it in rows), sum(it.reserved for it in rows))
    around: dict[str, Any] = {
        "scope": UsageScope.MINE,
        "group": UsageGroup.DAY,
        "period": UsagePeriod.MONTH,
        "since": TODAY.replace(day=1),
        "until": TODAY,
        "rows": rows,
        "total": total,
        "today": Allowance(taken=2, limit=16, resets_at=MIDNIGHT),
        "month": Allowance(taken=320, limit=1000, resets_at=MONTH),
    }
    return UsageView(**around | fields)


def days(*delivered: int) -> list[UsageRow]:
    return [row((TODAY.replace(day=1) + timedelta(days=past)).isoformat(), n) for past, n in enumerate(delivered)]


def said(card: Card) -> str:
    return "".join(part for text in (card.status, *card.notes) for part in text if isinstance(part, str))


@pytest.mark.parametrize(("locale", "mark"), [("en", "Sandbox: a stand-in draws here"), ("zh-CN", "沙盒模式")])
def test_the_card_says_that_a_sandbox_draws(locale: str, mark: str) -> None:
    assert mark in said(usage_card(view(sandbox=True), locale))
    assert mark not in said(usage_card(view(), locale))


def test_the_card_has_the_numbers() -> None:
    card = usage_card(view(*days(3, 0, 5)), "en")
    assert card.heading == "Your usage"
    assert card.status == ("8 pictures in 8 requests",)
    assert re.fullmatch("Nov 1\\s–\\s22, 2026", card.options)
    assert card.notes == (
        ("ordered 8 · delivered 8 · charged 8 · given back 0",),
        ("Today: 2 of your 16 used, 14 left; more ", Moment(MIDNIGHT)),
        ("This community: 320 of 1,000 used this month, 680 left; more ", Moment(MONTH)),
    )


def test_the_same_in_chinese() -> None:
    card = usage_card(view(*days(3)), "zh-CN")
    assert (card.heading, card.status) == ("我的用量", ("3 次请求，共 3 张",))
    assert card.options == "2026年11月1日至22日"


def test_no_limit_is_said() -> None:
    free = Allowance(taken=2, limit=None, resets_at=MIDNIGHT)
    card = usage_card(view(today=free, month=None), "en")
    assert card.notes == (("Today: 2 used, no limit",),)


def test_people_are_listed_in_words_too() -> None:
    people = [row(str(index), 20 - index, name=f"P{index}") for index in range(12)]
    card = usage_card(view(*people, group=UsageGroup.PERSON, scope=UsageScope.COMMUNITY), "en")
    assert card.notes[0] == (", ".join(f"P{index} {20 - index}" for index in range(10)),)
    assert card.options.endswith(" · by person")


@pytest.mark.parametrize("scope", UsageScope)
@pytest.mark.parametrize("group", UsageGroup)
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_every_view_has_a_card_and_a_chart(scope: UsageScope, group: UsageGroup, locale: str) -> None:
    key = {UsageGroup.DAY: "2026-11-22", UsageGroup.MONTH: "2026-11"}.get(group, "123")
    shown = view(row(key, 4, 1), scope=scope, group=group)
    card, chart = usage_card(shown, locale), usage_chart(shown, locale)
    assert card.heading in chart.alt
    assert "-by-" not in card.options
    root = ET.fromstring(chart.svg)  # noqa: S314 - what we made ourselves
    assert root.find("svg:title", NAMESPACE) is not None


def test_the_alt_text_is_the_numbers_without_empty_days() -> None:
    chart = usage_chart(view(*days(3, 0, 5), row("2026-11-04", 1, 2)), "en")
    assert chart.alt.endswith("given back 0 · Nov 1 3, Nov 3 5, Nov 4 1 (+2 on the way)")


def test_bars_tell_delivered_charged_and_ordered_apart() -> None:
    """Of 9 ordered: 3 delivered, 2 drawn after a cancel, 1 still drawn, 3 failed by the provider."""
    used = UsageRow(key="2026-11-22", name="", jobs=5, ordered=9, delivered=3, charged=5, given_back=3, reserved=1)
    for group in (UsageGroup.DAY, UsageGroup.PERSON):
        shown = dataclasses.replace(view(used, group=group), total=used)
        svg = usage_chart(shown, "en").svg
        bar = dict.fromkeys(re.findall(r'fill="(#4a56d8|#8a4fc4|#c9ccd6|#b9c0f5)"', svg.split("on the way")[1]))
        assert list(bar) == ["#b9c0f5", "#c9ccd6", "#8a4fc4", "#4a56d8"]
        for said in ("delivered", "charged, not posted", "ordered, not charged", "on the way", ">9<"):
            assert said in svg
        assert "ordered 9 · delivered 3 · charged 5 · given back 3" in svg
    alt = usage_chart(view(used), "zh-CN").alt
    assert alt.endswith("11月22日 3 (+2 已计未发布、+3 已下单未计、+1 进行中)")


def test_the_alt_text_has_an_end() -> None:
    people = [row(str(index), 1, name="x" * 200) for index in range(500)]
    assert len(usage_chart(view(*people, group=UsageGroup.PERSON), "en").alt) <= 1000


def test_a_chart_shows_eight_and_the_others_together() -> None:
    people = [row(str(index), 100 - index, name=f"P{index}") for index in range(20)]
    svg = usage_chart(view(*people, group=UsageGroup.PERSON), "en").svg
    assert ">P7<" in svg
    assert ">P8<" not in svg
    assert ">12 more<" in svg
    assert f">{sum(100 - index for index in range(8, 20)):,}<" in svg


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"&'", "\x00\x0b", "\ud800", "🔥", "\u202eabc"])
def test_a_hostile_name_stays_text(name: str) -> None:
    svg = usage_chart(view(row("42", 3, name=name), group=UsageGroup.PERSON), "en").svg
    root = ET.fromstring(svg)  # noqa: S314 - what we made ourselves
    assert root.findall(".//svg:script", NAMESPACE) == []
    svg.encode()


def test_who_has_no_name_that_can_be_drawn_has_their_id() -> None:
    assert ">42<" in usage_chart(view(row("42", 3, name="🔥"), group=UsageGroup.PERSON), "en").svg


def bars(svg: str) -> list[float]:
    """The heights of the upright bars, from their paths."""
    return [float(bottom) - float(top) for bottom, top in re.findall(r"M[\d.]+ ([\d.]+)V([\d.]+)q0", svg)]


def test_bars_are_as_high_as_their_numbers() -> None:
    heights = bars(upright([Bar("a", 10), Bar("b", 0), Bar("c", 5), Bar("d", 2, 3)], Words(title="t")))
    assert len(heights) == 3  # nothing is drawn for nothing
    assert heights[0] == pytest.approx(2 * heights[1], rel=0.1)
    assert heights[1] == heights[2]  # what is on the way stands on what is done


@pytest.mark.parametrize("most", [0, 1, 2, 3, 4, 7, 10, 31, 99, 100, 101, 4200, 1_000_000])
def test_an_axis_has_round_numbers_up_to_the_highest_bar(most: int) -> None:
    svg = upright([Bar("a", most)], Words(title="t"))
    ticks = sorted({int(text.replace(",", "")) for text in re.findall(r'text-anchor="end">([\d,]+)<', svg)})
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 6
    assert len({after - before for before, after in itertools.pairwise(ticks)}) == 1


def test_nothing_is_said_where_there_is_nothing() -> None:
    words = Words(title="t", nothing="Nothing yet")
    for svg in (upright([], words), upright([Bar("a", 0)], words), lying([], words)):
        assert ">Nothing yet<" in svg


def test_a_month_of_days_keeps_its_labels_apart() -> None:
    svg = upright([Bar(str(day), day) for day in range(1, 32)], Words(title="t"))
    assert len(re.findall(r'font-size="16"[^>]*text-anchor="middle"', svg)) <= 8
