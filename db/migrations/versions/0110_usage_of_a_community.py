"""An index that answers what a community used without reading the rest of the ledger."""

from __future__ import annotations

from alembic import op

revision = "0110"
down_revision = "0105"
branch_labels = None
depends_on = None

_COLUMNS = ["platform", "community_id", "user_id", "kind", "channel_id", "day", "pictures", "points"]


def upgrade() -> None:
    op.create_index("usage_community", "usage", _COLUMNS)
