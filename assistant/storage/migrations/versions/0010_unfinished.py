"""From which documents a stopped turn had written; of turns stopped before this nobody knows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010_unfinished"
down_revision = "0009_erasures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column."""
    op.add_column("turns", sa.Column("documents", sa.JSON().with_variant(JSONB(), "postgresql")))
