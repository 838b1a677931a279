"""What a person sees on Discord where something is missing, wrong, or gone."""

from __future__ import annotations

import pytest

from bot.domain.job import JobState
from tests.discord.conftest import Bot, person
from tests.fakes.discord import Channel, Interaction, Message, User
from tests.fakes.pictures import noisy_png

MIB = 1024 * 1024


async def imagine_this(bot: Bot, words: str) -> Interaction:
    asked = await bot.fake.context_menu(bot.ann, bot.channel, "Imagine this", bot.fake.say(bot.bob, bot.channel, words))
    await asked.answered()
    return asked


class TestImagineThis:
    async def test_the_form_begins_with_one_s_own_defaults_and_says_what_it_does(self, bot: Bot) -> None:
        await bot.defaults.change(person(bot, bot.ann), {"ratio": "16:9", "n": "2"})
        asked = await imagine_this(bot, "a red fox")
        assert asked.modal is not None
        assert asked.modal.title == "Draw a picture"
        assert (asked.modal.values["Ratio"], asked.modal.values["How many"]) == (["16:9"], "2")

    async def test_words_that_make_no_request_keep_the_defaults(self, bot: Bot) -> None:
        await bot.defaults.change(person(bot, bot.ann), {"ratio": "16:9"})
        asked = await imagine_this(bot, "ratio:16:9")
        assert asked.modal is not None
        assert asked.modal.values["Ratio"] == ["16:9"]


class TestStudio:
    async def form(self, bot: Bot, section: str) -> Interaction:
        guild = bot.guild
        bot.fake.join(guild, bot.ann, bot.fake.add_role(guild, "bosses", manage_guild=True))
        studio = await (await bot.fake.slash(bot.ann, bot.channel, "studio")).shown()
        opened = await bot.fake.select(bot.ann, studio, studio.selects[0]["custom_id"], section)
        await opened.answered()
        return opened

    async def test_people_without_a_person_says_what_to_choose(self, bot: Bot) -> None:
        opened = await self.form(bot, "people")
        assert opened.modal is not None
        await bot.fake.submit_modal(bot.ann, opened, {"deed": "lock", "person": []})
        await bot.said_to(bot.ann, "Choose the person first.")

    async def test_a_weight_with_a_comma_is_named_as_it_was_typed(self, bot: Bot) -> None:
        opened = await self.form(bot, "house")
        sent = await bot.fake.submit_modal(bot.ann, opened, {"weight": "0,5"})
        told = (await bot.said_to(bot.ann, "0,5")).text
        assert "“0,5” isn't a whole number" in told
        await sent.answered()

    async def test_two_wrong_fields_are_both_named_and_nothing_is_saved(self, bot: Bot) -> None:
        opened = await self.form(bot, "limits")
        await bot.fake.submit_modal(bot.ann, opened, {"user_daily": "many", "monthly": "1e9", "cooldown": "30"})
        told = (await bot.said_to(bot.ann, "many")).text
        assert "“many”" in told
        assert "“1e9”" in told
        here = await bot.communities.community("discord", str(bot.guild.id))
        assert here.cooldown is None


class TestMore:
    async def more(self, bot: Bot, user: str) -> Message:
        message = await bot.result("a red fox")
        pressed = await bot.fake.press(getattr(bot, user), message, "More")
        return await pressed.shown()

    @pytest.mark.parametrize(("user", "offered"), [("ann", True), ("bob", False), ("moderator", True)])
    async def test_spoiler_is_offered_to_those_who_may(self, bot: Bot, user: str, *, offered: bool) -> None:
        labels = {one.label for one in (await self.more(bot, user)).buttons}
        assert ("Spoiler" in labels) is offered

    async def test_report_on_a_deleted_job_opens_no_form(self, bot: Bot) -> None:
        message = await bot.result("a red fox")
        more = await (await bot.fake.press(bot.bob, message, "More")).shown()
        await (await bot.fake.press(bot.ann, message, "Delete")).answered()
        await bot.soon(lambda: message not in bot.channel.messages)
        pressed = await bot.fake.press(bot.bob, more, "Report")
        assert "gone" in (await pressed.shown()).text
        assert pressed.modal is None


async def test_pictures_that_are_too_large_in_every_size_are_said_to_be_so(bot: Bot) -> None:
    bot.fake.file_limit = 10
    await bot.card()
    await bot.settled()
    told = bot.channel.messages[-1].text
    assert "too large" in told
    assert "no longer post" not in told


async def test_a_wall_of_blank_lines_is_no_wall(bot: Bot) -> None:
    wall = "a" + "\n" * 280 + "b"
    for message in (await bot.card(wall), await bot.result("c\n" * 200)):
        assert message.text.count("\n") < 20
    jobs = await bot.all_jobs()
    assert wall in {job.request.prompt for job in jobs}  # it is drawn as typed
    job = next(job for job in jobs if job.pictures)
    shown = await (await bot.fake.slash(bot.ann, bot.channel, "show", {"id": job.id})).shown()
    assert shown.text.count("\n") < 60


