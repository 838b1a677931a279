import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from fluent.runtime import FluentResource
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

import bot
from bot.cards import sentences as loading
from bot.cards.sentences import OTHERWISE, entries, has_sentence, sentence, source, sources, words
from bot.domain.card import Moment
from bot.domain.job import FailureCode
from bot.grammar.language import LANGUAGES, Language
from bot.grammar.options import OPTIONS

ROOT = Path(bot.__file__).parent.parent
NOW = datetime(2026, 11, 22, tzinfo=UTC)
MOMENTS = {"moment", "resets_at", "until"}
NUMBERS = {
    "strikes",
    "percent",
    "least",
    "most",
    "n",
    "used",
    "limit",
    "left",
    "wanted",
    "fits",
    "came",
    "position",
    "low",
    "high",
    "seconds",
    "minutes",
    "points",
    "price",
}
# Alternatives in a prompt, JSON, and what Slack fills in.
WITH_BRACES = {
    "help-matrix", "slack-time", "slack-date",
    "problem-bad-json-hint", "problem-no-text-hint", "problem-not-sure-hint",
}  # fmt: skip
# What others may say at any time, raised in the tree today or not.
PROMISED = {
    "limit-unfinished", "limit-daily", "limit-channel-daily", "limit-community-monthly",
    "not-yours", "job-gone", "already-finished",
    "nothing-to-delete", "draft-gone", "missing-permissions", "shutting-down",
    "text-too-long", "internal", "deleted-ok", "working",
}  # fmt: skip


class Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()
        self.references: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802 - the library's name
        self.names.add(node.id.name)

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:  # noqa: N802 - the library's name
        self.references.add(node.id.name)


def variables(tongue: Language) -> dict[str, set[str]]:
    entries = [entry for name in sorted(sources(tongue)) for entry in FluentParser().parse(source(tongue, name)).body]
    assert not [entry for entry in entries if isinstance(entry, ftl.Junk)]
    found: dict[str, Variables] = {}
    for entry in entries:
        if isinstance(entry, ftl.Message):
            assert entry.id.name not in found, f"{entry.id.name} is there twice"
            found[entry.id.name] = Variables()
            found[entry.id.name].visit(entry)
    return {
        name: visitor.names.union(*(found[reference].names for reference in visitor.references))
        for name, visitor in found.items()
    }


def constants(node: ast.expr) -> Iterator[str]:
    """The codes an expression may be: a literal, one of two, or `bad-<option>`."""
    match node:
        case ast.Constant(value=str(code)):
            yield code
        case ast.IfExp():
            yield from constants(node.body)
            yield from constants(node.orelse)
        case ast.JoinedStr(values=[ast.Constant(value="bad-"), *_]):
            yield from (f"bad-{option.name}" for option in OPTIONS)


