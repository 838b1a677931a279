from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.domain.errors import OverLimit
from bot.domain.job import FINISHED, TRANSITIONS, TRANSITIONS_OF_SHEETS, UNFINISHED, JobState, is_job_id, new_job_id
from bot.domain.limits import Limits, Usage, check, next_day, next_month
from bot.domain.models import MODEL
from bot.domain.request import ImageRequest
from bot.domain.style import STYLES

NOW = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)


def test_every_state_has_its_transitions() -> None:
    assert set(TRANSITIONS) == set(JobState)
    assert FINISHED | set(UNFINISHED) == set(JobState)


def test_finished_states_lead_nowhere_and_all_others_can_stop() -> None:
    for state, following in TRANSITIONS.items():
        assert state not in following
        if state.finished:
            assert not following
        else:
            assert {JobState.FAILED, JobState.CANCELLED} <= following


def test_the_way_to_pictures_has_no_shortcut() -> None:
    way = [JobState.QUEUED, JobState.SUBMITTING, JobState.GENERATING, JobState.DELIVERING, JobState.DONE]
    for index, state in enumerate(way[:-1]):
        ahead = [other for other in TRANSITIONS[state] if other in way and way.index(other) > index]
        assert ahead == [way[index + 1]]


def test_only_a_submit_that_was_not_taken_goes_back() -> None:
    back = {(state, to) for state, following in TRANSITIONS.items() for to in following if to is JobState.QUEUED}
    assert back == {(JobState.SUBMITTING, JobState.QUEUED)}


def test_job_ids() -> None:
    ids = {new_job_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(is_job_id(job_id) and len(job_id) <= 25 for job_id in ids)
    for wrong in ("", "abc", "A" * 12, "l" * 12, "0" * 13, "0" * 11 + "\n"):
        assert not is_job_id(wrong)


FOUR, TWO = ImageRequest(prompt="a fox", n=4), ImageRequest(prompt="a fox", n=2)


def test_limits_allow_up_to_the_limit() -> None:
    limits = Limits(user_daily=5, user_running=1, user_waiting=1, community_monthly=10)
    check(limits, Usage(today=1, unfinished=1, community_month=6), FOUR, NOW)


def test_no_limit_is_no_limit() -> None:
    limits = Limits(user_daily=None, community_monthly=None)
    check(limits, Usage(today=10**6, community_month=10**6), FOUR, NOW)
    assert Usage(today=3).left_today(limits) is None


@pytest.mark.parametrize(
    ("usage", "code", "values"),
    [
        (Usage(unfinished=2), "limit-unfinished", {"limit": 2, "used": 2, "wanted": 1}),
        (
            Usage(today=4),
            "limit-daily",
            {
                "limit": 5,
                "used": 4,
                "wanted": 2,
                "fits": 1,
                "left": 1,
                "points": 1,
                "clarity": "2048",
                "room": 1,
                "base_room": -1,
                "elsewhere": 0,
                "resets_at": datetime(2026, 11, 23, tzinfo=UTC),
            },
        ),
        (
            Usage(today=9),
            "limit-daily",
            {
                "limit": 5,
                "used": 9,
                "wanted": 2,
                "fits": 0,
                "left": 0,
                "points": 1,
                "clarity": "2048",
                "room": 0,
                "base_room": -1,
                "elsewhere": 0,
                "resets_at": datetime(2026, 11, 23, tzinfo=UTC),
            },
        ),
        (
            Usage(community_month=9),
            "limit-community-monthly",
            {
                "limit": 10,
                "used": 9,
                "wanted": 2,
                "fits": 1,
                "left": 1,
                "points": 1,
                "clarity": "2048",
                "room": 1,
                "base_room": -1,
                "elsewhere": 0,
                "resets_at": datetime(2026, 12, 1, tzinfo=UTC),
            },
        ),
    ],
)
def test_each_limit_says_what_would_fit_and_when(usage: Usage, code: str, values: dict[str, object]) -> None:
    limits = Limits(user_daily=5, user_running=1, user_waiting=1, community_monthly=10)
    with pytest.raises(OverLimit) as caught:
        check(limits, usage, TWO, NOW)
    assert caught.value.code == code
    assert caught.value.values == values


def test_days_and_months_turn_in_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert next_day(datetime(2026, 11, 23, 5, 0, tzinfo=shanghai)) == datetime(2026, 11, 23, tzinfo=UTC)
    assert next_day(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert next_month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert next_month(datetime(2028, 1, 31, tzinfo=UTC)) == datetime(2028, 2, 1, tzinfo=UTC)


def test_what_is_left_is_never_negative() -> None:
    assert Usage(today=60).left_today(Limits(user_daily=50)) == 0
    assert Usage(today=36).left_today(Limits(user_daily=50)) == 14


@pytest.mark.parametrize("ratio", MODEL.ratios)
@pytest.mark.parametrize("clarity", MODEL.clarities)
def test_every_legal_value_is_taken(ratio: str, clarity: int) -> None:
    for n in range(1, 5):
        assert ImageRequest(prompt="a fox", ratio=ratio, clarity=clarity, n=n).n == n


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": ""},
        {"prompt": "  "},
        {"prompt": " fox"},
        {"prompt": "fox\n"},
        {"prompt": "\u200b"},
        {"prompt": "a\x00b"},
        {"prompt": "a\ud83db"},
        {"prompt": "a" * 2001},
        {"prompt": "a" * 1999, "style": "ink"},
        {"ratio": "2:1"},
        {"clarity": 3000},
        {"n": 0},
        {"n": 5},
        {"n": True},
        {"style": "foo"},
    ],
)
def test_what_is_outside_the_limits_can_not_be_built(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"prompt|ratio|clarity|n |style"):
        ImageRequest(**({"prompt": "a fox"} | fields))  # type: ignore[arg-type]


def test_a_style_adds_its_words_behind_the_prompt() -> None:
    assert ImageRequest(prompt="a fox").prompt_sent == "a fox"
    assert ImageRequest(prompt="a fox", style="ink").prompt_sent == f"a fox, {STYLES['ink']}"


def test_a_sheet_is_never_submitted() -> None:
    assert JobState.SUBMITTING not in TRANSITIONS_OF_SHEETS[JobState.QUEUED]
    assert JobState.DELIVERING in TRANSITIONS_OF_SHEETS[JobState.QUEUED]
    assert {state: TRANSITIONS_OF_SHEETS[state] for state in JobState if state is not JobState.QUEUED} == {
        state: TRANSITIONS[state] for state in JobState if state is not JobState.QUEUED
    }
