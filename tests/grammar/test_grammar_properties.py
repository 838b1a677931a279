import contextlib
import json
import os
import re
from dataclasses import replace

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.domain.errors import BadOption
from bot.domain.models import MODEL
from bot.domain.request import ImageRequest, has_visible
from bot.domain.style import STYLES
from bot.grammar.forms import form_of
from bot.grammar.options import OPTIONS, Option, Value
from bot.grammar.parse import TypedOptions, parse
from bot.grammar.printing import print_options, print_request, quote_prompt
from bot.grammar.small_talk import small_talk
from bot.grammar.splitting import split
from bot.grammar.words import SEPARATORS

THOROUGH = settings(deadline=None, max_examples=int(os.environ.get("EASEL_EXAMPLES", "200")))

NAMES = [name for option in OPTIONS for name in option.names]
SPELLINGS = [spelling for option in OPTIONS for value in option.values for spelling in value.spellings()]
# Pieces that meet one another where the parser has to decide.
PIECES = st.sampled_from(
    [
        *NAMES,
        *SPELLINGS,
        *[
            "--",
            "—",
            "–",
            "——",
            ":",
            "：",
            "=",
            "\\",
            "\\\\",
            '"',
            "“",
            "”",
            "「",
            "」",
            "«",
            "»",
            "'",
            ",",
            ".",
            "，",
            "。",
            ";",
            "；",
            "、",
            ",",
            ",",
            "比例：16：9",
            "张数:2",
            "猫",
            "的",
            "画面",
            "://",
            "www.",
            "{",
            "}",
        ],
        *[
            " ",
            " ",
            " ",
            "\n",
            "\u3000",
            "\x00",
            "\x0b",
            "\u200d",
            "\u202e",
            "\ud83d",
            "e\u0301",
            "שלום",
            "🦊",
            "{a|b}",
        ],
        *[
            "a",
            "the",
            "in",
            "tv",
            "BMW",
            "X4",
            "x9",
            "9",
            "2:1",
            "[",
            "]",
            "(",
            ")",
            "!",
            "n:9",
            "style:foo",
            "--v",
            "--no",
            "--tile",
            "v6",
            "//",
            "²",
            "½",
            "٢",
            "x²",
        ],
    ]
)
ANY_CHARACTER = st.characters(codec=None, categories=None)
TEXTS = st.one_of(st.text(ANY_CHARACTER), st.lists(PIECES, max_size=25).map("".join))


def without_left_over(prompt: str) -> str:
    """What an option behind `prompt` leaves of it."""
    while prompt and (prompt[-1].isspace() or prompt[-1] in SEPARATORS):
        prompt = prompt[:-1]
    return prompt


@st.composite
def requests(draw: st.DrawFn) -> ImageRequest:
    prompt = draw(TEXTS).strip()
    assume(has_visible(prompt))
    try:
        return ImageRequest(
            prompt=prompt,
            ratio=draw(st.sampled_from(MODEL.ratios)),
            n=draw(st.integers(1, 4)),
            clarity=draw(st.sampled_from(MODEL.clarities)),
            style=draw(st.sampled_from([None, *STYLES])),
        )
    except ValueError:
        assume(False)
        raise


@THOROUGH
@given(requests())
@example(ImageRequest(prompt="--n x4"))
@example(ImageRequest(prompt="--v 6 \\--no \\\\--tile, a"))
@example(ImageRequest(prompt="X4 X4 a X4", n=2))
@example(ImageRequest(prompt="\\ratio:16:9 \\\\n:2 4k, a 4k 4k tv"))
@example(ImageRequest(prompt='5" n:2 "x4', ratio="16:9"))
@example(ImageRequest(prompt="ratio:", ratio="16:9"))
@example(ImageRequest(prompt="a —n", n=2))
@example(ImageRequest(prompt=",a,", n=2))
@example(ImageRequest(prompt=",", n=2))
@example(ImageRequest(prompt="cat,ratio:16:9,n:2,4k,5;x4 b", n=3))
@example(ImageRequest(prompt="猫比例：16：9张数:2\\风格:水彩", n=3))
def test_printing_and_parsing_give_the_same_request(request: ImageRequest) -> None:
    assert parse(print_request(request)) == request


