"""compose.yaml played as processes, each with the command and the environment that Docker would give it.

Names of services lead to this machine, at ports of their own: there is one network here and not one for each container.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from psycopg import sql

from bot.configuration.together import VENDOR_URL
from tests.db.server import PostgresServer
from tests.fakes.certificates import Authority
from tests.fakes.names import own_address, resolving
from tests.fakes.other_provider import OtherProvider
from tests.fakes.proxy import Proxy
from tests.fakes.s3 import FakeS3
from tests.fleet.cable import Cable
from tests.fleet.composed import Composition
from tests.fleet.fleet import Fleet, Member
from tests.journeys.programs import SandboxProgram

pytestmark = [pytest.mark.journey, pytest.mark.fleet]

PASSWORD = "p@ss/w:rd#1 %41?"
TOKEN = "a long word that opens the page"
ENV = {
    "POSTGRES_PASSWORD": PASSWORD,
    "S3_PASSWORD": "s3/p@ss:word",
    "WEB_TOKEN": TOKEN,
    "METRICS_TOKEN": "another long random text",
    "SEEDREAM_QPS": "100",
}
SECRET = "the-account-s-own-secret"
SECRETS = (*(ENV[name] for name in ENV if "QPS" not in name), SECRET)
ACCOUNT = {"CHANJING_APP_ID": "the-account", "CHANJING_SECRET_KEY": SECRET}


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """As the image makes it: a user `easel` who needs the password, and that user's database."""
    directory = Path(tempfile.mkdtemp(prefix="easel-composed-"))  # short, as the path of a socket must be
    server = PostgresServer(directory)
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            password = sql.Literal(ENV["POSTGRES_PASSWORD"])
            connection.execute(sql.SQL("CREATE ROLE easel LOGIN PASSWORD {}").format(password))
            connection.execute("CREATE DATABASE easel OWNER easel")
        (directory / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        server.restart()
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(directory)
        directory.with_suffix(".lock").unlink(missing_ok=True)


@dataclass
class Network:
    """Where the names of services lead."""

    directory: Path
    postgres: PostgresServer
    address: str
    places: dict[str, str]

    @contextlib.asynccontextmanager
    async def playing(self, composition: Composition, *, of: Mapping[str, int]) -> AsyncIterator[list[Member]]:
        """Of each role so many of its services, all of them ready."""
        async with Fleet(self.directory, self.postgres.url("easel"), {}) as fleet:
            names = [name for role, count in of.items() for name in composition.roles(role)[:count]]
            members = []
            for name in names:
                _, _, _, role = composition.arguments(name)
                settings = {key: self._here(value) for key, value in composition.environment(name).items()}
                members.append(
                    fleet.launch(role, {**settings, "WEB_PORT": "0", **resolving({"sandbox": self.address})})
                )
            for member in members:
                await fleet.ready(member)
            self.fleet = fleet
            yield members
            await fleet.stop()
            fleet.assert_untroubled()
            for member in members:
                assert not [secret for secret in SECRETS if secret in member.program.said]

    def _here(self, value: str) -> str:
        for place, here in self.places.items():
            value = value.replace(place, here)
        return value


@pytest.fixture
async def network(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Network]:
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but loopback, so that nothing here can be elsewhere")
    async with Cable(postgres.url("easel")) as cable, FakeS3() as s3:
        places = {"@postgres/": f"@127.0.0.1:{urlsplit(cable.url).port}/", "http://s3:9000": s3.url}
        yield Network(tmp_path, postgres, address, places)


async def done(network: Network, gateway: Member, text: str) -> str:
    """The card of a request that is done."""
    job_id = await network.fleet.imagine(gateway, text)
    await network.fleet.settled()
    status, body = await network.fleet.call(gateway, "GET", "/api/history")
    (found,) = [message for message in body["messages"] if message["id"] == job_id]
    assert (status, found["job"]["state"]) == (200, "done")
    return str(found["card"])


async def test_without_an_account_the_profile_s_sandbox_draws_and_all_say_so(network: Network, tmp_path: Path) -> None:
    """With a password of every character that means something in an address."""
    composition = Composition(ENV, "sandbox")
    bot, command, *options = composition.arguments("sandbox")
    assert (bot, command, options[:3]) == ("bot", "sandbox", ["--host", "0.0.0.0", "--port"])  # noqa: S104 - of a container
    told = dict.fromkeys(("app_id", "secret_key"), "")
    async with SandboxProgram(tmp_path / "sandbox", host=options[1], speed="20", **told) as sandbox:
        network.places[f"http://sandbox:{options[3]}"] = f"http://sandbox:{urlsplit(sandbox.url).port}"
        async with network.playing(composition, of={"gateway": 2, "worker": 3}) as members:
            gateways = members[:2]
            for gateway in gateways:
                assert "painted by the sandbox" in await done(network, gateway, f"a hare by {gateway.name} 1k")
                assert (await network.fleet.call(gateway, "GET", "/api/session"))[1]["sandbox"] is True
                assert "Sandbox: a stand-in draws here" in str(await network.fleet.call(gateway, "GET", "/api/usage"))
            for member in members:
                assert (await network.fleet.call(member, "GET", "/readyz"))[1]["sandbox"] is True
                assert '"event": "sandbox_draws"' in member.program.said
            assert len(await sandbox.tasks()) == len(gateways)
        check = composition.services["sandbox"]["healthcheck"]["test"]
        assert check[:2] == ["CMD", "python"]
        look = [
            sys.executable,
            *(part.replace(f":{options[3]}/", f":{urlsplit(sandbox.url).port}/") for part in check[2:]),
        ]
        assert subprocess.run(look, check=False).returncode == 0  # noqa: S603, ASYNC221 - from compose.yaml, and short
    assert subprocess.run(look, check=False, capture_output=True).returncode != 0  # noqa: S603, ASYNC221


async def test_an_account_without_an_address_goes_to_the_vendor_and_never_to_the_sandbox(
    network: Network, tmp_path: Path
) -> None:
    host = urlsplit(VENDOR_URL).hostname
    assert host is not None
    authority = Authority(tmp_path)
    asked_the_sandbox: list[str] = []

    async def anything(request: web.Request) -> web.Response:
        asked_the_sandbox.append(request.path)
        return web.Response(status=500)

    trap = web.Application()
    trap.router.add_route("*", "/{path:.*}", anything)
    vendor = OtherProvider(draws_for=0.1, certificate=authority.server(host))
    async with vendor, Proxy({f"{host}:443": vendor.port}) as proxy, TestServer(trap, host="0.0.0.0") as sandbox:  # noqa: S104
        vendor.url = VENDOR_URL  # also in its links
        network.places["http://sandbox:8090"] = f"http://sandbox:{sandbox.port}"
        way = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(authority.file)}
        composition = Composition({**ENV, **ACCOUNT, **way}, "sandbox")  # even with the profile
        async with network.playing(composition, of={"gateway": 1, "worker": 1}) as members:
            assert "sandbox" not in (await done(network, members[0], "a hare at the vendor's 1k")).lower()
            for member in members:
                assert (await network.fleet.call(member, "GET", "/readyz"))[1]["sandbox"] is False
        assert vendor.ordered("a hare at the vendor's") == 1
        assert vendor.logins == [ACCOUNT["CHANJING_APP_ID"]]
        assert set(proxy.asked) == {f"CONNECT {host}:443"}
        assert asked_the_sandbox == []
