"""Guilds and workspaces that have the bot, and those that have removed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.types import AnyText, UtcDateTime

revision = "0100"
down_revision = "0095"
branch_labels = None
depends_on = None

# Wherever something was asked while the bot was there, or something was set. The first start afterwards compares these
# with where the bot is.
_KNOWN = """
INSERT INTO installed_communities (platform, community_id)
SELECT platform, community_id FROM communities
 WHERE platform IN ('discord', 'slack') AND community_id NOT LIKE 'dm-%'
UNION
SELECT platform, community_id FROM jobs
 WHERE platform IN ('discord', 'slack') AND community_id NOT LIKE 'dm-%'
   AND CAST(details AS TEXT) NOT LIKE '%"only": "interaction"%'
"""


def upgrade() -> None:
    op.create_table(
        "installed_communities",
        sa.Column("platform", AnyText(), nullable=False),
        sa.Column("community_id", AnyText(), nullable=False),
        sa.Column("removed_at", UtcDateTime()),
        sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("forgotten_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("platform", "community_id", name="installed_communities_pkey"),
    )
    op.execute(_KNOWN)
