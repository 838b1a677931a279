import contextlib
import json
import os

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.domain.errors import BadOption
from bot.domain.request import CLARITIES, RATIOS, ImageRequest, has_visible
from bot.domain.style import STYLES
from bot.grammar.forms import form_of
from bot.grammar.options import OPTIONS, Option, Value
from bot.grammar.parse import TypedOptions, parse
from bot.grammar.printing import print_options, print_request, quote_prompt
from bot.grammar.words import split

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


@st.composite
def requests(draw: st.DrawFn) -> ImageRequest:
    prompt = draw(TEXTS).strip()
    assume(has_visible(prompt))
    try:
        return ImageRequest(
            prompt=prompt,
            ratio=draw(st.sampled_from(RATIOS)),
            n=draw(st.integers(1, 4)),
            clarity=draw(st.sampled_from(CLARITIES)),
            style=draw(st.sampled_from([None, *STYLES])),
        )
    except ValueError:
        assume(False)
        raise


@THOROUGH
@given(requests())
@example(ImageRequest(prompt="--n x4"))
@example(ImageRequest(prompt="X4 X4 a X4", n=2))
@example(ImageRequest(prompt="\\ratio:16:9 \\\\n:2 4k, a 4k 4k tv"))
@example(ImageRequest(prompt='5" n:2 "x4', ratio="16:9"))
@example(ImageRequest(prompt="ratio:", ratio="16:9"))
@example(ImageRequest(prompt="a —n", n=2))
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
    assert parse(prompt).prompt == prompt
    assert parse(f"{prompt} ratio:16:9 --n 2").prompt == prompt
    assert parse(f"style:ink {prompt}").prompt == prompt


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
    assert parse(text) == request
