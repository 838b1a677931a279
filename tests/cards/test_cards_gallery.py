import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.cards import gallery_card, gallery_channel_card, job_card, more_card, mydata_readme, show_card
from bot.domain.card import Button, ButtonAction, Card, Moment
from bot.domain.gallery import FoundPage, Shown
from bot.domain.job import Job, JobState, new_job_id
from bot.domain.limits import Limits
from bot.domain.models import MODEL
from bot.domain.ports import GalleryFilter, GalleryPage, Opinion
from bot.domain.report import JobReport
from bot.domain.request import ImageRequest
from bot.domain.variant import MoreView, Price
from bot.grammar.parse import parse

Make = Callable[..., JobReport]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def text(card: Card) -> str:
    return " | ".join("".join(map(str, part)) for part in (card.status, *card.notes))


def rows(buttons: tuple[Button, ...]) -> dict[int | None, list[str]]:
    found: dict[int | None, list[str]] = {}
    for button in buttons:
        found.setdefault(button.row, []).append(button.label)
    return found


def changed(report: JobReport, **fields: object) -> JobReport:
    return dataclasses.replace(report, job=dataclasses.replace(report.job, **fields))  # type: ignore[arg-type] # named by the tests


# the result's buttons


def test_a_result_is_as_it_was_until_a_platform_asks_for_more(make_report: Make) -> None:
    card = job_card(make_report(JobState.DONE), "en")
    assert [button.press for button in card.buttons] == [ButtonAction.AGAIN, ButtonAction.EDIT, ButtonAction.DELETE]


def test_the_full_set_stands_in_two_rows(make_report: Make) -> None:
    card = job_card(make_report(JobState.DONE), "en", full=True)
    assert rows(card.buttons) == {0: ["Again", "Edit", "HD", "Star", "More"], 1: ["1", "2", "Delete"]}
    assert [button.index for button in card.buttons if button.press is ButtonAction.VOTE] == [1, 2]
    assert card.mention


def test_hd_says_what_it_counts_here(make_report: Make) -> None:
    report = dataclasses.replace(make_report(JobState.DONE), limits=Limits(weights={4096: 4}))
    labels = [button.label for button in job_card(report, "zh-CN", full=True).buttons]
    assert "高清 · 计 8 点" in labels


def test_one_picture_has_no_vote_and_the_sharpest_no_hd(make_report: Make) -> None:
    request = ImageRequest(prompt="a fox", clarity=4096)
    card = job_card(make_report(JobState.DONE, request=request), "en", full=True)
    assert rows(card.buttons) == {0: ["Again", "Edit", "Star", "More"], 1: ["Delete"]}


def test_stars_and_votes_are_on_the_buttons(make_report: Make) -> None:
    opinion = Opinion(stars=3, votes={2: 5})
    labels = [button.label for button in job_card(make_report(JobState.DONE), "en", opinion=opinion, full=True).buttons]
    assert "★ 3" in labels
    assert "2 · 5" in labels
    assert "1" in labels


@pytest.mark.parametrize("state", [state for state in JobState if state is not JobState.DONE])
def test_other_states_have_the_same_buttons_either_way(make_report: Make, state: JobState) -> None:
    report = make_report(state)
    assert job_card(report, "en", full=True) == job_card(report, "en")


# lineage


def lined(make_report: Make, before: ImageRequest, after: ImageRequest, locale: str = "en") -> str:
    parent = make_report(JobState.DONE, request=before).job
    return text(job_card(dataclasses.replace(make_report(JobState.DONE, request=after), parent=parent), locale))


def test_a_result_says_what_changed(make_report: Make) -> None:
    before = ImageRequest(prompt="a fox", ratio="1:1")
    assert "Edit of 0123456789ab: ratio 1:1 → 16:9" in lined(
        make_report, before, dataclasses.replace(before, ratio="16:9")
    )
    after = ImageRequest(prompt="a wolf", n=2, clarity=4096, style="ink")
    assert (
        "Edit of 0123456789ab: other words, number 1 → 2, clarity 2048 → 4096, style No style → Ink drawing"
        in lined(make_report, before, after)
    )
    assert "修改自 0123456789ab：提示词不同、张数 1 → 2、清晰度 2048 → 4096、风格 无风格 → 墨线" in lined(
        make_report, before, after, "zh-CN"
    )


