"""What every ChatPlatform must do: on Discord and Slack over their fakes, on the page, in the terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.domain.errors import PlatformError
from bot.domain.job import Failure, FailureCode
from tests.contract.chats.discord import open_discord
from tests.contract.chats.house import Chat, House, done, drawing, failed
from tests.contract.chats.slack import open_slack
from tests.contract.chats.terminal import TerminalHouse, open_terminal
from tests.contract.chats.web import open_web
from tests.db.template import migrated

CHATS: dict[str, Callable[[Path], AbstractAsyncContextManager[Chat]]] = {"discord": open_discord, "slack": open_slack}
ALL: dict[str, Callable[[Path], AbstractAsyncContextManager[House]]] = {
    **CHATS,
    "web": open_web,
    "terminal": open_terminal,
}
TWO = "a red fox n:2"
HOSTILE = "a *fox* <b>_x_</b> [red]y[/red] @everyone <!channel> <@U000000001> <@1> `z`"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a database in it."""
    (tmp_path / "easel.db").write_bytes(migrated())
    return tmp_path


@pytest.fixture(params=ALL)
async def house(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[House]:
    async with ALL[request.param](folder) as house:
        yield house


@pytest.fixture(params=CHATS)
async def chat(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Chat]:
    async with CHATS[request.param](folder) as chat:
        yield chat


async def test_the_name_is_the_destinations(house: House) -> None:
    job = await house.asked(TWO)
    assert house.platform.name == job.destination.platform


async def test_the_card_tells_how_it_goes(house: House) -> None:
    job = await house.asked(TWO)
    await house.do(house.platform.show(drawing(job, slow=True)))
    await house.until(lambda: "Slower than usual" in house.words())
    assert house.cards() == 1
    assert list(house.results()) == []


async def test_the_result_has_each_picture_with_words_for_who_cannot_see_it_and_the_card_is_gone(house: House) -> None:
    job = await house.asked(TWO)
    await house.do(house.platform.conclude(done(job)))
    (alts,) = await house.until(house.results)
    assert len(alts) == 2
    assert all("a red fox" in alt for alt in alts)
    assert alts[0] != alts[1]
    await house.until(lambda: house.cards() == 0)


async def test_posting_twice_gives_the_same_message(house: House) -> None:
    job = await house.asked(TWO)
    first = await house.do(house.platform.conclude(done(job)))
    again = await house.do(house.platform.conclude(done(await house.seen(job))))
    assert again == first
    assert len(await house.until(house.results)) == 1


async def test_posting_again_after_a_crash_gives_the_same_message(house: House) -> None:
    job = await house.asked(TWO)
    first = await house.do(house.platform.conclude(done(job)))
    await house.crash()
    again = await house.do(house.platform.conclude(done(await house.seen(job), perhaps_posted=True)))
    assert again == first
    assert len(await house.until(house.results)) == 1
    await house.until(lambda: house.cards() == 0)


async def test_killed_between_posting_and_knowing_it_posts_once(house: House) -> None:
    job = await house.asked(TWO)
    await house.die_posting(lambda: house.platform.conclude(done(job)))
    number = await house.do(house.platform.conclude(done(await house.seen(job), perhaps_posted=True)))
    assert number
    assert len(await house.until(house.results)) == 1
    await house.until(lambda: house.cards() == 0)


async def test_a_failure_is_said_without_pictures_and_the_card_is_gone(house: House) -> None:
    job = await house.asked(TWO)
    cause = Failure(code=FailureCode.REJECTED, detail="no dragons today")
    first = await house.do(house.platform.conclude(failed(job, cause)))
    await house.until(lambda: "no dragons today" in house.words())
    assert await house.do(house.platform.conclude(failed(job, cause))) == first
    await house.until(lambda: house.cards() == 0)
    assert list(house.results()) == []


async def test_what_is_taken_away_is_gone_and_what_is_gone_is_fine(house: House) -> None:
    job = await house.asked(TWO)
    number = await house.do(house.platform.conclude(done(job)))
    await house.until(house.results)
    await house.store.note(job.id, result_id=number)
    for _ in range(2):
        await house.do(house.platform.take_away(await house.seen(job)))
    if isinstance(house, TerminalHouse):
        assert len(house.results()) == 1, "files that were handed over are their owner's"
    else:
        await house.until(lambda: not house.results())
        assert "a red fox" not in house.words()


async def test_a_card_is_taken_away_before_there_is_a_result(house: House) -> None:
    job = await house.asked(TWO)
    await house.do(house.platform.take_away(job))
    if not isinstance(house, TerminalHouse):
        await house.until(lambda: house.cards() == 0)


async def test_a_prompt_is_shown_and_not_obeyed(house: House) -> None:
    job = await house.asked(f"{HOSTILE} n:1")
    await house.do(house.platform.conclude(done(job)))
    (alts,) = await house.until(house.results)
    assert HOSTILE in house.words()
    assert "@everyone" in alts[0]
    if isinstance(house, Chat):
        assert house.called() == [house.author]


async def test_the_provider_s_words_are_shown_and_not_obeyed(house: House) -> None:
    job = await house.asked(TWO)
    await house.do(house.platform.conclude(failed(job, Failure(code=FailureCode.REJECTED, detail=HOSTILE))))
    await house.until(lambda: HOSTILE in house.words())
    if isinstance(house, Chat):
        assert house.called() == [house.author]


# where there are messages


async def test_the_author_is_called_once_whatever_happens(chat: Chat) -> None:
    job = await chat.asked(TWO)
    await chat.do(chat.platform.show(drawing(job, slow=True)))
    await chat.die_posting(lambda: chat.platform.conclude(done(job)))
    for _ in range(2):
        await chat.do(chat.platform.conclude(done(await chat.seen(job), perhaps_posted=True)))
    assert chat.called() == [chat.author]


async def test_a_failure_calls_its_author_once(chat: Chat) -> None:
    job = await chat.asked(TWO)
    cause = Failure(code=FailureCode.TIMED_OUT, detail="")
    for _ in range(2):
        await chat.do(chat.platform.conclude(failed(job, cause)))
    assert chat.called() == [chat.author]


async def test_a_card_that_somebody_has_deleted_is_no_error(chat: Chat) -> None:
    job = await chat.asked(TWO)
    chat.remove_by_hand()
    await chat.do(chat.platform.show(drawing(job, slow=True)))
    await chat.do(chat.platform.conclude(done(await chat.seen(job))))
    assert len(chat.results()) == 1
    assert chat.cards() == 0


async def test_away_it_says_so_and_nothing_else_is_raised(chat: Chat) -> None:
    job = await chat.asked(TWO)
    chat.go_away()
    await chat.do(chat.platform.show(drawing(job, slow=True)))
    with pytest.raises(PlatformError):
        await chat.do(chat.platform.conclude(done(job)))
    with pytest.raises(PlatformError):
        await chat.do(chat.platform.take_away(job))


async def test_a_directory_that_is_none_is_said(folder: Path) -> None:
    async with open_terminal(folder) as house:
        job = await house.asked(TWO)
        house.out.rmdir()
        house.out.write_text("a file")
        with pytest.raises(PlatformError):
            await house.do(house.platform.conclude(done(job)))
