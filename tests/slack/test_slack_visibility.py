"""Which of Slack's places are private."""

from __future__ import annotations

from tests.slack.conftest import Bot


async def test_public_channels_are_open_and_the_rest_is_private(bot: Bot) -> None:
    secret = bot.fake.add_channel("secret-plans", bot.ann, private=True, bot=True)
    places = {
        "public": (bot.channel, False),
        "private": (secret, True),
        "conversation": (bot.fake.add_dm(bot.ann), True),
    }
    for name, (channel, private) in places.items():
        for prompt in ("a red fox", "a blue fox"):  # the second time from memory
            await bot.result(prompt, bot.ann, channel)
        jobs = await bot.all_jobs(channel)
        assert [job.destination.private for job in jobs] == [private, private], name
