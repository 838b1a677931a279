"""A community on Discord and whoever runs it: budget, blocked words, reports, personal data, and nothing in the log."""

from __future__ import annotations

import asyncio
import io
import json
import shlex
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.discord import Channel, FakeDiscord, Message, User
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram, until
from tests.journeys.quick_program import QuickProgram

pytestmark = pytest.mark.journey


@dataclass
class Atelier:
    """One server on the fake Discord, with its people, beside the real program."""

    fake: FakeDiscord
    bot: BotProgram
    quick: QuickProgram
    guild: str
    ann: User
    bob: User
    boss: User
    room: Channel
    desk: Channel

    async def operator(self, *arguments: str) -> str:
        """What `python -m bot …` prints while the bot runs."""
        line = shlex.join((*arguments, "--platform", "discord", "--community", self.guild))
        where, settings = self.bot.directory, self.bot.settings
        done = await asyncio.to_thread(self.quick.bash, f"bot {line}", directory=where, **settings)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    async def seen(self, channel: Channel, text: str, *, by: User | None = None) -> Message:
        def look() -> Message | None:
            messages = channel.seen_by(by) if by is not None else channel.messages
            return next((one for one in reversed(messages) if text in one.text), None)

        found = await until(look, what=f"{text!r} on Discord")
        assert found is not None
        return found

    async def result(self, user: User, prompt: str, options: str = "") -> Message:
        await self.fake.slash(user, self.room, "imagine", {"prompt": f"{prompt} {options}"})

        def posted() -> Message | None:
            return next((one for one in self.room.messages if one.shown_files and prompt in one.text), None)

        found = await until(posted, what=f"the pictures of {prompt!r}")
        assert found is not None
        return found


@pytest.fixture
async def atelier(sandbox: SandboxProgram, quick: QuickProgram, tmp_path: Path) -> AsyncIterator[Atelier]:
    async with FakeDiscord() as fake:
        ann, bob, boss = (fake.add_user(name) for name in ("ann", "bob", "boss"))
        guild = fake.add_guild("atelier", ann, bob, boss)
        room, desk = fake.add_channel(guild, "general"), fake.add_channel(guild, "mods")
        fake.join(guild, boss, fake.add_role(guild, "staff", manage_guild=True, manage_messages=True))
        settings = {**sandbox.account, "DISCORD_TOKEN": fake.token, "DISCORD_API_URL": fake.url}
        async with BotProgram(tmp_path, settings, quick) as bot:
            await bot.start()
            yield Atelier(fake, bot, quick, str(guild.id), ann, bob, boss, room, desk)


def _starting(press: str) -> Callable[[Message], str]:
    def label(card: Message) -> str:
        return next(str(one.custom_id) for one in card.buttons if str(one.custom_id).startswith(f"im:{press}:"))

    return label


async def test_a_month_of_a_community(atelier: Atelier) -> None:
    await atelier.operator("limits", "set", "--own", "monthly=10", f"moderation_channel={atelier.desk.id}")
    await atelier.operator("limits", "set", "--own", "weights=4096=4")
    await atelier.operator("words", "add", "forbidden")

    # The price of what counts more; 80 and 100 per cent of the month reach the moderators.
    first = await atelier.result(atelier.ann, "zebrafinch one", "4k n:2")
    assert "uses 8" in first.text
    await atelier.seen(atelier.desk, "80 %")
    await atelier.fake.slash(atelier.ann, atelier.room, "imagine", {"prompt": "zebrafinch two 4k"})
    offer = await atelier.seen(atelier.room, "this month", by=atelier.ann)
    assert offer.ephemeral
    assert any("2048" in label for label in offer.labels)
    await atelier.seen(atelier.desk, "100 %")

    # A blocked word in other clothes is refused, and explained to whoever typed it alone.
    await atelier.fake.slash(atelier.ann, atelier.room, "imagine", {"prompt": "a F\u200borbiddén zebrafinch"})
    await atelier.seen(atelier.room, "forbidden", by=atelier.ann)
    why = await (await atelier.fake.slash(atelier.ann, atelier.room, "why", {})).shown()
    assert "forbidden" in why.text

    # A report reaches the moderators with hidden pictures; what they do is undone by one press and kept in the trail.
    menu = await (await atelier.fake.press(atelier.bob, first, "More")).shown()
    form = await atelier.fake.press(atelier.bob, menu, "Report")
    await form.answered()
    await atelier.fake.submit_modal(atelier.bob, form, {"text": "too shiny"})
    card = await atelier.seen(atelier.desk, "too shiny")
    assert [file.spoiler for file in card.shown_files] == [True, True]
    await atelier.fake.press(atelier.boss, card, _starting("remove")(card))
    await until(lambda: first.deleted, what="the removal")
    await until(lambda: any("im:undo:" in str(one.custom_id) for one in card.buttons), what="Undo")
    await atelier.fake.press(atelier.boss, card, _starting("undo")(card))
    await until(lambda: any(one.shown_files for one in atelier.room.messages), what="its return")
    actions = {entry["action"] for entry in json.loads(await atelier.operator("audit", "list", "--json"))}
    assert {"settings-changed", "word-added", "refused", "removed"} <= actions

    # Everything of a person in her hands, and then nothing of her anywhere but numbers.
    await atelier.fake.slash(atelier.ann, atelier.room, "mydata export", {})

    def sent() -> Message | None:
        return next((one for one in atelier.room.seen_by(atelier.ann) if one.ephemeral and one.files), None)

    export = await until(sent, what="the archive")
    assert export is not None
    with zipfile.ZipFile(io.BytesIO(export.files[0].data)) as archive:
        assert sum(name.startswith("pictures/") for name in archive.namelist()) == 2
        assert "zebrafinch one" in archive.read("jobs.json").decode()
    question = await (await atelier.fake.slash(atelier.ann, atelier.room, "mydata delete", {})).shown()
    await atelier.fake.press(atelier.ann, question, "Yes, delete it all")
    await until(lambda: "Done: your requests, pictures and words are deleted" in question.text, what="the deletion")
    assert not [one for one in atelier.room.messages if one.shown_files]
    assert not [path for path in (atelier.bot.data / "pictures").rglob("*") if path.is_file()]
    assert "zebrafinch" not in str(atelier.bot.rows("SELECT * FROM jobs"))
    (used,) = json.loads(await atelier.operator("usage", "--group", "community", "--json"))
    assert used["delivered"] == 2

    # Whatever was asked for is in no line of the log and in no metric.
    assert "zebrafinch" not in await atelier.bot.text("/metrics")
    assert "zebrafinch" not in atelier.bot.life.said
    assert len(atelier.bot.life.said.splitlines()) > 1
    assert not atelier.fake.violations
