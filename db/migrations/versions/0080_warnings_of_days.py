"""Warnings of what is counted by the day: the period has ten characters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("warnings") as table:
        table.alter_column("month", type_=sa.String(10), existing_type=sa.String(7), existing_nullable=False)
