from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cards import job_card
from bot.domain.card import ButtonAction, Card, Moment, Tone
from bot.domain.job import Failure, FailureCode, JobState, StoredPicture
from bot.domain.limits import Limits, Usage
from bot.domain.report import DurationEstimate, JobReport
from bot.domain.request import ImageRequest

Make = Callable[..., JobReport]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LIMITS = Limits(user_daily=16)
PICTURE = StoredPicture(key="k", width=9, height=9, size=9, media_type="image/png")


def presses(card: Card) -> list[ButtonAction]:
    assert all(button.target == "0123456789ab" and button.label for button in card.buttons)
    return [button.press for button in card.buttons]


def small_print(card: Card) -> str:
    return "\n".join("".join(part for part in note if isinstance(part, str)) for note in card.notes)


def test_accepted(make_report: Make) -> None:
    ready = NOW + timedelta(seconds=40)
    card = job_card(make_report(position=3, ready_at=ready), "en")
    assert card == Card(
        tone=Tone.WAITING,
        job_id="0123456789ab",
        prompt="a lighthouse in a storm",
        options="16:9 · 2 pictures · 2048",
        status=("Queued, 3rd in line, ready ", Moment(ready)),
        buttons=card.buttons,
    )
    assert presses(card) == [ButtonAction.CANCEL]


def test_accepted_in_chinese(make_report: Make) -> None:
    card = job_card(make_report(position=1), "zh-TW")
    assert card.options == "16:9 · 2 张 · 2048"
    assert card.status == ("排队中，下一个就是你",)
    assert card.buttons[0].label == "取消"


def test_a_place_that_is_not_known_yet(make_report: Make) -> None:
    assert job_card(make_report(), "en").status == ("Queued, starting soon",)


def test_what_counts_more_than_its_pictures_says_so_at_every_step(make_report: Make) -> None:
    sharp = ImageRequest(prompt="a fox", n=2, clarity=4096)
    around = {"request": sharp, "points": 4, "usage": Usage(today=8), "limits": LIMITS}
    card = job_card(make_report(**around), "en")
    assert card.options == "1:1 · 2 pictures · 4096 · uses 8 points"
    assert "4 points per picture at 4096, 8 left today" in small_print(card)
    assert job_card(make_report(JobState.GENERATING, **around), "en").options.endswith(" · uses 8 points")
    fewer = make_report(JobState.DONE, pictures=(PICTURE,), **around)
    assert job_card(fewer, "en").options.endswith(" · uses 4 points")
    failed = make_report(JobState.FAILED, failure=Failure(code=FailureCode.TIMED_OUT), **around)
    for free in (failed, make_report(JobState.CANCELLED, **around), make_report(request=sharp)):
        assert job_card(free, "en").options == "1:1 · 2 pictures · 4096"
    assert job_card(make_report(**around), "zh-CN").options.endswith(" · 计 8 点")


@pytest.mark.parametrize("state", [JobState.SUBMITTING, JobState.GENERATING])
def test_drawing(make_report: Make, state: JobState) -> None:
    card = job_card(make_report(state), "en")
    assert (card.tone, card.status) == (Tone.WORKING, ("Drawing, usually 20-35 s",))
    assert presses(card) == [ButtonAction.CANCEL]
    assert job_card(make_report(state), "zh-CN").status == ("正在画，通常要 20-35 秒",)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.1, 0.2, "1 s"),
        (20, 20.3, "20 s"),
        (80, 110, "80-110 s"),
        (90, 240, "2-4 min"),
        (150, 170, "2-3 min"),
        (175, 185, "3 min"),
    ],
)
def test_how_long_it_usually_takes(make_report: Make, low: float, high: float, said: str) -> None:
    estimate = DurationEstimate(usual_low=low, usual_high=high, slow_after=300)
    card = job_card(make_report(JobState.GENERATING, estimate=estimate), "en")
    assert card.status == (f"Drawing, usually {said}",)


def test_slow(make_report: Make) -> None:
    card = job_card(make_report(JobState.GENERATING, slow=True, resumed=True), "en")
    assert (card.tone, card.status) == (Tone.SLOW, ("Slower than usual, still running at the provider",))
    assert card.notes == (("Back after a restart, your pictures are still on their way",),)
    assert presses(card) == [ButtonAction.CANCEL]


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "The provider is not answering; your request waits and continues by itself"),
        ("zh-CN", "服务商暂时没有回应；你的请求会保留，恢复后自动继续"),
    ],
)
@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.SUBMITTING, JobState.GENERATING])
def test_the_provider_is_away(make_report: Make, state: JobState, locale: str, said: str) -> None:
    card = job_card(make_report(state, away=True, slow=True, looking=state is JobState.SUBMITTING), locale)
    assert (card.tone, card.status) == (Tone.SLOW, (said,))
    assert presses(card) == [ButtonAction.CANCEL]


