import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from bot.cards import job_json
from bot.domain.job import Failure, FailureCode, JobState
from bot.domain.report import JobReport

Make = Callable[..., JobReport]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIELDS = {
    "id", "state", "prompt", "ratio", "clarity", "n", "style", "pictures", "error", "eta", "created_at", "finished_at"
}  # fmt: skip


def url(number: int) -> str:
    return f"/pictures/0123456789ab/{number}"


def test_a_queued_job(make_report: Make) -> None:
    eta = datetime(2026, 11, 22, 20, 0, 40, tzinfo=timezone(timedelta(hours=8)))
    told = job_json(make_report().job, picture_url=url, eta=eta, locale="en")
    assert told == {
        "id": "0123456789ab",
        "state": "queued",
        "prompt": "a lighthouse in a storm",
        "ratio": "16:9",
        "clarity": 2048,
        "n": 2,
        "style": None,
        "pictures": [],
        "error": None,
        "eta": "2026-11-22T12:00:40+00:00",
        "created_at": "2026-11-22T12:00:00+00:00",
        "finished_at": None,
    }


def test_a_done_job_has_its_pictures(make_report: Make) -> None:
    told = job_json(make_report(JobState.DONE).job, picture_url=url, eta=NOW, locale="en")
    assert told["eta"] is None
    assert told["finished_at"] == "2026-11-22T12:00:27+00:00"
    assert told["pictures"] == [
        {
            "url": url(number),
            "alt": f"AI-generated picture {number} of 2: a lighthouse in a storm",
            "width": 2048,
            "height": 1152,
        }
        for number in (1, 2)
    ]


def test_a_failed_job_says_why(make_report: Make) -> None:
    job = make_report(JobState.FAILED, failure=Failure(code=FailureCode.TIMED_OUT)).job
    assert job_json(job, picture_url=url, locale="zh-CN")["error"] == {
        "code": "timed-out",
        "message": "等了太久服务商还没画完，所以不再等了。",
    }


def test_a_deleted_job_has_no_pictures(make_report: Make) -> None:
    assert job_json(make_report(JobState.DONE, deleted_at=NOW).job, picture_url=url)["pictures"] == []


def test_every_state_is_json_with_the_same_fields(make_report: Make) -> None:
    for state in JobState:
        told = job_json(make_report(state).job, picture_url=url, locale="en")
        assert set(json.loads(json.dumps(told))) == FIELDS
        assert told["state"] == state.value
