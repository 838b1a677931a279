"""compose.yaml's topology as processes: gateways, workers, PostgreSQL, an S3, and a sandbox by its name there.

Its name leads to an address of this machine that is not loopback, as in a network of containers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.fakes.names import own_address, resolving
from tests.fleet.stage import staged

pytestmark = [pytest.mark.journey, pytest.mark.fleet]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return dict(compose["services"])


async def test_it_delivers_pictures_of_a_sandbox_that_is_elsewhere(
    tmp_path: Path, database_url: str, services: dict[str, Any]
) -> None:
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but loopback, so that nothing here can be elsewhere")
    default = services["worker-0"]["environment"]["SEEDREAM_API_URL"].removeprefix("${SEEDREAM_API_URL:-").rstrip("}")
    name = urlsplit(default).hostname or ""
    assert name in services
    async with staged(tmp_path, database_url, sandbox_host="0.0.0.0") as stage:  # noqa: S104 - as in compose.yaml
        port = urlsplit(stage.sandbox.url).port
        stage.fleet.settings |= {"SEEDREAM_API_URL": f"http://{name}:{port}", **resolving({name: address})}
        gateways = [one for one in services.values() if one.get("command", [])[-2:] == ["--role", "gateway"]]
        workers = [one for one in services.values() if one.get("command", [])[-2:] == ["--role", "worker"]]
        for _ in workers:
            stage.fleet.launch("worker")
        await stage.open_gateways(len(gateways))
        for _ in range(6):
            await stage.ask()
        await stage.fleet.settled()
        jobs = stage.fleet.rows("SELECT state, n, pictures FROM jobs")
        assert [(job["state"], len(job["pictures"])) for job in jobs] == [("done", job["n"]) for job in jobs]
        assert len(await stage.sandbox.tasks()) == len(jobs) == 6
        await stage.fleet.stop()
        stage.fleet.assert_untroubled()
