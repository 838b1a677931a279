import contextlib
import time

import pytest

from bot.domain.errors import BadOption
from bot.domain.request import ImageRequest
from bot.grammar.options import OPTIONS
from bot.grammar.parse import TypedOptions, parse
from bot.grammar.printing import print_request

FOX = "a red fox"


def request(prompt: str = FOX, **fields: object) -> ImageRequest:
    return ImageRequest(prompt=prompt, **fields)  # type: ignore[arg-type]


def test_the_command_of_the_readme() -> None:
    asked = parse("a lighthouse in a storm ratio:16:9 n:2")
    assert asked == request("a lighthouse in a storm", ratio="16:9", n=2)


def test_defaults() -> None:
    assert parse(FOX) == ImageRequest(prompt=FOX, ratio="1:1", n=1, clarity=2048, style=None)


@pytest.mark.parametrize(
    "typed",
    [
        "ratio:16:9",
        "ratio=16:9",
        "RATIO:16:9",
        "Ratio:16/9",
        "ratio:16x9",
        "ratio：16：９",
        "ｒａｔｉｏ：１６：９",
        "ratio: 16:9",
        "ratio:wide",
        'ratio:"16:9"',
        "[ratio:16:9]",
        "（比例：16：9）",
        "比例16:9",
        "--ar16:9",
        "--ar 16:9",
        "--AR 16:9",
        "--ratio=16:9",
        "--ar:16:9",
        "--ar: 16:9",
        "—ar 16:9",
        "––ar 16:9",
        "——ratio 16:9",
        "－－ar 16:9",
        "ar:16:9",
        "比例:16:9",
        "比例：16：9",
        "比例： 16：9",
        "比例:宽屏",
    ],
)
@pytest.mark.parametrize("text", ["{} a red fox", "a {} red fox", "a red fox {}", "a red fox\n{}"])
def test_spellings_of_a_ratio_anywhere(typed: str, text: str) -> None:
    assert parse(text.format(typed)) == request(ratio="16:9")


@pytest.mark.parametrize("typed", ["ratio:16:9,", "ratio:16:9.", "ratio:16:9!", "(ratio:16:9),", "比例：16：9，"])
@pytest.mark.parametrize("text", ["{} a red fox", "a red fox {}", "a red fox\n{}", "a red fox, {}", "a red fox,{}"])
def test_a_mark_behind_an_option_at_an_end_goes_with_it(typed: str, text: str) -> None:
    assert parse(text.format(typed)) == request(ratio="16:9")


@pytest.mark.parametrize(
    "typed",
    [
        "n:2",
        "n=2",
        "N:2",
        "--n 2",
        "—n 2",
        "x2",
        "×2",
        "X2",
        "张数:2",
        "张数：２",
        "张数: 2",
        "n:two",
        "n:٢",
        "--n2",
        "张数2",
        "(x2)",
    ],
)
def test_spellings_of_a_number(typed: str) -> None:
    assert parse(f"{FOX} {typed}").n == 2
    assert parse(f"{typed} {FOX}") == request(n=2)


@pytest.mark.parametrize(
    "typed", ["clarity:4096", "clarity:4k", "4k", "4K", "４ｋ", "4k,", "清晰度:4096", "--clarity 4k"]
)
def test_spellings_of_a_clarity(typed: str) -> None:
    assert parse(f"{FOX} {typed} n:2") == request(clarity=4096, n=2)


@pytest.mark.parametrize("typed", ["style:ink", "Style:INK", "--style ink", "风格:墨线", "风格： 墨线", "style:ink."])
def test_spellings_of_a_style(typed: str) -> None:
    assert parse(f"{FOX} {typed}") == request(style="ink")


