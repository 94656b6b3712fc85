"""What staff have just done and can still undo."""

import sqlalchemy as sa
from alembic import op

from clinic_tui.backend.store.types import InstantColumn

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "undoable_actions",
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("command_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("assignment_id", sa.String(64), nullable=False),
        sa.Column("object_id", sa.String(36), nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("texts", sa.Text, nullable=False, server_default="[]"),
        sa.Column("at", InstantColumn(), nullable=False),
        sa.Column("undone_at", InstantColumn()),
        sa.PrimaryKeyConstraint("staff_id", "command_id", name="pk_undoable_actions"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_undoable_actions_staff_id"),
    )
    op.create_index("ix_undoable_actions_at", "undoable_actions", ["at"])
