"""Which model draws a job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0070"
branch_labels = None
depends_on = None

# The only one that there was.
SEEDREAM_3 = "doubao-seedream-3.0-t2i"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("model", sa.Text(), server_default=SEEDREAM_3, nullable=False))
