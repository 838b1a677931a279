"""Links that show one result to whoever has them, until they end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.types import AnyText, UtcDateTime

revision = "0140"
down_revision = "0135"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "share_links",
        sa.Column("id", AnyText, nullable=False),
        sa.Column("job_id", AnyText, nullable=False),
        sa.Column("platform", AnyText, nullable=False),
        sa.Column("user_id", AnyText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("prompt", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="share_links_pkey"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="share_links_job_id_fkey", ondelete="CASCADE"),
    )
    op.create_index("share_links_job", "share_links", ["job_id"])
    op.create_index("share_links_person", "share_links", ["platform", "user_id", "ends_at"])
    op.create_index("share_links_ends_at", "share_links", ["ends_at"])
