"""Installations are kept sealed."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from bot.platforms.slack.installations import SealedInstallations
from bot.platforms.slack.workspaces import Installation
from db.engine import open_database
from db.slack_installations import SqlSlackInstallations

TOKEN = "xoxb-1-2-abc"


class Rows:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], str] = {}

    async def save(self, enterprise_id: str, team_id: str, sealed: str) -> None:
        self.rows[enterprise_id, team_id] = sealed

    async def find(self, enterprise_id: str, team_id: str) -> str | None:
        return self.rows.get((enterprise_id, team_id))

    async def find_all(self, enterprise_id: str) -> list[str]:
        return [sealed for (enterprise, _), sealed in self.rows.items() if enterprise == enterprise_id]

    async def keys(self) -> list[tuple[str, str]]:
        return list(self.rows)

    async def remove(self, enterprise_id: str, team_id: str) -> None:
        self.rows.pop((enterprise_id, team_id), None)


def installation(team: str | None = "T1", enterprise: str | None = None, token: str = TOKEN) -> Installation:
    return Installation(
        team_id=team, enterprise_id=enterprise, bot_token=token, bot_user_id="U9", bot_id="B9", name="Atelier"
    )


async def test_what_is_kept_comes_back_and_shows_no_token() -> None:
    rows = Rows()
    store = SealedInstallations(rows, keys=[Fernet.generate_key().decode()])
    await store.save(installation())
    assert await store.find(enterprise_id=None, team_id="T1") == installation()
    assert TOKEN not in str(rows.rows)
    await store.remove(enterprise_id=None, team_id="T1")
    await store.remove(enterprise_id=None, team_id="T1")
    assert await store.find(enterprise_id=None, team_id="T1") is None


async def test_an_organizations_installation_serves_its_workspaces_but_for_those_with_their_own() -> None:
    store = SealedInstallations(Rows(), keys=[Fernet.generate_key().decode()])
    await store.save(installation(None, "E1", "xoxb-org"))
    await store.save(installation("T1", "E1", "xoxb-own"))
    own, other = [await store.find(enterprise_id="E1", team_id=team) for team in ("T1", "T2")]
    assert own is not None
    assert other is not None
    assert (own.bot_token, other.bot_token) == ("xoxb-own", "xoxb-org")
    assert await store.find(enterprise_id="E2", team_id="T1") is None


async def test_all_of_an_organization_are_known() -> None:
    key, lost = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    rows = Rows()
    store = SealedInstallations(rows, keys=[key])
    for team, enterprise in (("T1", "E1"), ("T2", "E1"), ("T3", "E2"), ("T4", None)):
        await store.save(installation(team, enterprise))
    await SealedInstallations(rows, keys=[lost]).save(installation("T5", "E1"))
    assert [one.team_id for one in await store.of_organization("E1")] == ["T1", "T2"]
    assert list(await store.of_organization("E9")) == []


async def test_a_new_key_reads_what_an_old_one_sealed_and_a_lost_one_reads_nothing() -> None:
    rows, old, new = Rows(), Fernet.generate_key().decode(), Fernet.generate_key().decode()
    await SealedInstallations(rows, keys=[old]).save(installation())
    assert await SealedInstallations(rows, keys=[new, old]).find(enterprise_id=None, team_id="T1") == installation()
    assert await SealedInstallations(rows, keys=[new]).find(enterprise_id=None, team_id="T1") is None


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        SealedInstallations(Rows(), keys=["secret"])


async def test_the_database_keeps_them(database: str) -> None:
    async with open_database(database) as engine:
        store = SealedInstallations(SqlSlackInstallations(engine), keys=[Fernet.generate_key().decode()])
        await store.save(installation())
        await store.save(installation(token="xoxb-newer"))
        found = await store.find(enterprise_id=None, team_id="T1")
        assert found is not None
        assert found.bot_token == "xoxb-newer"
        await store.remove(enterprise_id=None, team_id="T1")
        assert await store.find(enterprise_id=None, team_id="T1") is None
