"""Asynchronous chats, tickets, scheduled visits, conversations, verification, notices and shifts."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements kept beside this file for the database in use."""
    name = op.get_bind().dialect.name
    script = Path(__file__).with_name(f"0002_team.{name}.sql").read_text(encoding="utf-8")
    for statement in script.split(";\n\n"):
        op.get_bind().exec_driver_sql(statement.rstrip().removesuffix(";"))