@pytest.mark.parametrize(
    "prompt",
    [
        "a clock at 10:30",
        "16:9",
        "n: the letter",
        "n:",
        "the ratio: golden",
        "style: ink on paper",
        "see https://example.org/n:2?ratio=16:9",
        "style://host/path",
        'a sign saying "ratio:1:1"',
        'a sign saying "big n:2 letters" on wood',
        "a sign saying “ratio:1:1 n:2”",
        "写着「比例:16:9 张数:2」的牌子",
        "写着“a n:2 b”的牌子",
        "a 4k tv",
        "4k tv in a living room",
        "filmed in 4k",
        "a 2 x4 plank",
        "a BMW X4",
        "a BMW X5 in the rain",
        "x5 cats",
        "x²",
        "y = x2",
        "matrix4 4kids x4y 14k",
        "{red|blue} fox",
        "a man —style of old—",
        "the letter —n is big",
        "n:) hello",
        "C:\\n:2",
        "(a cat",
        "数量3倍",
        "—n2d2",
        "()",
        "\\o/ \\frac",
        'a 5" screen and a "quote',
        "red,green:blue",
        "a, b; c,d",
        "https://example.org/a,n:2;x4",
        "www.example.org/a,n:2",
        "example.org/a,4k",
        'a sign saying "fox,n:2,4k"',
        "rgb(1,n:2)",
        "{fox,n:2}",
        "[cat;x4]",
        "10,000 cats",
        "1,2k people",
        "zoom x2,5",
        "masterpiece,4k resolution,sharp",
        "一只猫，4k 电视",
        "一只猫比例16:9",
        "一只猫比例:好",
        "一只猫张数:9",
        "男女比例：1：1",
        "高清晰度：4k",
        "一只猫的画面比例：16：9",
        "苹果数量：3",
        "屏幕分辨率：4k",
        "“一只猫比例：16：9”",
        "café rené 🦊 👩‍👩‍👧 שלום é",
    ],
)
def test_what_only_looks_like_an_option_stays_prompt(prompt: str) -> None:
    assert parse(prompt) == request(prompt)
    assert parse(f"{prompt} ratio:16:9") == request(prompt, ratio="16:9")


def test_a_length_in_inches_opens_no_quotation() -> None:
    assert parse('a 5" screen n:2 with "hello" on it') == request('a 5" screen with "hello" on it', n=2)


@pytest.mark.parametrize(
    ("text", "prompt", "fields"),
    [
        ("一只猫，比例：16：9，张数：2", "一只猫", {"ratio": "16:9", "n": 2}),
        ("一只猫，比例：16：9，张数：2，下雨", "一只猫，下雨", {"ratio": "16:9", "n": 2}),
        ("一只狐狸；风格：水彩", "一只狐狸", {"style": "watercolor"}),
        ("一只狐狸；风格：水彩；清晰度：4k；", "一只狐狸", {"style": "watercolor", "clarity": 4096}),
        ("比例：16：9、张数：2、一只猫", "一只猫", {"ratio": "16:9", "n": 2}),
        ("一只猫,比例：16：9;张数=2", "一只猫", {"ratio": "16:9", "n": 2}),
        ("一只猫。比例：16：9。", "一只猫。", {"ratio": "16:9"}),
        ("一只猫，4k，x2", "一只猫", {"clarity": 4096, "n": 2}),
        ("cat,ratio:16:9,n:2", "cat", {"ratio": "16:9", "n": 2}),
        ("cat;ratio=16:9;n=2;", "cat", {"ratio": "16:9", "n": 2}),
        ("ratio:16:9,n:2,cat", "cat", {"ratio": "16:9", "n": 2}),
        ("ratio: 16:9,n:2,cat", "cat", {"ratio": "16:9", "n": 2}),
        ("red,green:blue,n:2", "red,green:blue", {"n": 2}),
        ("cat,--ar 16:9,rain", "cat,rain", {"ratio": "16:9"}),
        ("cat,--ar=16:9,--n2", "cat", {"ratio": "16:9", "n": 2}),
        ("cat --ar 16:9,4k", "cat", {"ratio": "16:9", "clarity": 4096}),
        ("cat --n 2,4k", "cat", {"n": 2, "clarity": 4096}),
        ("cat,—ar 16:9,rain", "cat,rain", {"ratio": "16:9"}),
        ("cat,ratio:16:9,2 dogs", "cat,2 dogs", {"ratio": "16:9"}),
        ("cat,4k", "cat", {"clarity": 4096}),
        ("cat,4k,rain", "cat,rain", {"clarity": 4096}),
        ("cat,4k n:2", "cat", {"clarity": 4096, "n": 2}),
        ("4k,cat", "cat", {"clarity": 4096}),
        ("n:2,x3 cat", "cat", {"n": 3}),
        ("n:2,4k cat", "cat", {"n": 2, "clarity": 4096}),
        ("10,000 cats,n:2", "10,000 cats", {"n": 2}),
        ("ratio:16:9,https://example.org/a,n:2", "https://example.org/a,n:2", {"ratio": "16:9"}),
    ],
)
def test_options_joined_by_commas(text: str, prompt: str, fields: dict[str, object]) -> None:
    assert parse(text) == request(prompt, **fields)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("a, ratio:1:1, b", "a, b"),
        ("a , ratio:1:1 , b", "a , b"),
        ("a,ratio:1:1,b", "a,b"),
        ("a,ratio:1:1, b", "a, b"),
        ("a, ratio:1:1,b", "a, b"),
        ("a,ratio:1:1 b", "a, b"),
        ("a ratio:1:1, b", "a, b"),
        ("a ratio:1:1. B", "a. B"),
        ("a. ratio:1:1, b", "a. b"),
        ("a; x1, 2k; ratio:1:1; b", "a; b"),
        ("a， 比例：1：1， b", "a， b"),
        ("a\nratio:1:1, b", "a\nb"),
        ("a, ratio:1:1", "a"),
        ("a,; ratio:1:1,,", "a"),
        ("a. ratio:1:1", "a."),
        ("a? ratio:1:1", "a?"),
        ("ratio:1:1, a", "a"),
        ("ratio:1:1,, a", "a"),
        ("ratio:1:1 ,a,", ",a,"),
        ("  a,  b ; c,ratio:1:1", "a,  b ; c"),
    ],
)
def test_a_mark_with_nothing_to_part_goes_with_the_option(text: str, prompt: str) -> None:
    assert parse(text) == request(prompt)


