"""Messages of deleted results that a chat has not removed yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.types import AnyText, UtcDateTime

revision = "0095"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removals",
        sa.Column("job_id", AnyText(), nullable=False),
        sa.Column("platform", AnyText(), nullable=False),
        sa.Column("community_id", AnyText(), nullable=False),
        sa.Column("channel_id", AnyText(), nullable=False),
        sa.Column("card_id", AnyText()),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("result_id", AnyText()),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="removals_pkey"),
    )
    op.create_index("removals_next_at", "removals", ["next_at"])
