"""Accounts, their sessions and keys, what they used, what was administered; where a conversation was begun."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005_accounts"
down_revision = "0004_learning"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def _moment(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, MOMENT, primary_key=primary_key, nullable=nullable)


def _owner() -> sa.Column[str]:
    return sa.Column("user_id", sa.String(64), sa.ForeignKey("users.id"), nullable=False)


def upgrade() -> None:
    """Add a column and six tables."""
    op.add_column("conversations", sa.Column("surface", sa.String(16), nullable=False, server_default=""))
    op.create_table(
        "users",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("groups", JSON, nullable=False),
        sa.Column("password", sa.String(200), nullable=False, server_default=""),
        sa.Column("suspended", sa.Boolean, nullable=False),
        _moment("created"),
    )
    _ways_in()
    op.create_table(
        "spending",
        sa.Column("payer", sa.String(80), primary_key=True),
        sa.Column("span", sa.String(16), primary_key=True),
        _moment("began", primary_key=True),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("cost", sa.Float, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _moment("at"),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("act", sa.String(64), nullable=False),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("detail", JSON, nullable=False),
    )
    op.create_index("audit_by_time", "audit", ["at"])


def _ways_in() -> None:
    op.create_table("links", sa.Column("digest", sa.String(64), primary_key=True), _owner(), _moment("expires"))
    op.create_index("links_by_user", "links", ["user_id"])
    op.create_table(
        "sessions", sa.Column("digest", sa.String(64), primary_key=True), _owner(), _moment("created"),
        _moment("expires"),
    )  # fmt: skip
    op.create_index("sessions_by_user", "sessions", ["user_id"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(64), primary_key=True),
        _owner(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("budget", JSON, nullable=False),
        _moment("created"),
        _moment("expires"),
        _moment("revoked", nullable=True),
    )
    op.create_index("api_keys_by_user", "api_keys", ["user_id"])
