"""Sheets, the series of jobs that go on them, and drafts whose price was shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("kind", sa.String(8), nullable=False, server_default="pictures"))
    op.add_column("jobs", sa.Column("series_id", sa.Text()))
    op.add_column("jobs", sa.Column("series_index", sa.Integer()))
    in_series = sa.text("series_id IS NOT NULL")
    op.create_index(
        "jobs_series", "jobs", ["series_id", "series_index"], sqlite_where=in_series, postgresql_where=in_series
    )
    op.add_column("drafts", sa.Column("priced", sa.Boolean(), nullable=False, server_default=sa.false()))
