"""Curated answers, passages that people found helpful, and what colleagues answered after a hand-off."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_learning"
down_revision = "0003_handoffs"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Add two tables, and to hand-offs what was answered and by whom."""
    op.create_table(
        "curated_answers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("grounds", JSON, nullable=False),
        sa.Column("groups", JSON, nullable=False),
        sa.Column("author", sa.String(128), nullable=False),
        sa.Column("approver", sa.String(128), nullable=False),
        sa.Column("reviewed", sa.Date, nullable=False),
        sa.Column("expires", sa.Date, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("row", sa.String(64), nullable=False, server_default=""),
        sa.Column("conversation_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
    )
    op.create_index("curated_by_state", "curated_answers", ["state", "updated"])
    op.create_table(
        "raised_passages",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("feedback_id", sa.String(64), sa.ForeignKey("feedback.id"), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("document_id", sa.String(64), nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
    )
    op.create_index("raised_by_feedback", "raised_passages", ["feedback_id"])
    op.add_column("handoffs", sa.Column("reply", sa.Text, nullable=False, server_default=""))
    op.add_column("handoffs", sa.Column("operator", sa.String(128), nullable=False, server_default=""))
