import asyncio
import gc
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.actions.mydata import MyData
from bot.actions.personal_archives import PersonalArchives
from bot.domain.defaults import Defaults
from bot.domain.errors import PlatformUnavailable
from bot.domain.job import Job, JobState
from bot.domain.moderation import EASEL, AuditAction
from bot.domain.ports import GalleryFilter, UsageFilter, UsageGroup
from tests.actions.house import HERE, House
from tests.db.orders import person
from tests.fakes.chat import FakeChat
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import PICTURE


def mydata_of(house: House, folder: Path | None = None) -> MyData:
    return MyData(
        store=house.store,
        personal=house.personal,
        communities=house.communities,
        dispatcher=house.dispatcher,
        pictures=house.picture_store,
        removals=house.actions.removals,
        clock=house.clock,
        archives=PersonalArchives(
            personal=house.personal,
            ledger=house.ledger,
            pictures=house.picture_store,
            clock=house.clock,
            readme=lambda locale, jobs, pictures, left_out: f"{locale} {jobs} {pictures} {left_out}",
            folder=folder,
        ),
    )


@pytest.fixture
def mydata(house: House) -> MyData:
    return mydata_of(house)


async def opened(mydata: MyData, *, most_bytes: int | None = None) -> tuple[zipfile.ZipFile, int]:
    async with mydata.export(person(), most_bytes=most_bytes) as export:
        data = export.file.read()
        assert len(data) == export.size
        return zipfile.ZipFile(io.BytesIO(data)), export.left_out


# handing out


async def test_everything_of_one_person_is_in_it(house: House, mydata: MyData) -> None:
    first = await house.drawn("一只狐狸", n=2, days_ago=2)
    second = await house.drawn("a whale", by=person("ann", "elsewhere"))
    other = await house.drawn("a secret", by=person("bob"))
    archive, left_out = await opened(mydata)
    assert archive.testzip() is None
    assert left_out == 0
    assert sorted(archive.namelist()) == sorted(
        [
            "README.txt",
            "jobs.json",
            "usage.csv",
            *(f"pictures/{job.id}-{n}.png" for job in (first, second) for n in range(1, job.request.n + 1)),
        ]
    )
    assert archive.read(f"pictures/{first.id}-2.png") == PICTURE
    jobs = json.loads(archive.read("jobs.json"))
    assert [job["id"] for job in jobs] == [first.id, second.id]
    assert jobs[0]["prompt"] == "一只狐狸"
    assert jobs[0]["state"] == "done"
    assert [picture["file"] for picture in jobs[0]["pictures"]] == [f"pictures/{first.id}-{n}.png" for n in (1, 2)]
    text = b"".join(archive.read(name) for name in ("jobs.json", "usage.csv", "README.txt")).decode()
    assert other.id not in text
    assert "bob" not in text
    assert "details" not in jobs[0]
    assert archive.read("README.txt").decode() == "zh-CN 2 3 0"
    [entry] = await house.communities.audit_trail("discord", "guild")
    assert (entry.action, entry.target) == (AuditAction.DATA_EXPORTED, "ann")


async def test_what_somebody_has_set_for_themselves_is_in_it_and_goes(house: House, mydata: MyData) -> None:
    await house.personal.keep_defaults("discord", "ann", Defaults(ratio="16:9"))
    archive, _ = await opened(mydata)
    assert json.loads(archive.read("defaults.json")) == {"ratio": "16:9", "n": None, "clarity": None, "style": None}
    await mydata.delete(person())
    assert await house.personal.defaults_of("discord", "ann") == Defaults()


async def test_the_rest_is_in_it_and_goes(house: House, mydata: MyData) -> None:
    job = await house.drawn(n=2, by=person("bob"))
    gallery = house.actions.gallery
    await gallery.star(job.id, person(), starred=True)
    await gallery.vote(job.id, person(), 2)
    await gallery.search(person(), gallery_filter=GalleryFilter.MINE, text="searched for")
    await house.actions.reports.add(job.id, person(), "my own words")
    archive, _ = await opened(mydata)
    other = json.loads(archive.read("other.json"))
    assert set(other) == {"stars", "votes", "drafts", "reports", "audit"}
    assert other["drafts"][0]["text"] == "searched for"
    assert other["reports"][0]["reason"] == "my own words"
    await mydata.delete(person())
    assert set(await house.personal.traces_of("discord", "ann")) == set()
    trail = await house.communities.audit_trail("discord", "guild")
    assert "my own words" not in str(trail)


async def test_a_limit_leaves_the_oldest_pictures_out_and_says_so(house: House, mydata: MyData) -> None:
    old = await house.drawn(days_ago=3)
    for _ in range(10):
        await house.drawn()
    await opened(mydata)  # which is in the audit list from now on
    whole, _ = await opened(mydata)
    size = 16 * 1024 + 11 * 2300 + 4 * len(PICTURE)
    archive, left_out = await opened(mydata, most_bytes=size)
    assert 0 < left_out < 11
    assert f"pictures/{old.id}-1.png" not in archive.namelist()
    assert len(archive.namelist()) == len(whole.namelist()) - left_out
    async with mydata.export(person(), most_bytes=size) as export:
        assert export.size <= size
    jobs = {job["id"]: job for job in json.loads(archive.read("jobs.json"))}
    assert jobs[old.id]["pictures"][0]["file"] is None
    assert archive.read("README.txt").decode().endswith(f" {left_out}")


