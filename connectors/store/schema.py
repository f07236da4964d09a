"""The tables of connectors. Times are seconds since 1970; payloads are the value objects as JSON.

A later version may add tables, and columns that have a default or may be NULL; the database puts them in when it is
opened. 2: what is held back after a restore, pauses, the last error of a link, what was said at its time.
"""

import sqlalchemy as sa

VERSION = 2

metadata = sa.MetaData()

facts = sa.Table(
    "connector_facts",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

inbox = sa.Table(
    "connector_inbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("connector", sa.String(64), nullable=False),
    sa.Column("event_id", sa.String(200), nullable=False),
    sa.Column("conversation", sa.String(300), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("person", sa.String(200), nullable=False),
    sa.Column("position", sa.Float, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    # waiting -> done, or passed over with the reason in `note`; held back after a restore
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("note", sa.String(64), nullable=False, server_default=""),
    # the message that shows the answer while it is written
    sa.Column("preview", sa.String(200), nullable=False, server_default=""),
    sa.Column("received", sa.Float, nullable=False),
    sa.Column("ended", sa.Float),
    sa.UniqueConstraint("connector", "event_id", name="connector_inbox_once"),
    sa.Index("connector_inbox_waiting", "state", "connector", "conversation"),
    sa.Index("connector_inbox_lately", "connector", "conversation", "received"),
)

outbox = sa.Table(
    "connector_outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("connector", sa.String(64), nullable=False),
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("channel", sa.String(300), nullable=False),
    sa.Column("conversation", sa.String(300), nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    # the message that is edited; a new one is posted when empty
    sa.Column("edits", sa.String(200), nullable=False, server_default=""),
    sa.Column("answer", sa.String(64), nullable=False, server_default=""),
    # waiting -> sending -> sent, or failed with the reason in `note`; held back after a restore
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("message_id", sa.String(200), nullable=False, server_default=""),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("ended", sa.Float),
    sa.UniqueConstraint("connector", "key", name="connector_outbox_once"),
    sa.Index("connector_outbox_waiting", "state", "connector", "channel"),
    sa.Index("connector_outbox_messages", "connector", "channel", "message_id"),
)

threads = sa.Table(
    "connector_threads",
    metadata,
    sa.Column("connector", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(300), primary_key=True),
    # whether the bot was called into it, and follows it without being named again
    sa.Column("following", sa.Boolean, nullable=False, server_default=sa.false()),
    # the assistant's own id of it
    sa.Column("own_id", sa.String(64), nullable=False, server_default=""),
    sa.Column("question", sa.Text, nullable=False, server_default=""),
    sa.Column("answer", sa.String(64), nullable=False, server_default=""),
    # the language that was asked for with a command, and that of the last answer
    sa.Column("language", sa.String(8), nullable=False, server_default=""),
    sa.Column("spoken", sa.String(8), nullable=False, server_default=""),
    sa.Column("handed_over", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("updated", sa.Float, nullable=False),
)

links = sa.Table(
    "connector_links",
    metadata,
    sa.Column("connector", sa.String(64), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("since", sa.Float, nullable=False),
    sa.Column("last_event", sa.Float),
    sa.Column("last_sent", sa.Float),
    sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
    # while it is paused events are taken, and nothing is answered or sent
    sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
    # the last trouble there was, also when it is over
    sa.Column("last_error", sa.Text, nullable=False, server_default=""),
    sa.Column("last_error_at", sa.Float),
)

told = sa.Table(
    "connector_told",
    metadata,
    sa.Column("connector", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(100), primary_key=True),
    # the last time of the schedule that is done with
    sa.Column("at", sa.Float, nullable=False),
)
