"""${message}"""

import sqlalchemy as sa
from alembic import op

from clinic_tui.backend.store.types import InstantColumn

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward; there is no step back."""
    ${upgrades if upgrades else "pass"}
