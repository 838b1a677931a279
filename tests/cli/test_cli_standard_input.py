"""The prompt from standard input."""

from __future__ import annotations

import io

import pytest

from bot.__main__ import main
from bot.cli.standard_input import WrongInput, prompt_of
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
