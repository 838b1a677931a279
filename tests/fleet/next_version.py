"""`python -m tests.fleet.next_version …`: `python -m bot …` as a version that has one more migration than this one.

It adds what a rolling upgrade may: a column that may be empty, one with a default of the server's, an index, a table.
NEXT_VERSION=directory: where its migrations are put.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from bot.__main__ import main
from db import migrate

NEXT = "9999"
_SCRIPT = f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{migrate.HEAD}"
branch_labels = depends_on = None


def upgrade():
    op.add_column("jobs", sa.Column("of_the_next_version", sa.Text()))
    op.add_column("usage", sa.Column("of_the_next_version", sa.Integer(), nullable=False, server_default="7"))
    op.create_index("ix_of_the_next_version", "jobs", ["of_the_next_version"])
    op.create_table("of_the_next_version", sa.Column("id", sa.Integer(), primary_key=True))
"""


def become_the_next_version(directory: Path) -> None:
    """From now on this process wants these tables."""
    here = Path(migrate.__file__).with_name("migrations")
    there = directory / "migrations"
    shutil.copytree(here, there, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    (there / "versions" / f"{NEXT}_next.py").write_text(_SCRIPT)
    migrate.HEAD = NEXT
    migrate.__file__ = str(directory / "migrate.py")  # beside which it looks for them


if __name__ == "__main__":
    become_the_next_version(Path(os.environ["NEXT_VERSION"]))
    sys.exit(main())