class TestOriginal:
    """Four pictures of 12 MiB, in a guild that takes 20 MiB a file and 25 MiB a message."""

    @pytest.fixture
    async def result(self, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> Message:
        data = noisy_png(2048, 2048)
        monkeypatch.setattr("tests.fakes.model.PICTURE", data)
        bot.fake.file_limit = 20 * MIB
        return await bot.result(n=4)

    async def test_each_file_comes_as_it_is_kept_for_whoever_asks(self, bot: Bot, result: Message) -> None:
        assert not [file for file in result.attachments if file.filename.endswith(".png")], "compressed to fit"
        await bot.fake.press(bot.bob, result, "Original")
        alone = await bot.soon(lambda: (found := files_for(bot, bot.bob)) and len(found) == 4 and found)
        assert [len(one.attachments) for one in alone] == [1, 1, 1, 1]
        (job,) = await bot.all_jobs()
        assert [one.attachments[0].filename for one in alone] == [f"easel-{job.id}-{n}.png" for n in range(1, 5)]
        assert all(one.attachments[0].size >= job.pictures[0].size for one in alone)
        assert "Picture 4 of 4, the original" in alone[3].text
        assert not files_for(bot, bot.ann)

    async def test_as_large_as_fits_with_the_reason(self, bot: Bot, result: Message) -> None:
        bot.fake.file_limit = 10 * MIB
        more = await (await bot.fake.press(bot.ann, result, "More")).shown()
        await bot.fake.press(bot.ann, more, "Original")
        alone = await bot.soon(lambda: (found := files_for(bot, bot.ann)) and len(found) == 4 and found)
        assert "as large as Discord takes it here: the original has 12.0 MiB" in alone[0].text
        assert not [one.label for one in alone[0].buttons]


def files_for(bot: Bot, user: User) -> list[Message]:
    return [one for one in bot.channel.seen_by(user) if one.ephemeral and one.attachments]


class TestNoWayToItsAuthor:
    """Installed for a person alone, the answer's time over, and no private messages taken."""

    @pytest.fixture
    async def elsewhere(self, bot: Bot) -> Channel:
        """A group in which cat has asked, so long before the picture is ready that the answer is over."""
        bot.model.draws_for = 890.0  # the answer is over after 870, a request after 900
        cat = bot.fake.add_user("cat", has_app=True)
        cat.dms_open = False
        return bot.fake.add_group(cat, bot.bob)

    def cat(self, bot: Bot) -> User:
        return next(user for user in bot.fake.world.users.values() if user.name == "cat")

    async def test_another_live_interaction_carries_the_picture_for_its_author_alone(
        self, bot: Bot, elsewhere: Channel
    ) -> None:
        cat, other = self.cat(bot), bot.fake.add_group(self.cat(bot), bot.ann)
        await bot.card("a red fox", cat, channel=elsewhere)
        await bot.clock.advance(10 * 60)
        await (await bot.fake.slash(cat, other, "help")).shown()
        found = await bot.until(lambda: [one for one in other.seen_by(cat) if one.attachments])
        assert found[0].ephemeral
        assert "for you alone" in found[0].text
        await bot.settled()
        (job,) = await bot.jobs_in(elsewhere)
        assert job.state is JobState.DONE

    async def test_the_next_interaction_offers_what_is_kept_once(self, bot: Bot, elsewhere: Channel) -> None:
        cat = self.cat(bot)
        card = await bot.card("a red fox", cat, channel=elsewhere)
        await bot.settled()
        assert "Cancel" in {one.label for one in card.buttons}  # nothing of ours reaches it any more
        other = bot.fake.add_group(cat, bot.ann)
        await (await bot.fake.slash(cat, other, "help")).shown()
        offer = await bot.said_to(cat, "is waiting", other)
        assert "private messages are closed" in offer.text
        shown = await (await bot.fake.press(cat, offer, "Show the pictures")).shown()
        assert shown.ephemeral
        assert shown.attachments
        await (await bot.fake.slash(cat, other, "help")).shown()
        await bot.clock.advance(1)
        assert len([one for one in other.seen_by(cat) if "is waiting" in one.text]) == 1

    async def test_show_and_gallery_have_what_is_kept(self, bot: Bot, elsewhere: Channel) -> None:
        cat = self.cat(bot)
        await bot.card("a red fox", cat, channel=elsewhere)
        await bot.settled()
        for command, options in (("gallery", {}), ("show", {"id": (await bot.jobs_in(elsewhere))[0].id})):
            answer = await (await bot.fake.slash(cat, elsewhere, command, options)).shown()
            assert answer.attachments, command

    @pytest.mark.parametrize("who", ["cat", "bob"])
    async def test_a_press_on_a_stale_card_ends_it_whoever_presses(
        self, bot: Bot, elsewhere: Channel, who: str
    ) -> None:
        cat = self.cat(bot)
        bot.bob.has_app = True
        card = await bot.card("a red fox", cat, channel=elsewhere)
        await bot.settled()
        await bot.fake.press(next(one for one in (cat, bot.bob) if one.name == who), card, "Cancel")
        await bot.until(lambda: "Cancel" not in {one.label for one in card.buttons})
        assert "private messages are closed" in card.text

    async def test_a_card_whose_job_is_gone_says_so(self, bot: Bot, elsewhere: Channel) -> None:
        cat = self.cat(bot)
        card = await bot.card("a red fox", cat, channel=elsewhere)
        await bot.settled()
        (job,) = await bot.jobs_in(elsewhere)
        await bot.store.note(job.id, deleted_at=bot.clock.now())
        await bot.fake.press(cat, card, "Cancel")
        await bot.until(lambda: "gone" in card.text)
        assert not card.buttons
