from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ports import TaskState
from bot.seedream.payloads import (
    LONGEST_MESSAGE,
    Unreadable,
    page_body,
    read_envelope,
    read_page,
    read_task,
    read_task_id,
    read_token,
    submit_body,
)
from tests.seedream.scripted_provider import a_job, a_page, a_task

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
TASK = st.fixed_dictionaries(
    {}, optional={name: JSON | st.just(value) for name, value in {**a_task(), **a_task()["photo_info"]}.items()}
) | st.builds(lambda photo: a_task(photo_info=photo), JSON)


def storable(text: str) -> bool:
    return text == text.encode().decode()


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_an_envelope_or_unreadable(body: bytes) -> None:
    try:
        envelope = read_envelope(body)
    except Unreadable:
        return
    assert type(envelope.code) is int
    assert envelope.msg.isprintable()
    assert len(envelope.msg) <= LONGEST_MESSAGE


@settings(max_examples=50, deadline=None)
@given(JSON | TASK)
def test_any_entry_is_a_task_or_unreadable(entry: Any) -> None:
    try:
        read = read_task(entry)
    except Unreadable:
        return
    task = read.task
    assert task.id
    assert all(storable(text) for text in (task.id, task.prompt, task.ratio, task.error, read.unknown_progress))
    assert all(type(url) is str for url in task.urls)
    assert all(task.urls)
    assert [type(number) for number in (task.clarity, task.n)] == [int, int]
    assert task.created_at is None or task.created_at.tzinfo is not None


PAGE = st.fixed_dictionaries(
    {"list": JSON | st.lists(JSON | TASK, max_size=4)}, optional={"total": JSON, "page_info": JSON}
)


@settings(max_examples=50, deadline=None)
@given(JSON | PAGE)
def test_any_data_is_a_page_or_unreadable(data: Any) -> None:
    try:
        page = read_page(data)
    except Unreadable:
        return
    assert page.size == len(page.tasks) + page.unreadable


@settings(max_examples=50, deadline=None)
@given(JSON | st.fixed_dictionaries({"access_token": JSON}, optional={"expire_in": JSON}))
def test_any_data_is_a_token_or_unreadable(data: Any) -> None:
    try:
        given_token = read_token(data)
    except Unreadable:
        return
    assert given_token.token.isascii()
    assert given_token.token.isprintable()


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_any_data_is_a_task_id_or_unreadable(data: Any) -> None:
    try:
        assert read_task_id(data) == data
    except Unreadable:
        return


def test_a_message_is_one_short_printable_line() -> None:
    body = {"code": 1, "msg": "a\n\tb\u202ec\x00" + "d" * 9999, "trace_id": ["x"]}
    envelope = read_envelope(json.dumps(body).encode())
    assert envelope.msg.startswith("a b c d")
    assert len(envelope.msg) == LONGEST_MESSAGE
    assert envelope.trace_id == ""


def test_a_number_with_thousands_of_digits_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read_envelope(b'{"code": ' + b"9" * 10_000 + b"}")


def test_numbers_of_the_echo_may_be_written_as_text() -> None:
    photo = {"ref_prompt": "a", "clarity": "2048", "number_of_images": "2", "aspect_ratio": None}
    task = read_task(a_task(photo_info=photo)).task
    assert (task.clarity, task.n, task.ratio) == (2048, 2, "16:9")


def test_every_documented_state_is_known() -> None:
    names = ("Queued", "Ready", "Generating", "Success", "Error", "Fail")
    states = {name: read_task(a_task("t", name)) for name in names}
    assert not any(read.unknown_progress for read in states.values())
    assert [read.task.state for read in states.values()] == [
        *[TaskState.WAITING] * 3,
        TaskState.SUCCEEDED,
        *[TaskState.FAILED] * 2,
    ]


@pytest.mark.parametrize("said", ["SUCCESS", "success", " Success ", "Succeeded", "succeeded", "Completed"])
def test_success_in_other_words_is_success(said: str) -> None:
    read = read_task(a_task("t", said))
    assert (read.task.state, read.unknown_progress) == (TaskState.SUCCEEDED, "")


@pytest.mark.parametrize("said", ["ERROR", "fail", "Failed"])
def test_failure_in_other_words_is_failure(said: str) -> None:
    assert read_task(a_task("t", said)).task.state is TaskState.FAILED


@pytest.mark.parametrize(
    "time", [1_790_000_000, 1_790_000_000.0, 1_790_000_000_000, 1_790_000_000_000_000, "1790000000", " 1790000000000 ",
             "2026-09-21T14:13:20Z", "2026-09-21T22:13:20+08:00", "2026-09-21 14:13:20+00:00"],
)  # fmt: skip
def test_a_time_is_read_however_it_is_written(time: Any) -> None:
    assert read_task(a_task(create_time=time)).task.created_at == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


ECHO = {"ref_prompt": "a boat", "clarity": "4K", "number_of_images": 3.0, "aspect_ratio": " 4:3 "}


@pytest.mark.parametrize(
    "entry", [{"photo_info": ECHO}, {"photo_info": [ECHO]}, {"photo_info": json.dumps(ECHO)},
              {"photo_info": None} | ECHO, {"photo_info": {}} | ECHO, {"photo_info": []} | ECHO,
              {"photo_info": dict.fromkeys(ECHO)} | ECHO],
)  # fmt: skip
def test_the_echo_is_found_where_it_is(entry: dict[str, Any]) -> None:
    task = read_task(a_task() | {"aspect_ratio": ""} | entry).task
    assert (task.prompt, task.clarity, task.n, task.ratio) == ("a boat", 4096, 3, "4:3")


def test_the_larger_total_counts() -> None:
    assert read_page(a_page(a_task(), total=3) | {"total": 1}).total == 3


def test_bodies_are_as_documented() -> None:
    assert "callback" not in submit_body(a_job())
    assert submit_body(a_job(), "https://e.example/x")["callback"] == "https://e.example/x"
    assert page_body(["a"]) == {"unique_ids": ["a"], "type": 3, "page": 1, "page_size": 50}