@pytest.mark.parametrize(
    ("text", "prompt", "fields"),
    [
        ("一只猫比例:16:9", "一只猫", {"ratio": "16:9"}),
        ("一只猫比例：16：9张数：2，下雨", "一只猫，下雨", {"ratio": "16:9", "n": 2}),
        ("一只猫画面比例：宽屏", "一只猫", {"ratio": "16:9"}),
        ("「猫」风格=水彩 下雨", "「猫」 下雨", {"style": "watercolor"}),
        ("🦊清晰度：4k,x2", "🦊", {"clarity": 4096, "n": 2}),
        ("比例：16：9张数：2 一只猫", "一只猫", {"ratio": "16:9", "n": 2}),
        (r"一只猫\比例：16：9", "一只猫比例：16：9", {}),
    ],
)
def test_chinese_names_inside_a_word(text: str, prompt: str, fields: dict[str, object]) -> None:
    assert parse(text) == request(prompt, **fields)


def test_a_backslash_keeps_a_word_and_goes() -> None:
    assert parse(r"the word \n:2 and \\x4") == request(r"the word n:2 and \x4")


def test_nothing_else_changes_around_an_option() -> None:
    assert parse("a cat, ratio:16:9, in  the\nrain, n:2.") == request("a cat, in  the\nrain", ratio="16:9", n=2)
    assert parse("one\nratio:16:9\ntwo") == request("one\ntwo", ratio="16:9")


def test_the_last_of_a_kind_wins_and_what_loses_is_not_judged() -> None:
    assert parse("n:9 fox n:2 x3 ratio:2:1 ratio:4:3") == request("fox", n=3, ratio="4:3")
    assert parse("fox style:ink style:none") == request("fox")


def test_typed_options_win() -> None:
    typed = TypedOptions(ratio="3:4", n=4, clarity=1024, style="oil")
    assert parse("fox n:9 style:foo ratio:16:9 4k", typed) == request(
        "fox", ratio="3:4", n=4, clarity=1024, style="oil"
    )
    assert parse("fox style:ink", TypedOptions(style="none")) == request("fox")
    assert parse("fox style:ink", TypedOptions(style="")) == request("fox", style="ink")


def test_a_wrong_typed_option_is_refused_too() -> None:
    with pytest.raises(BadOption) as caught:
        parse(FOX, TypedOptions(ratio="2:1"))
    assert caught.value.code == "bad-ratio"
    assert caught.value.values["word"] == "2:1"


