"""A person's own defaults: on the Home tab, and in every form and request after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.defaults import Defaults
from bot.domain.people import Person

if TYPE_CHECKING:
    from tests.fakes.slack import User, View

    from .conftest import Bot


def person(bot: Bot, user: User) -> Person:
    return Person(platform="slack", community_id=bot.team.id, user_id=user.id, name=user.name)


async def home_of(bot: Bot, user: User) -> View:
    await bot.fake.open_home(user)
    await bot.until(lambda: user.home is not None)
    assert user.home is not None
    return user.home


async def test_the_home_tab_edits_them_and_they_hold_from_then_on(bot: Bot) -> None:
    home = await home_of(bot, bot.ann)
    view = await (await bot.fake.press(bot.ann, home, "Your defaults…")).opened()
    sent = await bot.fake.submit_view(bot.ann, view, {"ratio": "16:9", "n": "2"})
    await sent.acked()
    await bot.until(lambda: "16:9 wide · 2 pictures" in home.words)
    result = await bot.result("a red fox")
    assert "16:9" in result.words
    assert len(result.pictures) == 2
    assert "1:1" in (await bot.result("a red fox ratio:1:1 n:1")).words
    assert len((await bot.result("a whale", bot.bob)).pictures) == 1


async def test_a_new_form_begins_with_them_and_what_is_chosen_there_wins(bot: Bot) -> None:
    await bot.decide(default_n=3, styles={"house": "in our colours"})
    await bot.defaults.change(person(bot, bot.ann), {"ratio": "16:9"})
    view = await (await bot.fake.slash(bot.ann, bot.channel, "/imagine")).opened()
    assert view.filled["Ratio"] == "16:9"
    assert view.filled["How many"] == "3"
    sent = await bot.fake.submit_view(
        bot.ann, view, {"What you'd like to see": "a red fox", "Ratio": "9:16", "How many": "1", "Style": "house"}
    )
    await sent.acked()
    await bot.posted()
    request = (await bot.all_jobs())[0].request
    assert (request.ratio, request.n, request.style_words) == ("9:16", 1, "in our colours")


async def test_they_are_opened_by_a_command_and_taken_back(bot: Bot) -> None:
    await bot.defaults.change(person(bot, bot.ann), {"style": "ink", "clarity": "4096"})
    view = await (await bot.fake.slash(bot.ann, bot.channel, "/easel", "defaults")).opened()
    assert view.filled["Style"] == "ink"
    sent = await bot.fake.submit_view(bot.ann, view, {"Style": "-"})
    await sent.acked()
    await bot.until(lambda: any("saved" in one.words for one in bot.messages(bot.fake.add_dm(bot.ann))))
    assert await bot.defaults.read(person(bot, bot.ann)) == Defaults(clarity=4096)