@THOROUGH
@given(requests())
def test_a_quoted_prompt_with_typed_options_is_the_same_request(request: ImageRequest) -> None:
    typed = TypedOptions(ratio=request.ratio, n=request.n, clarity=request.clarity, style=request.style or "none")
    assert parse(quote_prompt(request.prompt), typed) == request


@THOROUGH
@given(TEXTS)
def test_any_text_gives_a_request_or_a_refusal_that_can_be_sent(text: str) -> None:
    repair = None
    try:
        request = parse(text)
    except BadOption as refused:
        json.dumps(refused.values, ensure_ascii=False).encode()
        repair = refused.repair
    else:
        request.prompt.encode()
        assert parse(print_request(request)) == request
    if repair is not None:
        assert parse(repair.text) == repair.request


@THOROUGH
@given(st.text(ANY_CHARACTER), st.text(), st.integers(), st.integers(), st.text())
def test_any_typed_options_do(text: str, ratio: str, n: int, clarity: int, style: str) -> None:
    with contextlib.suppress(BadOption):
        parse(text, TypedOptions(ratio=ratio, n=n, clarity=clarity, style=style))


@THOROUGH
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=500))
def test_what_is_no_option_survives_character_by_character(text: str) -> None:
    prompt = text.strip()
    assume(has_visible(prompt))
    assume(all(form_of(word.plain.lstrip("\\")) is None for word in split(prompt)))
    assume(small_talk(prompt) is None)
    assert parse(prompt).prompt == prompt
    assert parse(f"style:ink {prompt}").prompt == prompt
    kept = without_left_over(prompt)
    assume(has_visible(kept))
    assert parse(f"{prompt} ratio:16:9 --n 2").prompt == kept
    if "/" not in prompt and not re.search("www", prompt, re.IGNORECASE):  # an address goes on to the next space
        assert parse(f"{prompt},ratio:16:9,x2").prompt == kept


@THOROUGH
@given(
    st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), min_size=2, max_size=6),
    st.lists(st.sampled_from([",", ", ", ";", "; ", "，", "、", "；"]), min_size=8, max_size=8),
    st.data(),
)
def test_a_list_loses_only_its_options(names: list[str], joints: list[str], data: st.DataObject) -> None:
    options = data.draw(
        st.lists(st.sampled_from(["ratio:16:9", "n=2", "--n2", "比例：16：9", "风格:水彩"]), max_size=2)
    )
    items: list[tuple[str, bool]] = [(name, False) for name in names]
    for option in options:
        items.insert(data.draw(st.integers(0, len(items))), (option, True))
    text = "".join(f"{item}{joint}" for (item, _), joint in zip(items, joints, strict=False)).rstrip("".join(joints))
    assume(all(form_of(word.plain) is None for name in names for word in split(name)))
    words = re.split(r"[,;，、；]\s*", parse(text).prompt)
    assert words == names


@THOROUGH
@given(st.sampled_from(OPTIONS), st.data())
def test_every_alias_means_what_the_name_means(option: Option, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(option.names))
    value: Value = data.draw(st.sampled_from(option.values))
    spelling = data.draw(st.sampled_from(list(value.spellings())))
    if data.draw(st.booleans()):
        name, spelling = name.upper(), spelling.upper()
    forms = [
        f"{name}:{spelling}",
        f"{name}={spelling}",
        f"{name}：{spelling}",
        f"--{name} {spelling}",
        f"—{name} {spelling}",
    ]
    forms += [f"--{name}={spelling}"] + [short for short in value.short if spelling.lower() in value.short]
    form = data.draw(st.sampled_from(forms))
    assert parse(f"red fox {form}") == parse(f"red fox {option.name}:{value.value}")


@THOROUGH
@given(requests(), st.data())
def test_options_come_in_any_order_around_a_prompt(request: ImageRequest, data: st.DataObject) -> None:
    options = data.draw(st.permutations(print_options(request)))
    behind = data.draw(st.integers(0, len(options)))
    text = " ".join([*options[behind:], quote_prompt(request.prompt), *options[:behind]])
    kept = without_left_over(request.prompt) if options[:behind] else request.prompt
    assume(has_visible(kept))
    assert parse(text) == replace(request, prompt=kept)
