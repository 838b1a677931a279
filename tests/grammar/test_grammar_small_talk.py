"""What is clearly no request is told from what is one."""

from __future__ import annotations

import pytest

from bot.domain.errors import BadOption
from bot.domain.request import ImageRequest
from bot.grammar.parse import TypedOptions, parse
from bot.grammar.printing import print_request
from bot.grammar.small_talk import SmallTalk, small_talk

NONE_OF_THEM = [
    '"help"',
    "“help”",
    "help ratio:1:1",
    "help x2",
    "a help desk",
    "help!ful",
    "thanks giving dinner",
    "thanksgiving",
    "hello kitty",
    "easel",
    "hello easel on a hill",
    "an easel",
    "stop sign",
    "停车场",
    "hello world",
    "hi-fi",
    "谢谢你的狐狸",
    "你好世界",
    "🦊",
    "!",
    "…",
    "fox?",
    "thank you\nfor the fox",
    "help" * 50,
]


SOME = {
    SmallTalk.REMARK: ["ok", "OK 👍", "Stop!", "cancel", "test", "好的。", "取消", "ok, Easel"],
    SmallTalk.HELP: [
        "What can you do?",
        "怎么使用？",
        "help",
        "HELP",
        "Help!",
        " help ?! ",
        "?",
        "？？",
        "帮助",
        "帮助。",
        "/help",
        "ｈｅｌｐ",
    ],
    SmallTalk.THANKS: [
        "thanks!",
        "Thanks, Easel!",
        "谢了",
        "Thanks 🙏🏽",
        "thank  you ❤️",
        "THX",
        "谢谢！",
        "谢谢你～",
        "多谢",
    ],
    SmallTalk.GREETING: ["hi", "Hey Easel", "hello,easel", "Hello 👋", "hey!!", "你好", "您好。"],
}


@pytest.mark.parametrize(("text", "kind"), [(text, kind) for kind, texts in SOME.items() for text in texts])
def test_a_short_list_in_both_languages_is_no_request(text: str, kind: SmallTalk) -> None:
    assert small_talk(text) is kind
    with pytest.raises(BadOption) as refused:
        parse(text, TypedOptions())
    assert (refused.value.code, refused.value.values["kind"]) == ("not-a-request", kind)
    assert refused.value.repair is not None
    # One press draws it all the same.
    assert parse(refused.value.repair.text) == refused.value.repair.request == ImageRequest(prompt=text.strip())


@pytest.mark.parametrize("text", NONE_OF_THEM)
def test_everything_else_is_a_request(text: str) -> None:
    assert small_talk(text) is None
    parse(text)


def test_what_is_typed_in_fields_is_a_request() -> None:
    assert parse("help", TypedOptions(ratio="1:1")) == ImageRequest(prompt="help")


def test_what_the_repair_draws_is_what_holds_here() -> None:
    with pytest.raises(BadOption) as refused:
        parse("help", defaults=TypedOptions(ratio="16:9"))
    assert refused.value.repair is not None
    assert refused.value.repair.request.ratio == "16:9"


@pytest.mark.parametrize("prompt", ["help", "thanks!", "?", "help,", "你好"])
def test_a_printed_request_stays_one(prompt: str) -> None:
    request = ImageRequest(prompt=prompt)
    assert parse(print_request(request)) == request
