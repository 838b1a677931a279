from __future__ import annotations

import argparse
import asyncio
import re
import shlex
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import _parser
from bot.cli import dates
from bot.cli.run import UPKEEP, WORK
from bot.domain.ports import UsageGroup
from db.engine import open_database
from db.lock import DatabaseLock
from db.meta import Meta
from tests.cli.shop import Shop
from tests.db.orders import order, person

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def database_in_use(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ann and Bob in a guild, another Ann in a workspace, and something that waits."""
    shop = Shop(tmp_path_factory.mktemp("used"))
    shop.drawn("a fox", n=3)
    shop.drawn("a hen", n=1, by=replace(person(), roles=("17", "18")), channel="art")
    shop.drawn("a dog", n=2, by=person("bob"))
    shop.drawn("a cow", n=4, by=person(community="team", platform="slack"))
    shop.jobs(order("a cat", n=2, by=person("bob"), at=datetime.now(UTC)))
    return shop.folder / "data"


@pytest.fixture
def used(shop: Shop, database_in_use: Path) -> Shop:
    shutil.copytree(database_in_use, shop.folder / "data")
    return shop


def _sums(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(row[name]) for name in ("jobs", "delivered", "reserved", "points"))


def test_usage_by_person_keeps_people_of_one_id_on_two_platforms_apart(used: Shop) -> None:
    rows = used.json("usage")
    assert {(row["platform"], row["id"]): _sums(row) for row in rows} == {
        ("slack", "ann"): (1, 4, 0, 4),
        ("discord", "ann"): (2, 4, 0, 4),
        ("discord", "bob"): (2, 2, 2, 4),
    }
    assert rows[-1]["id"] == "bob"  # who got most comes first


@pytest.mark.parametrize("group", [group.value for group in UsageGroup if group is not UsageGroup.ROLE])
def test_every_view_adds_up_to_the_same(used: Shop, group: str) -> None:
    rows = used.json("usage", "--group", group)
    assert tuple(map(sum, zip(*map(_sums, rows), strict=True))) == (5, 10, 2, 12)
    last = used.done("usage", "--group", group).splitlines()[-1]
    assert re.findall(r"\d+", last)[-8:] == ["5", "10", "2", "12", "10", "10", "0", "12"]


def test_somebodys_jobs_count_for_each_of_their_roles(used: Shop) -> None:
    rows = used.csv("usage", "--group", "role")
    assert {(row["community"], row["id"], row["delivered"]) for row in rows} == {
        ("guild", "17", "1"),
        ("guild", "18", "1"),
    }
    assert "together" not in used.done("usage", "--group", "role")


@pytest.mark.parametrize(
    ("where", "delivered"),
    [
        (("--platform", "slack"), 4),
        (("--platform", "discord", "--community", "guild", "--user", "bob"), 2),
        (("--community", "team"), 4),
        (("--since", "yesterday"), 10),
        (("--until", "yesterday", "--since", "all"), 0),
        (("--since", "7d", "--until", "today"), 10),
    ],
)
def test_filters(used: Shop, where: tuple[str, ...], delivered: int) -> None:
    for group in ("person", "channel", "day"):
        assert sum(row["delivered"] for row in used.json("usage", "--group", group, *where)) == delivered


def test_the_ledger_itself(used: Shop) -> None:
    entries = used.csv("usage", "--entries")
    assert [entry["kind"] for entry in entries].count("reserve") == 5
    assert sum(int(entry["pictures"]) for entry in entries if entry["kind"] == "settle") == 10
    assert len(used.json("usage", "--entries", "--user", "bob")) == 4


def test_a_long_list_comes_in_pieces(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        shop.drawn(f"fox {number}")
    whole, entries = shop.json("jobs", "list", "--prompts"), shop.json("usage", "--entries")
    heads = shop.done("jobs", "list").count("failure")
    monkeypatch.setattr("bot.cli.output._LINES", 2)
    monkeypatch.setattr("db.job_list._PAGE", 2)
    monkeypatch.setattr("db.usage._CHUNK", 2)
    assert shop.json("jobs", "list", "--prompts") == whole
    assert [job["prompt"] for job in whole] == [f"fox {number}" for number in reversed(range(5))]
    assert len(shop.json("jobs", "list", "--count", "3")) == 3
    assert shop.json("usage", "--entries") == entries
    assert shop.done("jobs", "list").count("failure") == 3 * heads  # a table of each two, with its heading
    assert shop.done("usage", "--group", "day").splitlines()[-1].startswith("together")


def test_nothing_found_is_said_or_empty(used: Shop) -> None:
    assert used.done("usage", "--user", "nobody") == "Nothing found.\n"
    assert used.json("usage", "--user", "nobody") == []
    assert used.csv("usage", "--user", "nobody") == []


def test_a_name_moves_no_cursor_turns_no_text_and_is_no_formula(shop: Shop) -> None:
    shop.drawn(by=replace(person(), name="\x1b[2J\u202eevil\x9b[bold]"))
    shop.drawn(by=replace(person("bob"), name="=1+1"))
    for form in ((), ("--json",), ("--csv",)):
        told = shop.done("usage", *form) + shop.done("jobs", "list", *form)
        assert not re.search("[\x1b\x9b\u202e]", told)
        assert "[bold]" in told
    assert {row["name"] for row in shop.csv("usage")} >= {"'=1+1"}
    assert {row["name"] for row in shop.json("usage")} == {"\x1b[2J\u202eevil\x9b[bold]", "=1+1"}


def test_jobs_newest_first_without_prompts_unless_asked(used: Shop) -> None:
    rows = used.json("jobs", "list")
    assert len(rows) == 5
    assert rows[0]["state"] == "queued"
    assert "a cat" not in used.done("jobs", "list")
    assert "a cat" in used.done("jobs", "list", "--prompts")
    assert len(used.json("jobs", "list", "--count", "2")) == 2


@pytest.mark.parametrize(
    ("where", "count"),
    [
        (("--state", "unfinished"), 1),
        (("--state", "finished"), 4),
        (("--state", "failed"), 0),
        (("--user", "bob"), 2),
        (("--platform", "slack", "--community", "team"), 1),
        (("--since", "today", "--until", "today"), 5),
        (("--since", "yesterday", "--until", "yesterday"), 0),
    ],
)
def test_jobs_filtered(used: Shop, where: tuple[str, ...], count: int) -> None:
    assert len(used.csv("jobs", "list", *where)) == count


def test_a_job_in_full(shop: Shop) -> None:
    job = shop.drawn("a fox\nin the snow", n=2)
    told = shop.json("jobs", "show", job.id)
    assert told["prompt"] == "a fox\nin the snow"
    assert told["files"] == [picture.key for picture in job.pictures]
    assert told["n"] == 2
    assert job.id in shop.done("jobs", "show", job.id)
    assert shop.refused("jobs", "show", "nosuchjob000")


def test_reading_goes_on_while_somebody_writes(used: Shop) -> None:
    with (
        DatabaseLock(used.url),
        closing(sqlite3.connect(used.folder / "data/easel.db", isolation_level=None)) as other,
    ):
        assert len(used.json("jobs", "list")) == 5
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM jobs")
        other.execute("ROLLBACK")
        assert len(used.json("usage")) == 3


def test_a_database_that_is_not_there_is_not_made(shop: Shop) -> None:
    assert "no database" in shop.refused("usage", code=1)
    assert not (shop.folder / "data/easel.db").exists()


def test_old_and_new_tables_are_told_apart(shop: Shop) -> None:
    shop.drawn()
    with closing(sqlite3.connect(shop.folder / "data/easel.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0009x'")
    assert "python -m bot migrate" in shop.refused("jobs", "list", code=1)
    assert "newer version" in shop.refused("migrate", code=1)


def test_migrate_says_what_it_did(shop: Shop) -> None:
    (shop.folder / "data").mkdir()
    assert "made" in shop.done("migrate")
    assert "up to date" in shop.done("migrate")
    assert shop.json("migrate")["revision"]
    assert "Say where to" in shop.refused("migrate", "--from", "sqlite")
    assert "Say where to" in shop.refused("migrate", "--from", "sqlite", "--to", "sqlite:///elsewhere.db")


def test_a_server_is_not_asked_for_a_backup(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://easel@127.0.0.1/easel")
    assert "pg_dump" in shop.refused("backup")


def test_which_community_is_asked_only_where_there_are_several(used: Shop) -> None:
    said = used.refused("limits", "show")
    assert "--platform discord --community guild" in said
    assert "--platform slack --community team" in said
    assert used.json("limits", "show", "--platform", "slack")
    assert used.json("limits", "show", "--community", "guild")
    assert used.json("words", "list", "--platform", "web") == []


def test_days_as_people_type_them() -> None:
    assert dates.first_day("2026-02") == date(2026, 2, 1)
    assert dates.last_day("2026-02") == date(2026, 2, 28)
    assert dates.first_day(" 2026-11-22 ") == dates.last_day("2026-11-22") == date(2026, 11, 22)
    assert dates.first_day("1d") == dates.last_day("7d") == TODAY
    assert dates.first_day("7d") == TODAY - timedelta(days=6)
    assert dates.first_day("ALL") is None


@pytest.mark.parametrize("word", ["2026-13", "2026-06-31", "tomorrow", "0d", "99999d", "22.11.2026", ""])
def test_other_days_are_no_days(word: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="2026-11-22"):
        dates.first_day(word)


def _leaves(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [parser]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                found += _leaves(below)
    return found


def test_every_example_is_understood_and_every_command_does_something() -> None:
    examples = [
        line.removeprefix("  python -m bot ").partition(" > ")[0]
        for parser in _leaves(_parser())
        for line in (parser.epilog or "").splitlines()
        if line.startswith("  python -m bot ")
    ]
    assert len(examples) > 20
    for example in examples:
        assert _parser().parse_args(shlex.split(example)).work in WORK.keys() | UPKEEP.keys()
    works = {parser.get_default("work") for parser in _leaves(_parser())} - {None}
    assert works == WORK.keys() | UPKEEP.keys()


def test_usage_tells_the_balance_that_a_bot_has_heard_beside_the_table(used: Shop) -> None:
    _, before, err = used("usage")
    assert err == ""

    async def hear() -> None:
        async with open_database(used.url) as engine:
            await Meta(engine=engine).set("account-balance", '[1234.5, "2026-01-02T03:04:05+00:00"]')

    asyncio.run(hear())
    code, out, err = used("usage")
    assert (code, out) == (0, before)
    assert err == "On the Seedream account 1234.5 beans are left, as of 2026-01-02 03:04 UTC.\n"


def test_usage_tells_that_a_sandbox_draws(used: Shop) -> None:
    def hear(sandbox: str) -> None:
        async def keep() -> None:
            async with open_database(used.url) as engine:
                await Meta(engine=engine).set("sandbox-draws", f'[{sandbox}, "2026-01-02T03:04:05+00:00"]')

        asyncio.run(keep())

    hear("true")
    assert used("usage")[2].startswith("A sandbox draws here, as it says of itself since 2026-01-02 03:04 UTC: ")
    hear("false")
    assert used("usage")[2] == ""
