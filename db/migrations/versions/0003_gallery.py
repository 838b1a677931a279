"""The gallery: searching, stars, votes. What it takes to forget a person."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CHUNK = 500


def upgrade() -> None:
    op.add_column("jobs", sa.Column("prompt_folded", sa.Text(), nullable=False, server_default=""))
    op.add_column("jobs", sa.Column("stars", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("forget", sa.Boolean(), nullable=False, server_default=sa.false()))
    _fold_prompts()
    op.create_index("jobs_author", "jobs", ["author_platform", "author_id", "created_at"], unique=False)
    op.create_index(
        "jobs_kept",
        "jobs",
        ["platform", "community_id", "created_at"],
        unique=False,
        sqlite_where=sa.text("prompt <> ''"),
        postgresql_where=sa.text("prompt <> ''"),
    )
    op.create_index(
        "jobs_starred",
        "jobs",
        ["platform", "community_id", "stars", "created_at"],
        unique=False,
        sqlite_where=sa.text("stars > 0"),
        postgresql_where=sa.text("stars > 0"),
    )
    op.create_index(
        "jobs_to_forget",
        "jobs",
        ["author_platform", "author_id"],
        unique=False,
        sqlite_where=sa.text("forget"),
        postgresql_where=sa.text("forget"),
    )
    for name, columns in (("stars", []), ("votes", [sa.Column("picture", sa.Integer(), nullable=False)])):
        op.create_table(
            name,
            sa.Column("job_id", sa.Text(), nullable=False),
            sa.Column("platform", sa.Text(), nullable=False),
            sa.Column("user_id", sa.Text(), nullable=False),
            *columns,
            sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f(f"{name}_job_id_fkey"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("job_id", "platform", "user_id", name=op.f(f"{name}_pkey")),
        )
        op.create_index(f"{name}_person", name, ["platform", "user_id"], unique=False)
    op.create_table(
        "doomed_pictures",
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("doomed_pictures_pkey")),
    )
    op.create_table(
        "spent_tasks",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name=op.f("spent_tasks_pkey")),
    )


def _fold_prompts() -> None:
    connection = op.get_bind()
    read = sa.text("SELECT id, prompt FROM jobs WHERE id > :last ORDER BY id LIMIT :chunk")
    save = sa.text("UPDATE jobs SET prompt_folded = :folded WHERE id = :id")
    last = ""
    while rows := connection.execute(read, {"last": last, "chunk": _CHUNK}).all():
        connection.execute(save, [{"id": row.id, "folded": _folded(row.prompt)} for row in rows])
        last = rows[-1].id


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
