"""Conversations, turns, answers, feedback."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    """Create the first four tables."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("title", sa.String(200), nullable=False, server_default=""),
        _text("searchable"),
        sa.Column("language", sa.String(8)),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("deleted", MOMENT),
    )
    op.create_index("conversations_by_user", "conversations", ["user_id", "updated"])
    op.create_table(
        "turns",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(64), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        _text("searchable"),
        sa.Column("state", sa.String(16), nullable=False),
        _text("partial"),
        _text("error"),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("ended", MOMENT),
        sa.UniqueConstraint("conversation_id", "position", name="turns_in_order"),
    )
    op.create_index("turns_by_state", "turns", ["state"])
    _answers()
    _feedback()


def _answers() -> None:
    parts = ("understanding", "route", "evidence", "citations", "support", "timings", "usage", "signals")
    op.create_table(
        "answers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("turn_id", sa.String(64), sa.ForeignKey("turns.id"), nullable=False, unique=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("abstained", sa.Boolean, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("tier", sa.String(8), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("searched", sa.Integer, nullable=False),
        *(sa.Column(part, JSON, nullable=False) for part in parts),
        sa.Column("created", MOMENT, nullable=False),
    )
    op.create_index("answers_by_time", "answers", ["created"])


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("answer_id", sa.String(64), sa.ForeignKey("answers.id"), nullable=False),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("surface", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        _text("reason"),
        _text("correction"),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
    )
    op.create_index("feedback_by_answer", "feedback", ["answer_id"])
    op.create_index("feedback_by_time", "feedback", ["created"])
    op.create_index(
        "feedback_one_current",
        "feedback",
        ["answer_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
