"""The provider and its pictures through a company's proxy, and which pictures that may be."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from PIL import Image
from yarl import URL

from bot.domain.errors import PictureBroken
from bot.domain.ports import TaskState
from bot.runtime.clock import SystemClock
from bot.runtime.network import Network
from bot.seedream.addresses import AddressNotPublic, PictureHosts, PublicResolver, checked_url
from bot.seedream.connect import Account, open_seedream
from bot.seedream.downloads import Downloads
from tests.fakes.certificates import Authority
from tests.fakes.proxy import Proxy
from tests.seedream.scripted_provider import PAGE_PATH, Provider, a_page, a_task, ok, raw, redirecting
from tests.seedream.test_seedream_downloads import Names

API, CDN = "api.vendor.net", "cdn.vendor.net"


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()


@dataclass
class Company:
    provider: Provider
    proxy: Proxy
    way: Network


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    authority = Authority(tmp_path)
    async with Provider() as provider:
        site = web.TCPSite(provider._runner, "127.0.0.1", 0, ssl_context=authority.server(API, CDN))
        await site.start()
        secure = provider._runner.addresses[1][1]
        names = {f"{name}:443": secure for name in (API, CDN, "sneaky.vendor.net")}
        async with Proxy(names) as proxy:
            yield Company(provider, proxy, Network(https_proxy=proxy.url, cert_file=authority.file))


async def test_token_tasks_and_pictures_go_the_same_way(company: Company) -> None:
    link = f"https://{CDN}/a.png?sign=1"
    company.provider.always(PAGE_PATH, ok(a_page(a_task("t1", "Success", output_url=[link]))))
    company.provider.on("/a.png", raw(png()))
    account = Account(app_id="a", secret_key="b")
    async with open_seedream(
        base_url=f"https://{API}", account=account, qps=100, clock=SystemClock(), network=company.way
    ) as model:
        task = (await model.tasks(["t1"]))["t1"]
        assert task.state is TaskState.SUCCEEDED
        assert (await model.download(task.urls[0])).data == png()
    assert company.proxy.asked == [f"CONNECT {API}:443", f"CONNECT {CDN}:443"]


HIDDEN = [
    "https://10.0.0.1/a", "https://169.254.169.254/latest/", "https://[::1]/a", "https://93.184.215.14/a",
    "https://intranet/a", "https://metadata.google.internal/a", "https://printer.local/a", "https://printer.LAN./a",
    "https://wiki.corp/a", "https://a.home.arpa/", f"http://{CDN}/a", "file:///etc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("link", HIDDEN)
@pytest.mark.parametrize("redirected", [False, True])
async def test_what_the_proxy_might_find_in_its_own_network_is_refused(
    company: Company, link: str, *, redirected: bool
) -> None:
    company.provider.on("/start", redirecting(link))
    way = Network(http_proxy=company.proxy.url, https_proxy=company.proxy.url, cert_file=company.way.cert_file)
    async with Downloads(network=way) as downloads:
        with pytest.raises(PictureBroken):
            await downloads.fetch(f"https://{CDN}/start" if redirected else link)
    assert company.proxy.asked == [f"CONNECT {CDN}:443"] * redirected


async def test_a_host_that_the_operator_names_is_taken_through_the_proxy(company: Company) -> None:
    company.provider.on("/a", raw(png()))
    company.proxy.names["pictures.corp:80"] = company.provider.port
    way = Network(http_proxy=company.proxy.url)
    hosts = PictureHosts.of(URL("https://api.vendor.net"), ["pictures.corp"])
    async with Downloads(hosts=hosts, network=way) as downloads:
        assert (await downloads.fetch("http://pictures.corp/a")).width == 8
    assert company.proxy.asked == ["GET pictures.corp:80"]


async def test_names_are_checked_as_ever_where_no_proxy_is_on_the_way(company: Company) -> None:
    way = Network(https_proxy=company.proxy.url, no_proxy="sneaky.vendor.net")
    async with Downloads(network=way, resolver=Names(["10.0.0.1"])) as downloads:
        with pytest.raises(AddressNotPublic):
            await downloads.fetch("https://sneaky.vendor.net/a")
    assert company.proxy.asked == []


@pytest.mark.parametrize("named", [[], ["pictures.corp:9000"], ["10.0.0.7"]])
def test_the_apis_own_host_and_those_that_are_named_are_trusted(named: list[str]) -> None:
    hosts = PictureHosts.of(URL("http://sandbox:8090"), named)
    trusted = {"http://sandbox:8090/a.png", "https://sandbox/a"}
    trusted |= {f"http://{name}/a" for name in named}
    for link in trusted:
        assert checked_url(link, hosts=hosts) == URL(link)
    for link in ("http://other:8090/a", "http://pictures.corp:22/a", "http://10.0.0.8/a", "ftp://sandbox/a"):
        with pytest.raises(PictureBroken):
            checked_url(link, hosts=hosts)


@pytest.mark.parametrize("text", ["http://a.net", "a.net/path", "a b", "ann@a.net", "a.net:port", "?", "*.a.net", ""])
def test_a_host_that_is_none_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="PICTURE_HOSTS"):
        PictureHosts.of(URL("https://api.vendor.net"), [text])


async def test_a_trusted_name_may_lead_to_an_address_of_ones_own() -> None:
    hosts = PictureHosts.of(URL("http://sandbox:8090"), ["store:9000"])
    resolver = PublicResolver(hosts, inner=Names(["172.18.0.5"]))
    for name, port in (("sandbox", 8090), ("store", 9000)):
        assert [found["host"] for found in await resolver.resolve(name, port)] == ["172.18.0.5"]
    for name, port in (("other", 8090), ("store", 22)):
        with pytest.raises(OSError, match="not public"):
            await resolver.resolve(name, port)
