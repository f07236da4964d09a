"""Tool calls and the unfinished task of an answer; appointments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_tasks"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Add two columns and a table."""
    op.add_column("answers", sa.Column("calls", JSON, nullable=False, server_default="[]"))
    op.add_column("answers", sa.Column("task", JSON))
    op.create_table(
        "appointments",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("calendar", sa.String(100), nullable=False),
        sa.Column("service", sa.String(200), nullable=False),
        sa.Column("starts", MOMENT, nullable=False),
        sa.Column("ends", MOMENT, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("cancelled", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
    )
    op.create_index("appointments_by_user", "appointments", ["user_id", "starts"])
    op.create_index(
        "appointments_one_at_a_time",
        "appointments",
        ["calendar", "starts"],
        unique=True,
        sqlite_where=sa.text("NOT cancelled"),
        postgresql_where=sa.text("NOT cancelled"),
    )
