"""What is true of the whole database; one that was filled with demo data is marked as that."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SHARED_PASSWORD = sa.text(
    "SELECT 1 FROM staff WHERE password_hash <> '' GROUP BY password_hash HAVING count(*) > 1 LIMIT 1"
)
"""Only the demo data gives several accounts one hash: every other password is salted by itself."""
_SOMEBODY = sa.text(
    "SELECT 1 FROM units UNION ALL SELECT 1 FROM staff UNION ALL SELECT 1 FROM residents LIMIT 1"
)


def upgrade() -> None:
    """Make the table, and say what a database that is in use already is for."""
    facts = op.create_table(
        "database_facts",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_database_facts"),
    )
    conn = op.get_bind()
    if conn.execute(_SHARED_PASSWORD).first() is not None:
        op.bulk_insert(facts, [{"name": "purpose", "value": "demo"}])
    elif conn.execute(_SOMEBODY).first() is not None:
        op.bulk_insert(facts, [{"name": "purpose", "value": "real"}])
