"""A fleet through PgBouncer: sessions serve it, transactions and too small a pool are refused in a sentence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from db.errors import CONNECTIONS_OF_A_PROCESS
from tests.db.pgbouncer import PROGRAM, pgbouncer
from tests.fleet.audit import audit
from tests.fleet.stage import staged
from tests.journeys.programs import until_told

pytestmark = [
    pytest.mark.journey,
    pytest.mark.fleet,
    pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed"),
]


async def test_sessions_for_a_gateway_and_two_workers(tmp_path: Path, database_url: str) -> None:
    async with (
        pgbouncer(database_url, mode="session", pool=3 * CONNECTIONS_OF_A_PROCESS) as through,
        staged(tmp_path, database_url, {"DATABASE_URL": through}) as stage,
    ):
        await stage.open_gateways(1)
        await stage.fleet.start("worker", "worker")
        await asyncio.gather(*(stage.ask() for _ in range(60)))
        await stage.fleet.settled()
        found = await audit(stage)
        found.assert_none()
        assert found.requests >= 60  # on a busy machine some are asked again
        assert all('"pooler_found"' in member.program.said for member in stage.fleet.members)
        await stage.fleet.stop()
        stage.fleet.assert_untroubled()


async def test_transactions_are_refused_in_a_sentence(tmp_path: Path, database_url: str) -> None:
    async with (
        pgbouncer(database_url, mode="transaction") as through,
        staged(tmp_path, database_url, {"DATABASE_URL": through}) as stage,
    ):
        for role in ("gateway", "worker", "worker"):
            member = stage.fleet.launch(role)
            assert await member.program.exit_code() == 1
            assert "pool_mode = session" in member.program.said
            assert "Traceback" not in member.program.said


async def test_too_small_a_pool_is_a_sentence_with_the_size(tmp_path: Path, database_url: str) -> None:
    async with (
        pgbouncer(database_url, mode="session", pool=8) as through,
        staged(tmp_path, database_url, {"DATABASE_URL": through}) as stage,
    ):
        members = [stage.fleet.launch(role) for role in ("gateway", "worker", "worker")]

        async def told() -> bool:
            return any(f"up to {CONNECTIONS_OF_A_PROCESS}" in member.program.said for member in members)

        await until_told(told, what="a word on the size")
        assert not any("Traceback" in member.program.said for member in members)
