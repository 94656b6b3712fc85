"""Where a session was opened from, so that whoever signed in there before is not kept out by others."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the address, with the index it is looked up by."""
    op.add_column("sessions", sa.Column("address", sa.String(45), nullable=False, server_default=""))
    op.create_index("ix_sessions_staff_address", "sessions", ["staff_id", "address"])