def test_the_provider_is_away_after_a_restart(make_report: Make) -> None:
    card = job_card(make_report(JobState.GENERATING, away=True, resumed=True), "en")
    assert card.status == ("Back after a restart, your pictures are still on their way",)
    assert card.notes == (("The provider is not answering; your request waits and continues by itself",),)


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "Checking whether the provider received your request"), ("zh-CN", "正在向服务商核实是否收到了你的请求")],
)
def test_a_lost_order_is_looked_up(make_report: Make, locale: str, said: str) -> None:
    card = job_card(make_report(JobState.SUBMITTING, looking=True), locale)
    assert (card.tone, card.status) == (Tone.WORKING, (said,))
    assert presses(card) == [ButtonAction.CANCEL]


def test_resumed(make_report: Make) -> None:
    one = ImageRequest(prompt="a fox")
    card = job_card(make_report(JobState.GENERATING, request=one, resumed=True), "en")
    assert card.status == ("Back after a restart, your picture is still on its way",)
    assert card.notes == (("Drawing, usually 20-35 s",),)
    assert presses(card) == [ButtonAction.CANCEL]
    queued = job_card(make_report(resumed=True, position=2), "en")
    assert queued.status == ("Back after a restart, your pictures are still on their way",)
    assert queued.notes == (("Queued, 2nd in line",),)


def test_being_posted_can_not_be_cancelled(make_report: Make) -> None:
    card = job_card(make_report(JobState.DELIVERING), "en")
    assert (card.tone, presses(card), card.pictures) == (Tone.WORKING, [], ())


def test_done(make_report: Make) -> None:
    card = job_card(make_report(JobState.DONE, usage=Usage(today=2), limits=LIMITS), "en")
    assert card.tone is Tone.DONE
    assert card.mention
    assert card.prompt == "a lighthouse in a storm"
    assert card.options == "16:9 · 2 pictures · 2048"
    assert card.status == ("27 s · 2 used, 14 left today",)
    assert card.notes == (("AI-generated by Seedream 3.0 · Job 0123456789ab",),)
    assert presses(card) == [ButtonAction.AGAIN, ButtonAction.EDIT, ButtonAction.DELETE]
    assert [button.danger for button in card.buttons] == [False, False, True]
    assert [picture.alt for picture in card.pictures] == [
        "AI-generated picture 1 of 2: a lighthouse in a storm",
        "AI-generated picture 2 of 2: a lighthouse in a storm",
    ]


def test_done_in_chinese_with_a_style(make_report: Make) -> None:
    request = ImageRequest(prompt="灯塔", style="ink")
    card = job_card(make_report(JobState.DONE, request=request, usage=Usage(today=2), limits=LIMITS), "zh-CN")
    assert card.options == "1:1 · 1 张 · 2048 · 墨线"
    assert card.status == ("用时 27 秒 · 今天已用 2 张，还剩 14 张",)
    assert card.notes == (("AI 生成，模型：Seedream 3.0 · 编号 0123456789ab",),)


def test_done_without_a_daily_limit_or_without_usage(make_report: Make) -> None:
    limits = Limits(user_daily=None)
    assert job_card(make_report(JobState.DONE, usage=Usage(today=2), limits=limits), "en").status == (
        "27 s · 2 used today",
    )
    late = make_report(JobState.DONE, finished_at=NOW + timedelta(seconds=185))
    assert job_card(late, "en").status == ("3 min 5 s",)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (2, "1 of 2 pictures arrived; only that one counts for you"),
        (4, "1 of 4 pictures arrived; only that one counts for you"),
    ],
)
def test_fewer_pictures_than_asked(make_report: Make, wanted: int, said: str) -> None:
    picture = StoredPicture(key="k", width=10, height=10, size=1, media_type="image/png")
    request = ImageRequest(prompt="a fox", n=wanted)
    card = job_card(make_report(JobState.DONE, request=request, pictures=(picture,)), "en")
    assert card.notes[0] == (said,)
    assert card.pictures[0].alt.startswith("AI-generated picture 1 of 1:")


@pytest.mark.parametrize("code", FailureCode)
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_failed(make_report: Make, code: FailureCode, locale: str) -> None:
    card = job_card(make_report(JobState.FAILED, failure=Failure(code=code, detail="画面\n违规")), locale)
    assert card.tone is Tone.FAILED
    assert card.mention
    assert card.heading
    assert ("画面 违规" in str(card.status[0])) == (code in {FailureCode.REJECTED, FailureCode.TASK_FAILED})
    assert small_print(card) == ("Not charged" if locale == "en" else "没有扣费")
    assert presses(card) == [ButtonAction.AGAIN, ButtonAction.EDIT]
    assert card.buttons[0].label == ("Try again" if locale == "en" else "重试")


