"""Responses of the API that can be followed by their id."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006_responses"
down_revision = "0005_accounts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "responses",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("previous", sa.String(64)),
        sa.Column("conversation_id", sa.String(64), sa.ForeignKey("conversations.id")),
        sa.Column("answer_id", sa.String(64)),
        sa.Column("given", JSON, nullable=False),
        sa.Column("about", JSON, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
    )
    op.create_index("responses_by_time", "responses", ["created"])
    op.create_index("responses_by_conversation", "responses", ["conversation_id"])
