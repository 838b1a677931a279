"""That every table is handed out and forgotten, or says nothing of a person: a new one fails until it is placed."""

from __future__ import annotations

from db.tables import metadata
from db.traces import _conditions

# Tables whose rows are a person's, or tell of one: handed out by the archive, forgotten by `forget`.
HANDED_OUT = {
    "jobs": "jobs.json",
    "usage": "usage.csv",
    "personal_defaults": "defaults.json",
    **dict.fromkeys(
        ("drafts", "stars", "votes", "reports", "audit", "blocks", "strikes", "credentials", "named_people"),
        "other.json",
    ),
}
# Tables that know nobody: numbers, settings of communities, digests, keys of files, addresses of messages.
KNOW_NOBODY = {
    "alembic_version",
    "warnings",
    "counters",
    "order_keys",
    "meta",
    "communities",
    "limit_exceptions",
    "doomed_pictures",
    "spent_tasks",
    "slack_installations",
    "removals",
    "installed_communities",
}
# What names somebody or holds somebody's words, as columns are called here.
PERSONAL_NAMES = ("user", "author", "actor", "reporter", "guest", "person", "name", "prompt", "text", "reason", "words")
ALLOWED: set[str] = set()


def test_every_table_is_placed() -> None:
    assert set(metadata.tables) - set(HANDED_OUT) - KNOW_NOBODY == set()


def test_no_table_that_knows_nobody_has_a_column_for_somebody() -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        if table.name in KNOW_NOBODY
        for column in table.columns
        if any(word in column.name for word in PERSONAL_NAMES)
    }
    assert found == ALLOWED


def test_other_json_reads_each_of_its_tables() -> None:
    read = {table.name for table, _ in _conditions("web", "b-1")}
    assert read == {name for name, file in HANDED_OUT.items() if file == "other.json"}
