"""The keys of what staff keep on their devices."""

import sqlalchemy as sa
from alembic import op

from clinic_tui.backend.store.types import InstantColumn

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "device_keys",
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("device_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(44), nullable=False),
        sa.Column("used_at", InstantColumn(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "device_id", name="pk_device_keys"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_device_keys_staff_id_staff"),
    )
