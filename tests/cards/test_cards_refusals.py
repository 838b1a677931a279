from datetime import UTC, datetime

import pytest

from bot.cards import help_text, refusal_card
from bot.domain.card import Button, ButtonAction, Moment, Tone
from bot.domain.errors import BadOption, NotAllowed, OverLimit, Refused, Repair
from bot.domain.request import ImageRequest
from bot.grammar.options import OPTIONS
from bot.grammar.parse import TypedOptions, parse

RESET = datetime(2026, 11, 23, tzinfo=UTC)


def refusal(text: str, typed: TypedOptions | None = None) -> BadOption:
    with pytest.raises(BadOption) as caught:
        parse(text, typed)
    return caught.value


def test_a_wrong_ratio_says_what_was_understood_and_offers_the_nearest() -> None:
    card = refusal_card(refusal("a cat ratio:2:1 n:2"), "en", draft_id="d", prompt="a cat ratio:2:1 n:2")
    assert card.tone is Tone.REFUSED
    assert card.job_id == ""
    assert card.prompt == "a cat ratio:2:1 n:2"
    assert card.status == ("“ratio:2:1” isn't a supported ratio. Use 1:1, 3:4, 4:3, 9:16, 16:9. Closest: 16:9.",)
    assert card.notes == (
        ("Understood: a cat n:2",),
        ('Meant it as part of the picture? Put it in "double quotes".',),
        ("Nothing was charged",),
    )
    assert card.buttons == (Button(press=ButtonAction.USE, label="Use 16:9", target="d", primary=True),)
    assert not card.mention


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("a cat n:9", "Use 4 pictures", "改用 4 张"),
        ("a cat clarity:3000", "Use 2048", "改用 2048"),
        ("a cat style:watercolr", "Use Watercolor", "改用 水彩"),
        ("a cat style:foo", "Use no style", "不用风格"),
        ("a cat ratio:2:1 n:9", "Use 16:9 · 4 pictures · 2048", "改用 16:9 · 4 张 · 2048"),
    ],
)
def test_the_button_names_what_it_takes(text: str, english: str, chinese: str) -> None:
    assert refusal_card(refusal(text), "en", draft_id="d").buttons[0].label == english
    assert refusal_card(refusal(text), "zh-CN", draft_id="d").buttons[0].label == chinese


def test_a_chinese_reader_is_told_styles_that_can_be_typed_in_chinese() -> None:
    refused = refusal("一只红狐 风格:水墨画")
    assert refusal_card(refused, "zh-CN").status == ("没有“风格:水墨画”这个风格。是不是想用 墨线？",)
    assert "Did you mean ink?" in str(refusal_card(refused, "en").status)
    (said,) = refusal_card(refusal("一只红狐 style:foo"), "zh-CN").status
    assert "照片、电影、水彩" in str(said)
    assert parse("一只红狐 风格:墨线").style == "ink"


def test_without_a_draft_or_without_a_repair_there_is_no_button() -> None:
    assert refusal_card(refusal("a cat ratio:2:1"), "en").buttons == ()
    assert refusal_card(refusal("ratio:2:1"), "en", draft_id="d").buttons == ()


def test_the_draft_that_an_action_kept_is_used() -> None:
    refused = refusal("a cat ratio:2:1")
    refused.draft_id = "kept"
    assert refusal_card(refused, "en").buttons[0].target == "kept"


def test_a_long_wrong_word_is_clipped() -> None:
    (said,) = refusal_card(refusal(f"a cat ratio:{'9' * 5000}"), "en").status
    assert isinstance(said, str)
    assert len(said) < 300


def test_empty_and_too_long() -> None:
    empty = refusal_card(refusal(""), "en")
    assert str(empty.status[0]).startswith("Tell me what to draw")
    long = refusal_card(refusal("a" * 2001), "en")
    assert "2,001 characters; a prompt can have 2,000" in str(long.status[0])
    assert long.notes == (("Nothing was charged",),)


@pytest.mark.parametrize(
    ("fits", "said"),
    [
        (0, "All 50 of your pictures for today are used. More "),
        (1, "You asked for 4, and 1 of your 50 pictures is left today. More "),
        (2, "You asked for 4, and 2 of your 50 pictures are left today. More "),
    ],
)
def test_over_the_daily_limit(fits: int, said: str) -> None:
    smaller = ImageRequest(prompt="a cat", n=fits) if fits else None
    refused = OverLimit(
        "limit-daily",
        repair=None if smaller is None else Repair(text="a cat", request=smaller),
        limit=50, used=50 - fits, wanted=4, fits=fits, left=fits, points=1, clarity="2048", resets_at=RESET,
    )  # fmt: skip
    card = refusal_card(refused, "en", draft_id="d")
    assert card.status == (said, Moment(RESET), ".")
    labels = [button.label for button in card.buttons]
    assert labels == ([f"Make it {fits}"] if fits else [])


