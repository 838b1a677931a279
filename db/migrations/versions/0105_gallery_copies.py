"""Where the gallery channel shows a result, so that the message goes with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("gallery_copy", sa.JSON(none_as_null=True)))
