"""Databases as an older version of the program left them."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from clinic_tui.backend.store import migrating


def step_to(conn: Connection, revision: str) -> None:
    """Take an empty database only as far as this step of the schema."""
    config = Config()
    config.set_main_option("script_location", str(migrating._SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, revision)