def test_failed_without_the_provider_s_words(make_report: Make) -> None:
    card = job_card(make_report(JobState.FAILED, failure=Failure(code=FailureCode.TASK_FAILED)), "en")
    assert card.status == ("The provider tried and couldn't draw it.",)
    rejected = job_card(make_report(JobState.FAILED, failure=Failure(code=FailureCode.REJECTED)), "en")
    assert rejected.status == ("The provider didn't accept this request. Try other words.",)


def test_the_provider_s_words_are_clipped_and_can_not_forge_a_moment(make_report: Make) -> None:
    failure = Failure(code=FailureCode.TASK_FAILED, detail="\U0010fffd0\U0010fffd" + "错" * 5000)
    (said,) = job_card(make_report(JobState.FAILED, failure=failure), "en").status
    assert isinstance(said, str)
    assert len(said) < 300


def test_cancelled_in_line_costs_nobody_anything(make_report: Make) -> None:
    card = job_card(make_report(JobState.CANCELLED), "en")
    assert (card.tone, card.mention) == (Tone.CANCELLED, False)
    assert small_print(card) == "It doesn't count for you"
    assert presses(card) == [ButtonAction.AGAIN, ButtonAction.EDIT]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"submit_open": True}, "Not known yet whether the order went out"),
        ({"task_id": "t", "task_open": True}, "count for you unless the provider fails it"),
        ({"task_id": "t", "failure": Failure(code=FailureCode.TASK_FAILED)}, "It doesn't count for you"),
        ({"task_id": "t", "failure": Failure(code=FailureCode.TIMED_OUT)}, "never said what became of it"),
        ({"submitted_at": NOW}, "It doesn't count for you"),
    ],
)
def test_a_cancelled_order_says_what_it_counts(make_report: Make, order: dict[str, object], said: str) -> None:
    card = job_card(make_report(JobState.CANCELLED, **order), "en")
    assert said in small_print(card)
    assert presses(card) == [ButtonAction.AGAIN, ButtonAction.EDIT]


def test_pictures_of_a_cancelled_order_are_shown_to_whoever_presses_for_them(make_report: Make) -> None:
    kept = make_report(JobState.DONE).job.pictures
    report = make_report(JobState.CANCELLED, task_id="t", pictures=kept)
    card = job_card(report, "en")
    assert (card.pictures, presses(card)) == ((), [ButtonAction.SHOW, ButtonAction.AGAIN, ButtonAction.EDIT])
    assert "drawn and count" in small_print(card)
    full = job_card(report, "en", full=True)
    assert (len(full.pictures), presses(full)) == (len(kept), [ButtonAction.AGAIN, ButtonAction.EDIT])


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_pictures_that_could_not_be_posted_are_shown_to_whoever_presses_for_them(
    make_report: Make, locale: str
) -> None:
    kept = make_report(JobState.DONE).job.pictures
    failure = Failure(code=FailureCode.UNDELIVERABLE)
    report = make_report(JobState.FAILED, task_id="t", pictures=kept, failure=failure)
    card = job_card(report, locale)
    assert (card.pictures, presses(card)[0]) == ((), ButtonAction.SHOW)
    assert f"/show {report.job.id}" in small_print(card)
    assert len(job_card(report, locale, full=True).pictures) == len(kept)


def test_deleted_shows_nothing_of_it(make_report: Make) -> None:
    card = job_card(make_report(JobState.DONE, deleted_at=NOW), "en")
    assert (card.prompt, card.pictures, card.buttons) == ("", (), ())
    assert card.status == ("Deleted. It can't be brought back.",)


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize(("locale", "mark"), [("en", "andbox"), ("zh-CN", "沙盒")])
def test_the_sandbox_is_named_on_every_card(make_report: Make, state: JobState, locale: str, mark: str) -> None:
    assert mark in small_print(job_card(make_report(state, sandbox=True), locale))
    assert mark not in small_print(job_card(make_report(state), locale))


def test_long_prompts_are_clipped(make_report: Make) -> None:
    request = ImageRequest(prompt="👩‍🚀" * 660)
    card = job_card(make_report(JobState.DONE, request=request), "en")
    assert len(card.prompt) <= 300
    assert card.prompt.endswith("👩‍🚀…")
    assert 900 < len(card.pictures[0].alt) <= 1000


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.GENERATING, JobState.DONE])
def test_what_was_probably_meant_otherwise_is_said(make_report: Make, state: JobState) -> None:
    asked = ImageRequest(prompt="a fox 16:10")
    report = make_report(state, request=asked)
    said = "“16:10” is drawn as words. For the shape, write ratio:16:9."
    assert said in small_print(job_card(report, "en"))
    in_series = replace(report, job=replace(report.job, series_id="s"))
    assert said not in small_print(job_card(in_series, "en"))