@pytest.mark.parametrize(
    ("typed", "code", "word", "nearest"),
    [
        ("ratio:2:1", "bad-ratio", "ratio:2:1", "16:9"),
        ("ratio:21:9,", "bad-ratio", "ratio:21:9", "16:9"),
        ("Ratio：3：2", "bad-ratio", "Ratio：3：2", "4:3"),
        ("--ar 2:3", "bad-ratio", "--ar 2:3", "3:4"),
        ("—ar 1:9", "bad-ratio", "—ar 1:9", "9:16"),
        ("ratio:1.9", "bad-ratio", "ratio:1.9", "16:9"),
        ("ratio:0:0", "bad-ratio", "ratio:0:0", "1:1"),
        ("ratio:widee", "bad-ratio", "ratio:widee", "16:9"),
        ("--ar", "bad-ratio", "--ar", "1:1"),
        ("n:9", "bad-n", "n:9", "4"),
        ("n:0", "bad-n", "n:0", "1"),
        ("n:-3", "bad-n", "n:-3", "1"),
        ("n:99999999999999999999", "bad-n", "n:99999999999999999999", "4"),
        ("--n x9", "bad-n", "--n", "1"),
        ("n:2,5", "bad-n", "n:2,5", "2"),
        ("ratio:16,9", "bad-ratio", "ratio:16,9", "16:9"),
        ("fox,ratio:2:1,rain", "bad-ratio", "ratio:2:1", "16:9"),
        ("一只猫，张数：9，下雨", "bad-n", "张数：9", "4"),
        ("张数:５", "bad-n", "张数:５", "4"),
        ("clarity:3000", "bad-clarity", "clarity:3000", "2048"),
        ("clarity:8k", "bad-clarity", "clarity:8k", "4096"),
        ("clarity:hd", "bad-clarity", "clarity:hd", "2048"),
        ("style:watercolr", "bad-style", "style:watercolr", "watercolor"),
        ("style:foo", "bad-style", "style:foo", "none"),
        ("--style foo", "bad-style", "--style foo", "none"),
    ],
)
def test_a_wrong_value_is_refused_with_the_nearest(typed: str, code: str, word: str, nearest: str) -> None:
    with pytest.raises(BadOption) as caught:
        parse(f"{typed} a red fox {'4k' if code != 'bad-clarity' else 'x3'}")
    refused = caught.value
    assert refused.code == code
    assert refused.values["word"] == word
    assert refused.values["nearest"] == nearest
    assert f"bad-{refused.values['option']}" == code
    assert str(refused.values["understood"]).endswith("clarity:4096" if code != "bad-clarity" else "n:3")
    assert refused.repair is not None
    assert parse(refused.repair.text) == refused.repair.request
    value = getattr(refused.repair.request, str(refused.values["option"]))
    assert str(value or "none") == nearest


def test_several_wrong_values_are_all_named_and_repaired() -> None:
    with pytest.raises(BadOption) as caught:
        parse("ratio:2:1 cat n:9 style:ink")
    assert caught.value.values["understood"] == "cat style:ink"
    assert caught.value.values["others"] == "n:9 → 4"
    assert caught.value.repair is not None
    assert caught.value.repair.request == request("cat", ratio="16:9", n=4, style="ink")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "n:2",
        "ratio:16:9 x2",
        "n:2,x2",
        ", n:2",
        "比例：16：9，张数：2。",
        "\x00\x07",
        "\u200b\u2060",
        "\u3000",
    ],
)
def test_nothing_to_draw(text: str) -> None:
    with pytest.raises(BadOption) as caught:
        parse(text)
    assert caught.value.code == "prompt-empty"


def test_a_wrong_value_without_a_prompt_has_no_repair() -> None:
    with pytest.raises(BadOption) as caught:
        parse("ratio:2:1")
    assert caught.value.code == "bad-ratio"
    assert caught.value.repair is None


def test_too_long() -> None:
    assert len(parse("字" * 2000 + " n:2").prompt) == 2000
    with pytest.raises(BadOption) as caught:
        parse("字" * 2001)
    assert caught.value.code == "prompt-too-long"
    assert caught.value.values == {"length": 2001, "limit": 2000}


