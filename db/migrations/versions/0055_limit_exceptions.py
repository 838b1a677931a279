"""The operator's exceptions get a table of their own; limits that the operator has set last move there.

The audit trail says who that was: an entry `settings-changed` names its settings, parted by commas, in `target`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0050"
branch_labels = None
depends_on = None

_OPERATOR = "operator"
# As the program of this revision knew them; what is nothing there is None or an empty table.
_LIMITS: Mapping[str, Any] = {
    "user_daily": None,
    "user_running": None,
    "user_waiting": None,
    "monthly": None,
    "cooldown": None,
    "role_daily": {},
}

_COMMUNITIES = sa.table(
    "communities",
    sa.column("platform", sa.Text()),
    sa.column("community_id", sa.Text()),
    sa.column("settings", sa.JSON()),
)
_AUDIT = sa.table(
    "audit",
    sa.column("id", sa.Integer()),
    sa.column("platform", sa.Text()),
    sa.column("community_id", sa.Text()),
    sa.column("actor_id", sa.Text()),
    sa.column("action", sa.Text()),
    sa.column("target", sa.Text()),
)


def upgrade() -> None:
    exceptions = op.create_table(
        "limit_exceptions",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community_id", sa.Text(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "community_id", name=op.f("limit_exceptions_pkey")),
    )
    connection = op.get_bind()
    setters = _last_setters(connection)
    for row in connection.execute(sa.select(_COMMUNITIES)).all():
        place = {"platform": row.platform, "community_id": row.community_id}
        settings = dict(row.settings)
        moved = {
            name: settings[name]
            for name, nothing in _LIMITS.items()
            if setters.get((row.platform, row.community_id, name)) == _OPERATOR
            and settings.get(name, nothing) not in (None, nothing)
        }
        if not moved:
            continue
        connection.execute(exceptions.insert(), {**place, "limits": moved})
        left = settings | {name: _LIMITS[name] for name in moved}
        connection.execute(
            _COMMUNITIES.update()
            .where(_COMMUNITIES.c.platform == row.platform, _COMMUNITIES.c.community_id == row.community_id)
            .values(settings=left)
        )


def _last_setters(connection: sa.Connection) -> dict[tuple[str, str, str], str]:
    """Who has set a setting of a community last: by platform, community and setting."""
    query = sa.select(_AUDIT).where(_AUDIT.c.action == "settings-changed").order_by(_AUDIT.c.id)
    return {
        (row.platform, row.community_id, name): row.actor_id
        for row in connection.execute(query)
        for name in row.target.split(", ")
    }