def test_a_repetition_says_so(make_report: Make) -> None:
    request = ImageRequest(prompt="a fox")
    assert "The same as 0123456789ab once more" in lined(make_report, request, request)


def test_a_deleted_parent_is_not_spoken_of(make_report: Make) -> None:
    parent = changed(make_report(JobState.DONE), deleted_at=NOON).job
    report = dataclasses.replace(make_report(JobState.DONE), parent=parent)
    assert job_card(report, "en") == job_card(make_report(JobState.DONE), "en")


def test_old_words_are_never_told(make_report: Make) -> None:
    said = lined(make_report, ImageRequest(prompt="my secret"), ImageRequest(prompt="a fox"))
    assert "secret" not in said


# the gallery


def page_of(
    jobs: tuple[Job, ...], *, page: int = 0, pages: int = 1, gallery_filter: GalleryFilter = GalleryFilter.MINE
) -> FoundPage:
    found = GalleryPage(jobs=jobs, page=page, pages=pages, total=len(jobs))
    return FoundPage(gallery_filter=gallery_filter, page=found, target=gallery_filter.value)


def jobs_of(make_report: Make, count: int) -> tuple[Job, ...]:
    return tuple(changed(make_report(JobState.DONE), id=new_job_id()).job for _ in range(count))


def test_a_page_has_a_number_for_each_and_turns(make_report: Make) -> None:
    jobs = jobs_of(make_report, 6)
    card = gallery_card(page_of(jobs, page=1, pages=3), "en")
    assert rows(card.buttons) == {0: ["1", "2", "3", "4", "5"], 1: ["6"], 2: ["‹", "›"]}
    assert [button.target for button in card.buttons if button.press is ButtonAction.SHOW] == [job.id for job in jobs]
    assert [(it.target, it.index) for it in card.buttons if it.press is ButtonAction.PAGE] == [("mine", 0), ("mine", 2)]
    assert [picture.key for picture in card.pictures] == [job.pictures[0].key for job in jobs]
    assert "Page 2 of 3" in text(card)


def test_a_gallery_that_goes_on_says_that_it_counts_no_further(make_report: Make) -> None:
    found = page_of(jobs_of(make_report, 1), pages=1000)
    more = dataclasses.replace(found, page=dataclasses.replace(found.page, total=6000, more=True))
    assert "the first 6,000 results" in text(gallery_card(more, "en"))
    assert "前 6,000 个结果" in text(gallery_card(more, "zh-CN"))


@pytest.mark.parametrize(("page", "labels"), [(0, ["›"]), (1, ["‹"])])
def test_there_is_no_way_beyond_the_ends(make_report: Make, page: int, labels: list[str]) -> None:
    card = gallery_card(page_of(jobs_of(make_report, 1), page=page, pages=2), "en")
    assert [button.label for button in card.buttons if button.press is ButtonAction.PAGE] == labels


@pytest.mark.parametrize("gallery_filter", GalleryFilter)
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_an_empty_gallery_says_what_to_do(gallery_filter: GalleryFilter, locale: str) -> None:
    card = gallery_card(page_of((), pages=0, gallery_filter=gallery_filter), locale)
    assert not card.buttons
    assert not card.pictures
    searched = dataclasses.replace(page_of((), pages=0, gallery_filter=gallery_filter), words=("fox", "ink"))
    assert "fox ink" in text(gallery_card(searched, locale))
    assert text(card) != text(gallery_card(searched, locale))


def test_the_wall_names_its_author_and_says_ai(make_report: Make) -> None:
    card = gallery_channel_card(make_report(JobState.DONE), [2, 7], "en")
    assert [picture.key for picture in card.pictures] == ["job/2.png"]
    assert "By Ada" in text(card)
    assert "AI-generated" in text(card)
    assert not card.mention


