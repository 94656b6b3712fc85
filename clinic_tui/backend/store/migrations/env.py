"""How alembic reaches the database: over the connection it is given."""

from alembic import context

from clinic_tui.backend.store.team_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
)
context.run_migrations()