def calls(names: set[str], argument: int = 0) -> Iterator[tuple[str, str]]:
    for folder in ("bot", "cogs", "db"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and len(node.args) > argument:
                    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                    if name in names:
                        for code in constants(node.args[argument]):
                            yield code, f"{path.name}:{node.lineno}"


def test_both_languages_say_the_same_things_of_the_same_values() -> None:
    english, chinese = variables("en"), variables("zh-CN")
    assert sources("en") == sources("zh-CN")
    assert set(english) == set(chinese)
    assert {name: values for name, values in english.items() if chinese[name] != values} == {}


def test_every_failure_and_every_promised_code_has_its_sentence() -> None:
    codes = {f"failure-{code.value}" for code in FailureCode} | PROMISED
    assert {code for code in codes if not has_sentence(code)} == set()


def test_every_refusal_raised_anywhere_has_its_sentence() -> None:
    raised = dict(calls({"Refused", "BadOption", "OverLimit", "NotAllowed"}))
    assert {"job-gone", "bad-ratio", "limit-cooldown", "blocked-word"} <= set(raised)
    assert {code: where for code, where in raised.items() if not has_sentence(code)} == {}


def test_every_sentence_asked_for_by_name_is_there() -> None:
    asked = dict(calls({"sentence", "words"}))
    assert "status-slow" in asked
    assert {code: where for code, where in asked.items() if not has_sentence(code)} == {}


def test_every_problem_of_the_web_api_has_its_sentence_and_its_hint() -> None:
    codes = {f"problem-{code}{part}" for code, _ in calls({"Problem"}, argument=1) for part in ("", "-hint")}
    assert "problem-wrong-host-hint" in codes
    assert {code for code in codes if not has_sentence(code)} == set()


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_no_sentence_shows_a_key_or_a_brace(tongue: Language) -> None:
    for name, values in variables(tongue).items():
        for number in (0, 1, 2, 3, 11, 1200):
            filled = {value: NOW if value in MOMENTS else number if value in NUMBERS else "value" for value in values}
            said = sentence(name, tongue, **filled)
            text = "".join(part for part in said if isinstance(part, str))
            assert text.strip() or name == "status-done"
            assert not set("{}$") & set(text) or name in WITH_BRACES, text
            assert name not in text or "-" not in name, text
            assert text != words(OTHERWISE, tongue) or name == OTHERWISE
            if MOMENTS & values and not (name.startswith("limit-") and filled.get("limit") == 0):  # no more will come
                assert Moment(NOW) in said


@pytest.mark.parametrize(
    ("position", "said"),
    [(1, "next in line"), (2, "2nd in line"), (3, "3rd in line"), (4, "4th in line"), (11, "11th in line"),
     (12, "12th in line"), (13, "13th in line"), (21, "21st in line"), (22, "22nd in line"), (111, "111th in line"),
     (1003, "1,003rd in line")],
)  # fmt: skip
def test_english_ordinals(position: int, said: str) -> None:
    assert words("queued-place", "en", position=position) == said


@pytest.mark.parametrize("locale", ["zh", "zh-TW", "zh-HK", "zh_CN"])
def test_all_chinese_reads_simplified_chinese_and_others_english(locale: str) -> None:
    assert words("button-cancel", locale) == "取消"
    assert words("button-cancel", "fr") == "Cancel"


def test_a_moment_stands_apart_from_the_words() -> None:
    assert sentence("status-queued", "en", position=3, ready="known", moment=NOW) == (
        "Queued, 3rd in line, ready ",
        Moment(NOW),
    )
    assert sentence("status-queued", "zh-CN", position=3, ready="known", moment=NOW) == (
        "排队中，第 3 位，预计",
        Moment(NOW),
        "完成",
    )


def test_nobody_can_forge_a_moment_or_turn_a_sentence_around() -> None:
    mark = "\U0010fffd"
    said = sentence("note-understood", "en", understood=f"a {mark}0{mark} \u202ecat\u2066")
    assert said == ("Understood: a 0 cat",)


def test_values_are_no_placeholders() -> None:
    assert words("word-there", "en", word="{ $id } { internal }").startswith("“{ $id } { internal }”")


def test_an_unknown_code_and_a_missing_value_give_a_general_sentence() -> None:
    general = (words(OTHERWISE, "en"),)
    assert sentence("no-such-code", "en") == general
    assert sentence("internal", "en") == general
    assert sentence("working", "en") == ("Working on it…",)


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_sentences_are_found_as_the_parser_finds_them(tongue: Language) -> None:
    for name in sources(tongue):
        parsed = [entry for entry in FluentParser().parse(source(tongue, name)).body if isinstance(entry, ftl.Message)]
        assert list(entries(source(tongue, name))) == [entry.id.name for entry in parsed]
        for entry, text in zip(parsed, entries(source(tongue, name)).values(), strict=True):
            alone = FluentParser().parse(text).body[0]
            assert entry.equals(alone, ignored_fields=["span", "comment"]), entry.id.name


def test_a_sentence_is_parsed_with_what_it_refers_to_when_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = Mock(wraps=FluentResource)
    monkeypatch.setattr(loading, "FluentResource", parsed)
    loading._bundle.cache_clear()
    loading._load.cache_clear()
    for _ in range(3):
        assert words("status-queued", "en", ready="unknown", position=2) == "Queued, 2nd in line"
    assert parsed.call_count == 2