@pytest.mark.parametrize(
    "code", ["daily", "channel-daily", "community-monthly", "total-daily", "total-monthly", "guests-daily"]
)
@pytest.mark.parametrize("points", [1, 4])
def test_a_limit_of_nothing_is_told_as_one(code: str, points: int) -> None:
    refused = OverLimit(
        f"limit-{code}", limit=0, used=0, wanted=points, fits=0, left=0, points=points, clarity=2048, resets_at=RESET
    )
    (english,), (chinese,) = (refusal_card(refused, locale).status for locale in ("en", "zh-CN"))
    assert "limit" in str(english)
    assert "is 0 pictures per" in str(english)
    assert "上限是 0 张" in str(chinese)


def test_where_a_clarity_counts_more_points_are_told_and_a_lower_one_is_offered() -> None:
    smaller = ImageRequest(prompt="a cat", n=2, clarity=2048)
    refused = OverLimit(
        "limit-daily", repair=Repair(text="a cat n:2", request=smaller),
        limit=50, used=47, wanted=8, fits=0, left=3, points=4, clarity="4096", resets_at=RESET,
    )  # fmt: skip
    card = refusal_card(refused, "en", draft_id="d")
    said = "This uses 8 points, 4 per picture at 4096, and 3 of your 50 are left today. More "
    assert card.status == (said, Moment(RESET), ".")
    assert [button.label for button in card.buttons] == ["Use 2048 · 2 pictures"]
    said = "这次要算 8 点（4096 一张 4 点），你今天的 50 点里还剩 3 点，"
    assert refusal_card(refused, "zh-CN").status == (said, Moment(RESET), "恢复。")


def test_a_blocked_word_is_named_and_may_be_called_harmless() -> None:
    refused = NotAllowed("blocked-word", word="bad")
    assert refusal_card(refused, "en").buttons == ()
    refused.entry_id = 17
    card = refusal_card(refused, "en")
    assert str(card.status[0]).startswith("“bad” is on this community's list of blocked words.")
    assert card.buttons == (Button(press=ButtonAction.APPEAL, label="It's harmless", target="17"),)


def test_channels_are_named_as_the_platform_does() -> None:
    refused = NotAllowed("wrong-channel", channels="17 18")
    card = refusal_card(refused, "en", channel_name=lambda channel_id: f"#room-{channel_id}")
    assert card.status == ("Pictures aren't drawn in this channel. Use #room-17, #room-18.",)


@pytest.mark.parametrize(("reason", "said"), [("nothing", "."), ("spam", ": spam.")])
def test_a_lock_says_until_when_and_why(reason: str, said: str) -> None:
    card = refusal_card(NotAllowed("locked", until=RESET, reason=reason), "en")
    assert card.status == (
        f"The moderators here have locked you for a while{said} You can ask again ",
        Moment(RESET),
        ".",
    )


def test_too_many_under_way_has_no_moment() -> None:
    card = refusal_card(OverLimit("limit-unfinished", limit=10, used=10, wanted=1), "zh-CN")
    assert card.status == (
        "你还有 10 个请求没有完成，同时最多 10 个。请等一个完成。取消的请求在绘制结束前仍然算一个。",
    )


def test_not_allowed() -> None:
    refused = NotAllowed("missing-permissions", permissions="Attach Files, Send Messages")
    assert "Attach Files, Send Messages" in str(refusal_card(refused, "en").status[0])
    finished = refusal_card(NotAllowed("already-finished", state="failed"), "en")
    assert finished.status == ("Too late: it is already over, it failed.",)


def test_an_unknown_code_is_no_raw_key() -> None:
    assert refusal_card(Refused("no-such-thing"), "en").status == (
        "That can't be done right now. Nothing was charged.",
    )


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_help_names_every_option_and_its_example_works(locale: str) -> None:
    card = help_text(locale)
    told = "\n".join(str(part) for note in card.notes for part in note)
    for option in OPTIONS:
        assert f"{option.name}:" in told
        assert all(str(choice.value) in told for choice in option.choices(locale))
    example = str(card.status[0]).split(": " if locale == "en" else "：", 1)[1]
    asked = parse(example)
    assert (asked.ratio, asked.n) == ("16:9", 2)


def test_a_price_is_a_question_and_no_error() -> None:
    refused = Refused("matrix-offer", jobs=4, pictures=4, points=4, left=46)
    assert refusal_card(refused, "en").tone is Tone.ASKING


def test_another_generators_option_is_left_out_by_one_press() -> None:
    with pytest.raises(BadOption) as caught:
        parse("a fox --v 6")
    card = refusal_card(caught.value, "en", draft_id="d1")
    assert [button.label for button in card.buttons] == ["Draw without it"]
    assert "“--v 6” belongs to another image generator" in "".join(map(str, card.status))
    assert ("Understood: a fox",) in card.notes