# one job


def test_show_has_everything(make_report: Make) -> None:
    request = ImageRequest(prompt="a fox " * 100 + "end", ratio="16:9", n=2)
    shown = Shown(report=make_report(JobState.DONE, request=request), opinion=Opinion(stars=1, votes={2: 3}))
    card = show_card(shown, "en")
    assert card.prompt == request.prompt
    assert parse(card.command.removeprefix("/imagine ")) == request
    assert any(isinstance(part, Moment) for note in card.notes for part in note)
    assert "★ 1 star · picture 2: 3 votes" in text(card)
    assert "Asked by Ada" in text(card)
    only_votes = show_card(Shown(report=make_report(JobState.DONE), opinion=Opinion(votes={2: 3})), "en")
    assert "Picture 2: 3 votes" in text(only_votes)
    assert not card.mention
    assert len(card.buttons) == 8


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_every_state_can_be_shown(make_report: Make, state: JobState, locale: str) -> None:
    card = show_card(Shown(report=make_report(state), opinion=Opinion()), locale)
    assert card.heading
    assert card.command == "/imagine a lighthouse in a storm ratio:16:9 n:2"


def test_what_was_deleted_shows_nothing(make_report: Make) -> None:
    report = changed(make_report(JobState.DONE), deleted_at=NOON)
    card = show_card(Shown(report=report, opinion=Opinion()), "en")
    assert (card.prompt, card.command, card.pictures, card.buttons) == ("", "", (), ())


# more


def more(report: JobReport, shape: Price, hd: Price | None) -> Card:
    return more_card(MoreView(report=report, shape=shape, hd=hd), "en")


def test_more_tells_the_price_first(make_report: Make) -> None:
    card = more(make_report(JobState.DONE), Price(points=2, left=14), Price(points=6, left=14))
    assert "In another shape: uses 2 of the 14 you have left today" in text(card)
    assert "HD draws it again at 4096: uses 6 of the 14 you have left today." in text(card)
    assert rows(card.buttons)[1] == ["HD", "Spoiler", "Report"]
    shapes = [button for button in card.buttons if button.press is ButtonAction.SHAPE]
    assert [MODEL.ratios[button.index or 0] for button in shapes] == ["1:1", "3:4", "4:3", "9:16"]
    assert card.command == "/imagine a lighthouse in a storm ratio:16:9 n:2"


def test_more_says_what_does_not_fit(make_report: Make) -> None:
    card = more(make_report(JobState.DONE), Price(points=4, left=2), None)
    assert "needs 4, and you have 2 left today" in text(card)
    assert ButtonAction.HD not in {button.press for button in card.buttons}


def test_where_a_clarity_weighs_more_points_are_told(make_report: Make) -> None:
    report = make_report(JobState.DONE)
    view = MoreView(report=report, shape=Price(points=2, left=14), hd=Price(points=6, left=14, per_picture=3))
    assert "HD draws it again at 4096: uses 6 points of the 14 you have left today." in text(more_card(view, "en"))
    told = text(more_card(view, "zh-CN"))
    assert "换个比例：计 2 张，今天还剩 14 张" in told
    assert "计 6 点，今天还剩 14 点" in told


def test_without_a_limit_only_the_count(make_report: Make) -> None:
    assert "In another shape: uses 2 |" in text(more(make_report(JobState.DONE), Price(points=2, left=None), None))


def test_nothing_to_report_where_nothing_is_seen(make_report: Make) -> None:
    card = more(make_report(JobState.FAILED), Price(points=2, left=None), None)
    assert {button.press for button in card.buttons} == {ButtonAction.SHAPE}


# the README


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_readme_explains_every_file(locale: str) -> None:
    readme = mydata_readme(locale, 3, 5, 2)
    assert all(name in readme for name in ("jobs.json", "usage.csv", "pictures", "AI", "/mydata delete", "UTC"))
    assert len(mydata_readme(locale, 3, 5, 0)) < len(readme)
    assert "\n" not in readme.replace("\r\n", "")
