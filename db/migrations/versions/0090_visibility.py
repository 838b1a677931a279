"""Who may see a job: whether the place where it was asked is private, and when its author shared it.

Nobody recorded the kind of a channel before, so every job of before is private: those of its channel see it there,
its author everywhere, others once the author has shared it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0090"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs") as table:
        table.add_column(sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("shared_at", UtcDateTime()))
