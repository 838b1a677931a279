from __future__ import annotations

import asyncio
import io
import ipaddress
import socket
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from PIL import Image
from yarl import URL

from bot.domain.errors import ModelUnavailable, PictureBroken, PictureUnusable
from bot.domain.ports import ModelPicture
from bot.seedream import downloads as module
from bot.seedream.addresses import PUBLIC_ONLY, PictureHosts, checked_url, is_loopback_host, is_public
from bot.seedream.decode import decoded
from bot.seedream.downloads import MOST_REDIRECTS, Downloads
from tests.seedream.conftest import Bench
from tests.seedream.scripted_provider import Provider, bad_gateway, cut, dropping, raw, redirecting


def picture(form: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    image = Image.effect_noise(size, 80).convert(mode)
    file = io.BytesIO()
    more: dict[str, Any] = {"save_all": True, "append_images": [image.rotate(180)]} if form == "MPO" else {}
    image.save(file, form, **more)
    return file.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is of this size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


PNG = picture()
SPOILED = PNG[:200] + bytes([PNG[200] ^ 0xFF]) + PNG[201:]
# Behind the pixels' check sum, only the 12 bytes of the end are left.
WRONG_SUM = PNG[:-14] + bytes([PNG[-14] ^ 0xFF]) + PNG[-13:]


class Names(AbstractResolver):
    """Answers with these addresses, one list after the other; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0) for one in found
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def local() -> AsyncIterator[Downloads]:
    async with Downloads(hosts=PictureHosts(loopback=True)) as downloads:
        yield downloads


KINDS = [
    ("PNG", "image/png"),
    ("JPEG", "image/jpeg"),
    ("MPO", "image/jpeg"),
    ("WEBP", "image/webp"),
    ("AVIF", "image/avif"),
    ("GIF", "image/gif"),
]


@pytest.mark.parametrize(("form", "media_type"), KINDS)
async def test_a_picture_comes_with_its_bytes_untouched(
    local: Downloads, provider: Provider, form: str, media_type: str
) -> None:
    data = picture(form)
    provider.on("/p", raw(data, content_type="application/octet-stream"))
    assert await local.fetch(f"{provider.url}/p") == ModelPicture(data=data, width=64, height=48, media_type=media_type)


async def test_the_client_downloads_without_showing_its_token(bench: Bench, provider: Provider) -> None:
    provider.on("/p", raw(PNG))
    await bench.run(bench.tokens.get())
    assert (await bench.run(bench.client.download(f"{provider.url}/p?sign=1"))).data == PNG
    headers = {name.lower() for name in provider.last("/p").headers}
    assert not headers & {"access_token", "authorization", "cookie"}


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b' {"code": 1}', PNG[:-30], PNG[: len(PNG) // 2], SPOILED, WRONG_SUM, picture("JPEG")[:900]],
)
async def test_what_is_no_complete_picture_is_broken(local: Downloads, provider: Provider, data: bytes) -> None:
    provider.on("/p", raw(data, content_type="image/png"))
    with pytest.raises(PictureBroken):
        await local.fetch(f"{provider.url}/p")


OTHERS = [picture("TIFF"), picture("BMP"), picture("JPEG2000"), b"\0\0\0 ftypheic", b"\x93NUMPY"]


@pytest.mark.parametrize("data", OTHERS)
async def test_what_is_of_another_kind_will_not_get_better(local: Downloads, provider: Provider, data: bytes) -> None:
    provider.on("/p", raw(data, content_type="image/png"))
    with pytest.raises(PictureUnusable):
        await local.fetch(f"{provider.url}/p")


def scans(count: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A progressive JPEG whose last scan comes so many times."""
    file = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def test_a_jpeg_with_a_thousand_scans_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert decoded(scans(1)).media_type == "image/jpeg"
    assert decoded(scans(20)).width == 64
    bomb = scans(1000)
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("decoded"))
    with pytest.raises(PictureUnusable, match="scans"):
        decoded(bomb)


def test_the_larger_a_jpeg_the_fewer_scans_it_may_have() -> None:
    data = scans(60)
    assert decoded(data).height == 48
    place = data.index(b"\xff\xc2") + 5  # its height and width, behind the length and the precision
    with pytest.raises(PictureUnusable, match="scans"):
        decoded(data[:place] + struct.pack(">HH", 7000, 7000) + data[place + 4 :])


def test_the_scans_of_a_second_picture_do_not_count() -> None:
    assert decoded(scans(90) + scans(90)).media_type == "image/jpeg"


