"""An index that finds what was made of a result."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0120"
branch_labels = None
depends_on = None

_HAS_PARENT = sa.text("parent_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("jobs_parent", "jobs", ["parent_id"], sqlite_where=_HAS_PARENT, postgresql_where=_HAS_PARENT)