def test_the_words_of_a_style_count() -> None:
    with pytest.raises(BadOption) as caught:
        parse("a" * 1990 + " style:ink")
    assert caught.value.code == "prompt-too-long"
    assert caught.value.values["limit"] == 2000 - len(", ink drawing, confident black lines, white paper")


def test_what_nobody_can_send_is_dropped() -> None:
    assert parse("a\x00 \x1bcat\x0bdog\x85bird\ttab\nline") == request("a cat dog bird\ttab\nline")
    assert parse("half \ud83d and whole \ud83e\udd8a") == request("half \ufffd and whole 🦊")


def test_right_to_left_marks_and_joiners_survive() -> None:
    prompt = "\u200fשלום\u200e 👩\u200d🚀 e\u0301"
    assert parse(f"{prompt} n:2") == request(prompt, n=2)


@pytest.mark.parametrize(
    "text",
    [
        "1,",
        "n:2,",
        "n:2,4k;",
        "--n 1,1",
        "猫比例:",
        "猫比例:1:1",
        "猫\\",
        "，",
        "{(",
        "(a,",
        "a.b,",
        " ,",
        "n:2 ,a",
        "x4 ",
        '"',
        '" ',
        "ratio:",
        "--n ",
        "\\",
        "—",
        "a",
        "　",
        "n:9 ",
        "“”",
        "\ud800",
        "\x00",
    ],
)
def test_a_hundred_thousand_characters_take_no_time(text: str) -> None:
    for piece in (text * (100_000 // len(text)), text * (7_900 // len(text))):
        started = time.process_time()
        with contextlib.suppress(BadOption):
            parse(piece)
        assert time.process_time() - started < 5  # milliseconds; a guard against backtracking, not a measurement


def test_no_spelling_is_ambiguous() -> None:
    for option in OPTIONS:
        spellings = [spelling for value in option.values for spelling in value.spellings()]
        assert len(spellings) == len(set(spellings))
        assert all(spelling == spelling.lower() for spelling in spellings)
    names = [name for option in OPTIONS for name in option.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("typed", "word", "left"),
    [
        ("a fox --v 6 --stylize 250", "--v 6 --stylize 250", "a fox"),
        ("a fox --v6, in snow", "--v6", "a fox, in snow"),
        ("a fox —v 6", "—v 6", "a fox"),
        ("a fox --no text, cars ratio:16:9", "--no text, cars", "a fox"),
        ("a fox --seed 4 --ar 16:9 --tile", "--seed 4 --tile", "a fox"),
        ("--v 6 a fox", "--v 6", "a fox"),
        ("a fox --sref https://example.org/a.png", "--sref https://example.org/a.png", "a fox"),
        ("一只猫 --chaos 20", "--chaos 20", "一只猫"),
    ],
)
def test_an_option_of_another_generator_is_refused_before_it_costs_anything(typed: str, word: str, left: str) -> None:
    with pytest.raises(BadOption, match="foreign-option") as refused:
        parse(typed)
    assert refused.value.values["word"] == word
    assert refused.value.repair is not None
    assert refused.value.repair.request.prompt == left
    assert parse(refused.value.repair.text) == refused.value.repair.request


def test_it_is_left_out_where_another_word_is_wrong_too() -> None:
    with pytest.raises(BadOption, match="bad-ratio") as refused:
        parse("a fox ratio:16:7 --v 6")
    assert refused.value.repair is not None
    assert refused.value.repair.text == "a fox ratio:16:9"
    assert refused.value.values["others"] == "--v 6 → –"


@pytest.mark.parametrize(
    "prompt", ["a letter --v", "--c for effect", "a man —tile", 'a sign "--v 6"', "--cute cats", "-v 6", "a--v 6"]
)
def test_what_is_none_for_sure_stays_prompt(prompt: str) -> None:
    assert parse(prompt).prompt == prompt


def test_a_backslash_keeps_it_and_so_does_printing() -> None:
    assert parse("a fox \\--v 6").prompt == "a fox --v 6"
    kept = ImageRequest(prompt="a fox --no text, --v 6")
    assert parse(print_request(kept)) == kept