async def test_a_picture_that_is_gone_is_passed_over(house: House, mydata: MyData) -> None:
    job = await house.drawn(n=2)
    await house.picture_store.delete([job.pictures[0].key])
    archive, left_out = await opened(mydata)
    assert left_out == 0
    [told] = json.loads(archive.read("jobs.json"))
    assert [picture["file"] for picture in told["pictures"]] == [None, f"pictures/{job.id}-2.png"]


async def test_nobody_gets_an_archive_too(mydata: MyData) -> None:
    archive, _ = await opened(mydata)
    assert json.loads(archive.read("jobs.json")) == []


async def test_nothing_stays_on_the_disk(house: House, tmp_path: Path) -> None:
    await house.drawn()
    folder = tmp_path / "exports"
    folder.mkdir()
    async with mydata_of(house, folder).export(person()):
        assert list(folder.iterdir()) == []  # not even a name, in case of a kill


async def test_an_archive_that_can_t_be_finished_is_let_go_quietly(
    house: House, mydata: MyData, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.drawn()

    async def failing(_: MemoryPictureStore, key: str) -> bytes:
        raise OSError("down")

    monkeypatch.setattr(MemoryPictureStore, "get", failing)
    with pytest.raises(OSError, match="down"):
        await opened(mydata)
    gc.collect()  # what is left open would complain now
    assert await house.communities.audit_trail("discord", "guild") == []


# forgetting


async def test_everything_of_one_person_goes(house: House, mydata: MyData) -> None:
    mine = [await house.drawn(n=2), await house.drawn(by=person("ann", "elsewhere"))]
    other = await house.drawn(by=person("bob"))
    forgotten = await mydata.delete(person())
    assert (forgotten.jobs, forgotten.pictures, forgotten.messages_left) == (2, 3, 0)
    assert [job async for job in house.personal.jobs_of("discord", "ann")] == []
    assert set(house.picture_store.kept) == {other.pictures[0].key}
    assert sorted(house.chat.taken_away) == sorted(job.id for job in mine)
    rows = await house.ledger.view(UsageGroup.COMMUNITY, UsageFilter(platform="discord", community_id="guild"))
    assert [row.delivered for row in rows] == [3]  # numbers stay, without a person
    [entry] = await house.communities.audit_trail("discord", "guild")
    assert entry.action is AuditAction.DATA_DELETED
    assert (entry.actor_id, entry.target, entry.detail) == (EASEL, "", {"jobs": "2", "pictures": "3"})
    assert "ann" not in repr(entry).lower()


async def test_doing_it_again_does_nothing_more(house: House, mydata: MyData) -> None:
    await house.drawn()
    await mydata.delete(person())
    assert (await mydata.delete(person())).jobs == 0
    assert len(await house.communities.audit_trail("discord", "guild")) == 1


async def test_what_is_running_is_cancelled_and_goes(house: House, mydata: MyData) -> None:
    async with house.running():
        report = await house.imagine.from_text("a fox", author=person(), destination=HERE)

        async def generating() -> None:
            while (job := await house.store.get(report.job.id)) is None or job.state is not JobState.GENERATING:
                await house.clock.sleep(0.1)

        await house.clock.until(generating())
        await mydata.delete(person())

        async def closed() -> None:
            while (await house.store.get(report.job.id)) is not None:
                await house.clock.sleep(0.1)
                await house.personal.prune(house.clock.now())

        await house.clock.until(closed())
    assert (await house.store.usage(person(), house.clock.now())).unfinished == 0


@pytest.mark.parametrize("breaks_at", ["forget", "prune", "pictures_gone"])
async def test_a_kill_in_between_leaves_nothing_behind(
    house: House, mydata: MyData, monkeypatch: pytest.MonkeyPatch, breaks_at: str
) -> None:
    await house.drawn(n=2)
    real: Callable[..., object] = getattr(house.personal, breaks_at)

    async def killed(*arguments: object) -> Sequence[str]:
        raise asyncio.CancelledError

    monkeypatch.setattr(house.personal, breaks_at, killed)
    with pytest.raises(asyncio.CancelledError):
        await mydata.delete(person())
    monkeypatch.setattr(house.personal, breaks_at, real)
    await mydata.delete(person())
    assert house.picture_store.kept == {}
    assert [job async for job in house.personal.jobs_of("discord", "ann")] == []
    assert await house.personal.prune(house.clock.now()) == []


async def test_a_store_that_fails_is_asked_again(house: House, mydata: MyData, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.drawn()

    async def failing(_: MemoryPictureStore, keys: Sequence[str]) -> None:
        raise OSError("down")

    with monkeypatch.context() as patched:
        patched.setattr(MemoryPictureStore, "delete", failing)
        with pytest.raises(OSError, match="down"):
            await mydata.delete(person())
    await mydata.delete(person())
    assert house.picture_store.kept == {}


async def test_messages_that_stay_are_counted(house: House, mydata: MyData, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, _ = await house.drawn(), await house.drawn()
    real = FakeChat.take_away

    async def take_away(chat: FakeChat, job: Job) -> None:
        if job.id == stuck.id:
            raise PlatformUnavailable("no access")
        await real(chat, job)

    monkeypatch.setattr(FakeChat, "take_away", take_away)
    forgotten = await mydata.delete(person())
    assert forgotten.messages_left == 1
    assert [job async for job in house.personal.jobs_of("discord", "ann")] == []


async def test_a_chat_that_hangs_does_not_keep_the_data(
    house: House, mydata: MyData, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        await house.drawn()

    async def take_away(_: FakeChat, job: Job) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(FakeChat, "take_away", take_away)
    monkeypatch.setattr("bot.actions.mydata._ALL_MESSAGES", 0.05)
    assert (await mydata.delete(person())).messages_left == 6
    assert house.picture_store.kept == {}
