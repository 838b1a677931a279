"""The fake Slack, tried with the real Bolt in Socket Mode: what people do, and what they see."""

import pytest

from tests.fakes.slack import CannotDoThat, FakeSlack, NotAnswered
from tests.fakes.slack.fixtures import Workspace
from tests.fakes.slack_sample import App, bot, connected, fake_slack, slack_world

__all__ = ["bot", "fake_slack", "slack_world"]


async def test_a_command_is_acknowledged_and_its_words_are_seen_by_its_author_alone(
    fake_slack: FakeSlack, slack_world: Workspace, bot: App
) -> None:
    act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine", " a <cat> & co ratio:16:9 ")
    ack = await act.acked()
    assert ack.text == "drawing a &lt;cat&gt; &amp; co ratio:16:9"
    assert 0 <= ack.latency < 3
    told = await act.told("drawing")
    assert slack_world.channel.seen_by(slack_world.ann) == [told]
    assert slack_world.channel.messages == []


async def test_a_bare_command_opens_a_form_that_is_sent(
    fake_slack: FakeSlack, slack_world: Workspace, bot: App
) -> None:
    act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine")
    view = await act.opened()
    assert (view.title, view.filled) == ("Imagine", {"Prompt": "a fox", "Ratio": None})
    assert slack_world.ann.modals == [view]
    with pytest.raises(CannotDoThat, match="characters"):
        await fake_slack.submit_view(slack_world.ann, view, {"Prompt": "x" * 21})
    with pytest.raises(CannotDoThat, match="filled in"):
        await fake_slack.submit_view(slack_world.ann, view, {"Prompt": ""})
    refused = await fake_slack.submit_view(slack_world.ann, view, {"Prompt": "bad"})
    assert (await refused.acked()).errors == {"prompt": "that word is blocked"}
    assert view.errors == {"prompt": "that word is blocked"}
    again = await fake_slack.submit_view(slack_world.ann, view, {"Prompt": "next", "ratio": "16:9"})
    assert (await again.opened()).title == "Step two"
    assert slack_world.ann.modals == [view]
    sent = await fake_slack.submit_view(slack_world.ann, view, {"text": "a hen"})
    await sent.acked()
    assert view.closed
    assert slack_world.ann.modals == []
    values = bot.heard[-1]["view"]["state"]["values"]
    assert values["prompt"]["text"]["value"] == "a hen"
    assert values["ratio"]["pick"]["selected_option"]["value"] == "16:9"


async def test_a_button_in_a_form_pushes_another_on_top(
    fake_slack: FakeSlack, slack_world: Workspace, bot: App
) -> None:
    act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine")
    view = await act.opened()
    pressed = await fake_slack.press(slack_world.ann, view, "Help")
    above = await pressed.opened()
    assert slack_world.ann.modals == [view, above]
    with pytest.raises(CannotDoThat, match="on top"):
        await fake_slack.submit_view(slack_world.ann, view)
    assert await fake_slack.close_view(slack_world.ann, above) is None
    assert slack_world.ann.modals == [view]


async def test_a_button_on_a_message_replaces_it_through_the_response_url(
    fake_slack: FakeSlack, slack_world: Workspace, bot: App
) -> None:
    await fake_slack.slash(slack_world.ann, slack_world.channel, "/card", "x")
    (message,) = await fake_slack.until(lambda: slack_world.channel.messages)
    assert (message.words, message.labels) == ("*a cat*", ["Again"])
    act = await fake_slack.press(slack_world.bob, message, "Again")
    await act.acked()
    await fake_slack.until(lambda: message.words == "once more")
    assert message.versions == ["*a cat*", "once more"]
    assert bot.heard[-1]["actions"][0]["value"] == "j1"
    with pytest.raises(CannotDoThat, match="0 buttons"):
        await fake_slack.press(slack_world.bob, message, "Again")


async def test_shortcuts_mentions_and_the_home_tab(fake_slack: FakeSlack, slack_world: Workspace, bot: App) -> None:
    place = slack_world
    said = fake_slack.say(place.bob, place.channel, "a house by the sea")
    act = await fake_slack.shortcut(place.ann, said, "describe")
    assert (await act.opened()).title == "Describe"
    assert bot.heard[-1]["message"]["text"] == "a house by the sea"
    everywhere = await fake_slack.shortcut(place.ann, None, "describe")
    await everywhere.opened()
    await (await fake_slack.mention(place.ann, place.channel, "hello", said)).acked()
    await fake_slack.until(lambda: [one.words for one in place.channel.thread(said.ts)][2:] == ["yes?"])
    await (await fake_slack.open_home(place.ann)).acked()
    home = await fake_slack.until(lambda: place.ann.home)
    assert home.words == "hi"
    assert (await (await fake_slack.press(place.ann, home, "Help")).acked()).payload == {}


async def test_what_is_not_acknowledged_times_out_and_comes_again(
    fake_slack: FakeSlack, slack_world: Workspace, bot: App
) -> None:
    act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/silent")
    await fake_slack.until(lambda: bot.heard)
    fake_slack.clock.advance(3.1)
    with pytest.raises(NotAnswered, match="operation_timeout"):
        await act.acked()
    await fake_slack.until(lambda: len(bot.heard) == 2)
    assert bot.heard[0]["trigger_id"] == bot.heard[1]["trigger_id"]
    assert len(set(act.envelopes)) == 2


async def test_without_a_bot_a_command_fails_at_once_and_an_event_waits(
    fake_slack: FakeSlack, slack_world: Workspace
) -> None:
    act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine", "x")
    with pytest.raises(NotAnswered, match="dispatch_failed"):
        await act.acked()
    waiting = await fake_slack.mention(slack_world.ann, slack_world.channel, "hello")
    async with connected(fake_slack) as app:
        await waiting.acked()
        assert [one["type"] for one in app.heard] == ["app_mention"]
