"""Who an account is to an OpenID Connect provider."""

import sqlalchemy as sa
from alembic import op

revision = "0007_identities"
down_revision = "0006_responses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns: the provider, and what it calls the person for ever."""
    op.add_column("users", sa.Column("issuer", sa.String(400)))
    op.add_column("users", sa.Column("subject", sa.String(255)))
    op.create_index("users_by_identity", "users", ["issuer", "subject"], unique=True)
