"""For whom a note was signed, where a manager or a named colleague did it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the colleague's id, name and title; notes that are there were signed by their own."""
    op.add_column("notes", sa.Column("signed_for_id", sa.String(64)))
    for name in ("signed_for_name", "signed_for_title"):
        op.add_column("notes", sa.Column(name, sa.Text, nullable=False, server_default=""))
