"""What was asked on a chat is kept until it has its answer, and so outlives the process that was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.types import AnyText, UtcDateTime

revision = "0135"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taken_interactions",
        sa.Column("id", AnyText, primary_key=True),
        sa.Column("payload", AnyText, nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
        sa.Column("holder", AnyText, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
    )
