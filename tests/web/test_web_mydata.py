"""Taking one's data home: many at once, slow readers, broken lines, and deleting meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import socket
import zipfile
from collections.abc import AsyncIterator

import pytest

from bot.actions.personal_archives import Export
from bot.domain.people import Person
from bot.platforms.web import archives
from tests.journeys.programs import until
from tests.web.conftest import Site

TOKEN = "a long random text of the operator"
TIMEOUT = 30.0
SIZE = 20_000_000


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Site]:
    async with site.open(token=TOKEN) as opened:
        yield opened


async def guest(page: Site) -> dict[str, str]:
    """The headers of one more browser."""
    page.client.cookie_jar.clear()
    await page.sign_in(TOKEN)
    cookie = next(one.value for one in page.client.cookie_jar)
    page.client.cookie_jar.clear()
    return {"Cookie": f"easel={cookie}"}


async def taken(page: Site, headers: dict[str, str]) -> list[str]:
    """The names in the archive."""
    async with page.client.get(f"{page.server.url}/api/mydata", headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return zipfile.ZipFile(io.BytesIO(await answer.read())).namelist()


def slow_reader(page: Site, headers: dict[str, str]) -> socket.socket:
    """Asks, and reads nothing of the answer."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", page.server.port))
    lines = ["GET /api/mydata HTTP/1.1", f"Host: localhost:{page.server.port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    sock.sendall("\r\n".join([*lines, "", ""]).encode())
    return sock


@pytest.fixture
def written(page: Site) -> list[str]:
    """Whose archives are written; each is larger than what a connection holds by itself."""
    found: list[str] = []
    real = page.server._archives._write

    @contextlib.asynccontextmanager
    async def padded(person: Person) -> AsyncIterator[Export]:
        found.append(person.user_id)
        async with real(person) as export:
            export.file.truncate(SIZE)
            yield dataclasses.replace(export, size=SIZE)

    page.server._archives._write = padded
    return found


def kept(page: Site) -> int:
    return len(page.server._archives._owners)


async def test_slow_readers_hold_nobody_up(page: Site, written: list[str]) -> None:
    slow = [slow_reader(page, await guest(page)) for _ in range(3)]
    await until(lambda: len(written) == 3, within=TIMEOUT, what="three archives")
    third = await guest(page)
    async with asyncio.timeout(TIMEOUT), page.client.get(f"{page.server.url}/api/mydata", headers=third) as answer:
        assert len(await answer.read()) == SIZE
    for one in slow:
        one.close()


async def test_there_are_so_many_archives_and_the_oldest_that_is_read_gives_way(page: Site, written: list[str]) -> None:
    slow = []
    for number in range(archives.MOST + 3):
        slow.append(slow_reader(page, await guest(page)))
        await until(lambda: len(written) == number + 1, within=TIMEOUT, what="an archive")  # noqa: B023 - at once
        await until(lambda: kept(page) <= archives.MOST, within=TIMEOUT, what="its place")
    assert len(page.server._archives._kept) == archives.MOST
    for one in slow:
        one.close()


async def test_an_archive_is_written_on_when_its_request_has_ended(page: Site, written: list[str]) -> None:
    headers = await guest(page)
    slow_reader(page, headers).close()
    await until(lambda: len(written) == 1, within=TIMEOUT, what="the archive")
    async with page.client.get(f"{page.server.url}/api/mydata", headers=headers) as answer:
        assert len(await answer.read()) == SIZE
    assert len(written) == 1
    async with page.client.get(f"{page.server.url}/api/mydata", headers=headers) as answer:
        await answer.read()
    assert len(written) == 2  # what was taken home whole is not kept


async def test_an_archive_that_nobody_comes_for_goes(
    page: Site, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "KEPT_SECONDS", 0.05)
    slow_reader(page, await guest(page)).close()
    await until(lambda: len(written) == 1, within=TIMEOUT, what="the archive")
    await until(lambda: not kept(page), within=TIMEOUT, what="its end")


async def test_what_is_deleted_is_in_no_archive(page: Site, written: list[str]) -> None:
    headers = await guest(page)
    slow = slow_reader(page, headers)
    await until(lambda: len(written) == 1, within=TIMEOUT, what="the archive")
    assert (await page.post("/api/mydata/delete", {"sure": True}, headers=headers))[0] == 200
    await until(lambda: not kept(page), within=TIMEOUT, what="its end")
    slow.close()


async def test_a_failure_is_told_and_the_next_try_is_a_new_one(page: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = await guest(page)
    real = page.server._archives._write

    @contextlib.asynccontextmanager
    async def broken(person: Person) -> AsyncIterator[Export]:
        async with real(person) as export:
            if export.size:
                raise OSError(28, "No space left on device")
            yield export

    page.server._archives._write = broken
    status, answer = await page.get("/api/mydata", headers=headers)
    assert (status, answer["error"]["code"]) == (500, "internal")
    page.server._archives._write = real
    assert "README.txt" in await taken(page, headers)
