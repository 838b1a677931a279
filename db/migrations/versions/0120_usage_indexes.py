"""Indexes that answer views by day and by role, and a person's export, without reading the rest of the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0110"
branch_labels = None
depends_on = None

_BY_ROLE = ["platform", "community_id", "roles", "kind", "day", "pictures", "points"]
_HAS_ROLES = sa.text("roles <> '[]'")


def upgrade() -> None:
    op.drop_index("usage_day", "usage")
    op.create_index("usage_day", "usage", ["day", "kind", "platform", "community_id", "user_id", "pictures", "points"])
    op.create_index("usage_person", "usage", ["platform", "user_id", "id"])
    op.create_index("usage_roles", "usage", _BY_ROLE, sqlite_where=_HAS_ROLES, postgresql_where=_HAS_ROLES)