@pytest.mark.parametrize("size", [(8000, 8000), (10_000, 10_000), (60_000, 60_000), (1, 50_000_001)])
def test_a_bomb_is_broken_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(PictureBroken):
        decoded(claiming(*size))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_broken_where_warnings_are_only_warnings() -> None:
    with pytest.raises(PictureBroken, match="pixels"):
        decoded(claiming(10_000, 10_000))


@pytest.mark.parametrize("announced", [True, False])
async def test_more_bytes_than_allowed_are_not_read_to_the_end(provider: Provider, announced: bool) -> None:  # noqa: FBT001 - parametrized
    written = 0

    async def endless(request: Any) -> Any:
        nonlocal written
        response = web.StreamResponse(headers={"Content-Length": str(2**31)} if announced else {})
        await response.prepare(request)
        while True:
            try:
                await response.write(b"x" * 10_000)
            except ConnectionError:
                return response
            written += 10_000

    provider.on("/p", endless)
    async with Downloads(hosts=PictureHosts(loopback=True), largest=100_000) as downloads:
        with pytest.raises(PictureBroken, match="bytes"):
            await downloads.fetch(f"{provider.url}/p")
        await asyncio.sleep(0.02)
    assert written < 50_000_000


async def test_a_small_announcement_is_not_believed(provider: Provider) -> None:
    packed = zlib.compress(b"\0" * 1_000_000)
    provider.on("/p", raw(packed, encoding="deflate"))
    async with Downloads(hosts=PictureHosts(loopback=True), largest=100_000) as downloads:
        with pytest.raises(PictureBroken, match="bytes"):
            await downloads.fetch(f"{provider.url}/p")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 304])
async def test_a_link_that_is_over_is_broken(local: Downloads, provider: Provider, status: int) -> None:
    provider.on("/p", raw("", status=status))
    with pytest.raises(PictureBroken, match=str(status)):
        await local.fetch(f"{provider.url}/p")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_host_in_trouble_is_unavailable(local: Downloads, provider: Provider, status: int) -> None:
    provider.on("/p", raw("", status=status))
    with pytest.raises(ModelUnavailable):
        await local.fetch(f"{provider.url}/p")


@pytest.mark.parametrize("answer", [dropping, cut(PNG[:100], len(PNG)), bad_gateway()])
async def test_a_download_that_is_cut_off_is_unavailable(local: Downloads, provider: Provider, answer: Any) -> None:
    provider.always("/p", answer)
    with pytest.raises(ModelUnavailable):
        await local.fetch(f"{provider.url}/p")


async def test_a_download_that_takes_too_long_is_unavailable(provider: Provider) -> None:
    provider.on("/p", provider.hang)
    async with Downloads(hosts=PictureHosts(loopback=True), timeout=aiohttp.ClientTimeout(total=0.05)) as downloads:
        with pytest.raises(ModelUnavailable):
            await downloads.fetch(f"{provider.url}/p")


async def test_nobody_there_is_unavailable_and_the_link_stays_secret(local: Downloads) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(ModelUnavailable) as caught:
            await local.fetch(f"http://127.0.0.1:{held.getsockname()[1]}/p?sign=secret")
    assert "secret" not in repr(caught.value) + repr(caught.value.__cause__)


async def test_after_closing_it_is_unavailable(provider: Provider) -> None:
    async with Downloads(hosts=PictureHosts(loopback=True)) as downloads:
        pass
    with pytest.raises(ModelUnavailable):
        await downloads.fetch(f"{provider.url}/p")


async def test_redirects_are_followed_also_relative_ones(local: Downloads, provider: Provider) -> None:
    provider.on("/a", redirecting("/b", 301))
    provider.on("/b", redirecting(f"http://localhost:{provider.port}/c", 307))
    provider.on("/c", redirecting("p", 308))
    provider.on("/p", raw(PNG))
    assert (await local.fetch(f"{provider.url}/a")).data == PNG


async def test_one_redirect_too_many_is_broken(local: Downloads, provider: Provider) -> None:
    for number in range(MOST_REDIRECTS + 2):
        provider.always(f"/{number}", redirecting(f"/{number + 1}"))
    with pytest.raises(PictureUnusable, match="redirected"):
        await local.fetch(f"{provider.url}/0")
    assert len(provider.asked) == MOST_REDIRECTS + 1


