"""What the buttons of results do, whatever the platform."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import pytest

from bot.domain.card import ButtonAction, Card
from bot.domain.errors import NotAllowed, PlatformUnavailable, Refused
from bot.domain.job import Job, JobState, new_job_id
from bot.domain.people import Person
from bot.interactions.forms import FormId
from bot.interactions.replies import (
    Changed,
    Hide,
    Open,
    Order,
    Recount,
    Refresh,
    Refuse,
    Remove,
    Replace,
    Replies,
    Say,
    ShowJob,
    ShowPage,
)
from bot.interactions.table import BUTTONS, FORMS
from tests.actions.house import HERE, House
from tests.db.orders import person
from tests.fakes.chat import FakeChat
from tests.interactions.given import WHOLE, Given, do

T = TypeVar("T")


def one(replies: Replies, kind: type[T]) -> T:
    (found,) = [reply for reply in replies if isinstance(reply, kind)]
    return found


def words(card: Card) -> str:
    return "".join(str(part) for part in card.status)


async def do_delete(house: House, job: Job, who: Person) -> Replies:
    return await do(house, BUTTONS[ButtonAction.DELETE], Given(target=job.id, by=who))


@pytest.fixture
async def job(house: House) -> Job:
    return await house.drawn("a red fox", n=2)


@pytest.mark.parametrize("action", [ButtonAction.AGAIN, ButtonAction.HD, ButtonAction.SHAPE])
async def test_an_order_of_whoever_presses_in_the_place_that_the_platform_names(
    house: House, job: Job, action: ButtonAction
) -> None:
    order = one(await do(house, BUTTONS[action], Given(target=job.id, index=1)), Order)
    report = await order.ask(person("bob"), dataclasses.replace(HERE, channel_id="elsewhere"))
    assert (report.job.author.user_id, report.job.destination.channel_id) == ("bob", "elsewhere")
    assert report.job.parent_id == job.id


async def test_an_offer_is_taken_and_says_which_job_it_became(house: House) -> None:
    with pytest.raises(Refused) as refused:
        await house.imagine.from_text("a fox ratio:17:9", author=person("ann"), destination=HERE)
    order = one(await do(house, BUTTONS[ButtonAction.USE], Given(target=str(refused.value.draft_id))), Order)
    report = await order.ask(person("ann"), HERE)
    assert order.then is not None
    replaced = order.then(report)
    assert isinstance(replaced, Replace)
    assert report.job.id in words(replaced.card)


class TestEdit:
    async def test_the_form_begins_with_the_request(self, house: House, job: Job) -> None:
        form = one(await do(house, BUTTONS[ButtonAction.EDIT], Given(target=job.id)), Open).form
        assert (form.id, form.target) == (FormId.EDIT, job.id)
        assert {field.name: field.text for field in form.fields if field.name in {"prompt", "n"}} == {
            "prompt": "a red fox",
            "n": "2",
        }

    @pytest.mark.parametrize("slow", [False, True])
    async def test_of_a_job_that_is_gone_or_found_too_late_it_begins_with_what_is_shown(
        self, house: House, *, slow: bool
    ) -> None:
        given = Given(target=new_job_id(), shown="a blue fox", slow=slow)
        form = one(await do(house, BUTTONS[ButtonAction.EDIT], given), Open).form
        assert form.fields[0].text == "a blue fox"

    async def test_where_nothing_is_shown_either_it_is_gone(self, house: House) -> None:
        with pytest.raises(NotAllowed, match="job-gone"):
            await do(house, BUTTONS[ButtonAction.EDIT], Given(target=new_job_id()))

    async def test_what_comes_back_is_an_edit_of_it_and_fields_win(self, house: House, job: Job) -> None:
        given = Given(target=job.id, values={"prompt": ("a cat n:4",), "n": ("3",)})
        report = await one(await do(house, FORMS[FormId.EDIT], given), Order).ask(person("ann"), HERE)
        assert (report.job.request.prompt, report.job.request.n, report.job.parent_id) == ("a cat", 3, job.id)

    async def test_an_id_that_somebody_made_up_is_the_parent_of_nothing(self, house: House) -> None:
        given = Given(target="../../etc", values={"prompt": ("a cat",)})
        report = await one(await do(house, FORMS[FormId.EDIT], given), Order).ask(person("ann"), HERE)
        assert report.job.parent_id is None


class TestCancelAndDelete:
    async def test_the_engine_brings_the_card_up_to_date(self, house: House) -> None:
        report = await house.imagine.from_text("a fox", author=person("ann"), destination=HERE)
        async with house.running():
            changed = one(await do(house, BUTTONS[ButtonAction.CANCEL], Given(target=report.job.id)), Changed)
            assert changed.report.job.state is JobState.CANCELLED

    async def test_a_finished_job_is_drawn_again_before_the_refusal(self, house: House, job: Job) -> None:
        refresh, refuse = await do(house, BUTTONS[ButtonAction.CANCEL], Given(target=job.id))
        assert isinstance(refresh, Refresh)
        assert isinstance(refuse, Refuse)
        assert refuse.refused.code == "already-finished"

    async def test_delete_takes_the_message_also_where_the_chat_is_away(
        self, house: House, job: Job, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away(*_: object) -> None:
            raise PlatformUnavailable("away")

        monkeypatch.setattr(FakeChat, "take_away", away)
        removed = one(await do(house, BUTTONS[ButtonAction.DELETE], Given(target=job.id)), Remove)
        told, second = await do(house, BUTTONS[ButtonAction.DELETE], Given(target=job.id))
        assert isinstance(told, Say)  # the second press hears the same truth, before its own try
        assert (removed.job_id, removed.said, second) == (job.id, told.card, Remove(job.id))
        said = str(told.card.status)
        assert "has not removed the message yet" in said or "还没有移除" in said

    @pytest.mark.parametrize("forgotten", [False, True])
    async def test_what_is_left_behind_is_told_to_its_author_and_where_it_stands(
        self, house: House, *, forgotten: bool
    ) -> None:
        """To everybody else the id says nothing, as if it had never been."""
        job = await house.drawn("a secret fox", channel="secret", private=True)
        house.chat.refuses_to_remove.add(job.id)
        await (house.actions.mydata.delete(person("ann")) if forgotten else do_delete(house, job, person("ann")))
        there = dataclasses.replace(person("bob"), channels=("secret",))
        boss = dataclasses.replace(person("boss"), moderator=True)
        told = [there, boss] if forgotten else [there, boss, person("ann")]
        for who in told:
            assert isinstance((await do_delete(house, job, who))[-1], Remove)
        elsewhere = dataclasses.replace(person("bob"), channels=("general",))
        other = dataclasses.replace(person("bob", community="other"), channels=("secret",), moderator=True)
        for who in (elsewhere, other, person("bob", platform="web")):
            with pytest.raises(NotAllowed, match="job-gone"):
                await do_delete(house, job, who)

    async def test_others_may_not(self, house: House, job: Job) -> None:
        replies = await do(house, BUTTONS[ButtonAction.CANCEL], Given(target=job.id, by=person("bob")))
        assert [type(reply) for reply in replies] == [Refresh, Refuse]
        for action in (ButtonAction.DELETE, ButtonAction.SPOILER):
            with pytest.raises(NotAllowed, match="not-yours"):
                await do(house, BUTTONS[action], Given(target=job.id, by=person("bob")))


class TestSpoilerAndMore:
    @pytest.mark.parametrize(("said", "hidden"), [((), True), (("yes",), True), (("no",), False)])
    async def test_pictures_are_hidden_and_shown(
        self, house: House, job: Job, said: tuple[str, ...], *, hidden: bool
    ) -> None:
        given = Given(target=job.id, values={"hidden": said})
        assert one(await do(house, BUTTONS[ButtonAction.SPOILER], given), Hide).hidden is hidden

    async def test_moderators_may_too(self, house: House, job: Job) -> None:
        moderator = dataclasses.replace(person("mo"), moderator=True)
        assert await do(house, BUTTONS[ButtonAction.SPOILER], Given(target=job.id, by=moderator))

    async def test_what_a_platform_cannot_do_has_no_button(self, house: House, job: Job) -> None:
        for abilities, there in ((Given().abilities, True), (WHOLE, False)):
            say = one(await do(house, BUTTONS[ButtonAction.MORE], Given(target=job.id, abilities=abilities)), Say)
            assert say.apart
            assert (ButtonAction.SPOILER in {button.press for button in say.card.buttons}) is there


class TestOpinions:
    async def test_a_star_is_counted_and_said(self, house: House, job: Job) -> None:
        replies = await do(house, BUTTONS[ButtonAction.STAR], Given(target=job.id))
        assert one(replies, Recount).shown.opinion.stars == 1
        assert words(one(replies, Say).card) == "Starred"
        replies = await do(house, BUTTONS[ButtonAction.STAR], Given(target=job.id))
        assert words(one(replies, Say).card) == "No longer starred"

    async def test_a_star_that_is_said_stays(self, house: House, job: Job) -> None:
        for said, stars in (("yes", 1), ("yes", 1), ("no", 0), ("no", 0)):
            given = Given(target=job.id, values={"starred": (said,)})
            assert one(await do(house, BUTTONS[ButtonAction.STAR], given), Recount).shown.opinion.stars == stars

    async def test_a_vote_moves_and_is_taken_back(self, house: House, job: Job) -> None:
        for index, said in ((1, "picture 1"), (2, "picture 2"), (2, "taken back")):
            replies = await do(house, BUTTONS[ButtonAction.VOTE], Given(target=job.id, index=index))
            assert said in words(one(replies, Say).card)
        replies = await do(house, BUTTONS[ButtonAction.VOTE], Given(target=job.id, index=1))
        assert one(replies, Recount).shown.opinion.votes == {1: 1}


async def test_a_report_asks_why_and_thanks(house: House, job: Job) -> None:
    form = one(await do(house, BUTTONS[ButtonAction.REPORT], Given(target=job.id)), Open).form
    assert [field.required for field in form.fields] == [False]
    given = Given(target=form.target, by=person("bob"), values={"text": ("rude",)})
    assert "Thank you" in words(one(await do(house, FORMS[form.id], given), Say).card)
    with pytest.raises(NotAllowed, match="already-reported"):
        await do(house, FORMS[form.id], given)


async def test_galleries_and_single_jobs(house: House, job: Job) -> None:
    page = one(await do(house, BUTTONS[ButtonAction.PAGE], Given(target="mine", index=0)), ShowPage)
    assert (page.instead, [one.id for one in page.found.page.jobs]) == (True, [job.id])
    shown = one(await do(house, BUTTONS[ButtonAction.SHOW], Given(target=job.id)), ShowJob)
    assert (shown.shown.report.job.id, shown.everybody) == (job.id, False)


@pytest.mark.parametrize("action", [ButtonAction.UNDO, ButtonAction.APPEAL])
@pytest.mark.parametrize("target", ["", "x", "-1", "²", "9" * 60])
async def test_made_up_numbers_are_refused(house: House, action: ButtonAction, target: str) -> None:
    with pytest.raises(NotAllowed, match="nothing-to"):
        await do(house, BUTTONS[action], Given(target=target, by=dataclasses.replace(person("mo"), moderator=True)))
