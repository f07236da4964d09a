"""The tables of accounts: people, their sessions and keys, what they used, what was
administered, and whom everything was deleted of.

No secret is in them: of passwords there is an Argon2 hash, of links, sessions and keys the SHA-256.
"""

import sqlalchemy as sa

from assistant.storage.columns import Json, Moment, metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("groups", Json, nullable=False),
    sa.Column("password", sa.String(200), nullable=False, server_default=""),
    sa.Column("suspended", sa.Boolean, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("issuer", sa.String(400)),
    sa.Column("subject", sa.String(255)),
    sa.Index("users_by_identity", "issuer", "subject", unique=True),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(64), sa.ForeignKey("users.id"), nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Index("links_by_user", "user_id"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(64), sa.ForeignKey("users.id"), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Index("sessions_by_user", "user_id"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(64), sa.ForeignKey("users.id"), nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("scopes", Json, nullable=False),
    sa.Column("budget", Json, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Column("revoked", Moment),
    sa.Index("api_keys_by_user", "user_id"),
)

# Keys of widgets are no secret: they stand in the pages of websites.
widget_keys = sa.Table(
    "widget_keys",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("token", sa.String(100), nullable=False, unique=True),
    sa.Column("origins", Json, nullable=False),
    sa.Column("groups", Json, nullable=False),
    sa.Column("budget", Json, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("expires", Moment),
    sa.Column("revoked", Moment),
)

visitors = sa.Table(
    "visitors",
    metadata,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("groups", Json, nullable=False),
    sa.Column("seen", Moment, nullable=False),
)

spending = sa.Table(
    "spending",
    metadata,
    sa.Column("payer", sa.String(80), primary_key=True),
    sa.Column("span", sa.String(16), primary_key=True),
    sa.Column("began", Moment, primary_key=True),
    sa.Column("requests", sa.Integer, nullable=False),
    sa.Column("tokens", sa.Integer, nullable=False),
    sa.Column("cost", sa.Float, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("act", sa.String(64), nullable=False),
    sa.Column("target", sa.String(200), nullable=False),
    sa.Column("detail", Json, nullable=False),
    sa.Index("audit_by_time", "at"),
)

# `person` and `name` are emptied when nothing can be left of them.
erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("person", sa.String(128), nullable=False),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("pseudonym", sa.String(64), nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("counts", Json, nullable=False),
    sa.Column("begun", Moment, nullable=False),
    sa.Column("done", Moment),
)
