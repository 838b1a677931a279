"""Which events have ordered which job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0050"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_keys",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=True),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("held_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("order_keys_pkey")),
    )
    op.create_index("order_keys_job", "order_keys", ["job_id"])
    op.create_index("order_keys_held_until", "order_keys", ["held_until"])
    op.add_column("drafts", sa.Column("event_id", sa.Text(), server_default="", nullable=False))
