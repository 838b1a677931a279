"""The prompt from standard input."""

from __future__ import annotations

import io

import pytest

from bot.__main__ import main
from bot.cli.standard_input import WrongInput, prompt_of, terminal_locale
from bot.grammar.parse import MAX_TEXT


def test_a_dash_reads_standard_input_and_options_may_follow() -> None:
    assert prompt_of(["-"], io.BytesIO(b"a red fox\n")) == "a red fox"
    assert prompt_of(["-", "n:2"], io.BytesIO("\ufeff一只红狐狸\r\n".encode())) == "一只红狐狸 n:2"
    assert prompt_of(["a", "-", "b"], io.BytesIO(b"unread")) == "a - b"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nothing to draw"),
        (b" \n\t", "nothing to draw"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
        (b"a fox\x00", "UTF-8"),
        ("狐狸".encode("gbk"), "UTF-8"),
        (b"a" * (MAX_TEXT + 1), "more than"),
        ("狐".encode() * 2 * MAX_TEXT, "more than"),
    ],
)
def test_what_is_no_prompt_is_a_sentence(data: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    with pytest.raises(WrongInput, match=said):
        prompt_of(["-"], io.BytesIO(data))
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(WrongInput, match="标准输入"):
        prompt_of(["-"], io.BytesIO(data))


def test_nothing_on_standard_input_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["imagine", "-"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize(
    ("variables", "encoding", "locale"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "utf-8", "zh-CN"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "C"}, "utf-8", "zh-CN"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "utf-8", "en"),
        ({"LANG": "zh_CN.GBK"}, "gbk", "zh-CN"),
        ({"LANG": "zh_CN.UTF-8"}, "ascii", "en"),
        ({"LANG": "zh_CN.UTF-8"}, "cp1252", "en"),
    ],
)
def test_the_language_is_one_that_the_terminal_can_show(
    variables: dict[str, str], encoding: str, locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stderr", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert terminal_locale() == locale
