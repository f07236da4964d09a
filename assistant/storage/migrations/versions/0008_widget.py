"""Keys of widgets on websites, and the groups that their sites say a visitor is in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008_widget"
down_revision = "0007_identities"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Add two tables."""
    op.create_table(
        "widget_keys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("token", sa.String(100), nullable=False, unique=True),
        sa.Column("origins", JSON, nullable=False),
        sa.Column("groups", JSON, nullable=False),
        sa.Column("budget", JSON, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT),
        sa.Column("revoked", MOMENT),
    )
    op.create_table(
        "visitors",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("groups", JSON, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
    )
