"""What a fleet says while its picture store, or its database, is gone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.fleet.cable import Cable
from tests.fleet.stage import staged
from tests.journeys.programs import Program, until_told

pytestmark = [pytest.mark.journey, pytest.mark.fleet]


async def test_pictures_and_database_that_are_gone_are_sentences(tmp_path: Path, database_url: str) -> None:
    async with Cable(database_url) as cable, staged(tmp_path, database_url, {"DATABASE_URL": cable.url}) as stage:
        fleet = stage.fleet
        gateway, _ = await fleet.start("gateway", "worker")

        async def check(name: str, *, ok: bool) -> bool:
            _, body = await fleet.call(gateway, "GET", "/readyz")
            return bool(body["checks"][name]["ok"] is ok)

        def asked(command: str) -> Program:
            settings = {
                **fleet.settings,
                "WEB_PORT": str(urlsplit(gateway.url).port),
                "DATA_DIR": str(tmp_path / "data"),
            }
            return Program("bot", command, settings=settings, directory=tmp_path, log=tmp_path / f"{command}.log")

        job_id = await fleet.imagine(gateway, "a hare whose picture is away 1k")
        await fleet.settled()
        _, body = await fleet.call(gateway, "GET", f"/api/jobs/{job_id}")
        (picture,) = body["job"]["pictures"]
        assert await check("pictures", ok=True)
        health = asked("health")
        assert await health.exit_code() == 0
        assert "(a sandbox draws)" in health.said

        await stage.s3.__aexit__(None, None, None)
        status, body = await fleet.call(gateway, "GET", picture["url"])
        assert (status, body["error"]["code"]) == (503, "pictures-away")
        assert body["error"]["message"].endswith(".")
        await until_told(lambda: check("pictures", ok=False), what="the word of the readiness on the pictures")
        assert (await fleet.call(gateway, "GET", "/readyz"))[1]["ready"] is True

        await cable.__aexit__(None, None, None)
        await until_told(lambda: check("database", ok=False), what="the word of the readiness on the database")
        for command in ("health", "doctor"):
            program = asked(command)
            assert await program.exit_code() == 1
            assert "can't be reached: nobody listens there" in program.said
            assert "Traceback" not in program.said
        for member in fleet.members:
            member.program.close()