@pytest.mark.parametrize("loop", ["/a", "/b"])
async def test_a_loop_is_noticed_at_once(local: Downloads, provider: Provider, loop: str) -> None:
    provider.always("/a", redirecting(loop))
    provider.always("/b", redirecting("/a"))
    with pytest.raises(PictureUnusable, match="itself"):
        await local.fetch(f"{provider.url}/a")
    assert len(provider.asked) == (1 if loop == "/a" else 2)


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "http://example.org/p",
        "file:///etc/passwd",
        "//user@127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://[",
        "gopher://127.0.0.1/",
    ],
)
async def test_a_redirect_is_checked_like_the_first_link(local: Downloads, provider: Provider, target: str) -> None:
    provider.on("/a", redirecting(target))
    with pytest.raises(PictureBroken):
        await local.fetch(f"{provider.url}/a")


@pytest.mark.parametrize(
    "link",
    [
        "",
        "p.png",
        "https://",
        "https://[bad",
        "data:image/png;base64,AAAA",
        "ftp://example.org/p",
        "http://example.org/p",
        "https://user:pass@example.org/p",
        "https://" + "a" * 9000,
        "https://127.0.0.1/p",
        "http://localhost/p",
        "https://10.1.2.3/",
        "https://192.168.1.1/",
        "https://172.16.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:7f00:1::]/",
    ],
)
def test_links_that_are_not_public_https_are_refused(link: str) -> None:
    with pytest.raises(PictureBroken):
        checked_url(link, hosts=PUBLIC_ONLY)


@pytest.mark.parametrize("link", ["https://2130706433/", "https://127.1/", "https://0x7f.1/", "https://localhost/p"])
async def test_numbers_that_mean_an_address_are_refused_too(link: str) -> None:
    async with Downloads() as downloads:
        with pytest.raises((PictureBroken, ModelUnavailable)) as caught:
            await downloads.fetch(link)
    if link.endswith("/p"):
        assert isinstance(caught.value, PictureBroken)


@pytest.mark.parametrize(
    "link", ["https://res.chanjing.cc/a.png?sign=x", "https://8.8.8.8/p", "https://[2606:4700::1]/p"]
)
def test_public_https_is_taken(link: str) -> None:
    assert checked_url(link, hosts=PUBLIC_ONLY) == URL(link)


def test_loopback_is_taken_only_where_the_provider_is() -> None:
    for link in ("http://127.0.0.1:1/p", "http://localhost/p", "http://[::1]/p", "https://127.0.0.9/p"):
        assert checked_url(link, hosts=PictureHosts(loopback=True))
        with pytest.raises(PictureBroken):
            checked_url(link, hosts=PUBLIC_ONLY)
    assert is_loopback_host("localhost")
    assert not is_loopback_host("localhost.example.org")
    assert not is_loopback_host(None)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b::a00:1", False),
        ("2002:808:808::", False),
        ("240.0.0.1", False),
        ("::", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:  # noqa: FBT001 - parametrized
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize("found", [["10.0.0.1"], ["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["not an address"]])
async def test_a_name_that_leads_inside_is_refused_while_connecting(found: list[str]) -> None:
    names = Names(found)
    for loopback in (False, True):
        async with Downloads(hosts=PictureHosts(loopback=loopback), resolver=names) as downloads:
            with pytest.raises(PictureBroken, match="not public"):
                await downloads.fetch("https://pictures.test/p")
    assert names.asked == ["pictures.test"] * 2


async def test_the_addresses_that_were_checked_are_those_that_are_connected_to(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The name is public when first asked and leads inside when asked again.
    names = Names(["8.8.8.8"], ["127.0.0.1"])
    connected: list[Any] = []

    async def connect(_: object, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", connect)
    async with Downloads(resolver=names) as downloads:
        with pytest.raises(ModelUnavailable):
            await downloads.fetch(f"https://pictures.test:{provider.port}/p")
        with pytest.raises((PictureBroken, ModelUnavailable)):
            await downloads.fetch(f"https://pictures.test:{provider.port}/p")
    assert connected
    assert {address[0] for address in connected} == {"8.8.8.8"}
    assert provider.asked == []


async def test_only_a_few_are_under_way_at_once(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way = most = 0

    async def slow(request: Any) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return await raw(PNG)(request)

    provider.always("/p", slow)
    monkeypatch.setattr(module, "DOWNLOADS_AT_ONCE", 2)
    async with Downloads(hosts=PictureHosts(loopback=True)) as downloads:
        pictures = await asyncio.gather(*(downloads.fetch(f"{provider.url}/p") for _ in range(6)))
    assert len(pictures) == 6
    assert most == 2
