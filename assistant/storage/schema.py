"""The tables of conversations. `migrations/` is what creates them; this module is what the code reads and writes with.

Those of accounts are in `account_tables`; all have one metadata.
"""

import sqlalchemy as sa

from assistant.storage import account_tables
from assistant.storage.columns import Json, Moment, metadata

__all__ = [
    "HEAD",
    "account_tables",
    "answers",
    "appointments",
    "conversations",
    "feedback",
    "handoffs",
    "metadata",
    "responses",
    "turns",
]

HEAD = "0010_unfinished"
"""The revision the code below expects; a test holds it equal to the newest file in `migrations/versions`."""

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(128), nullable=False),
    sa.Column("title", sa.String(200), nullable=False, server_default=""),
    sa.Column("searchable", sa.Text, nullable=False, server_default=""),
    sa.Column("language", sa.String(8)),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Column("deleted", Moment),
    sa.Column("surface", sa.String(16), nullable=False, server_default=""),
    sa.Index("conversations_by_user", "user_id", "updated"),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("conversation_id", sa.String(64), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("searchable", sa.Text, nullable=False, server_default=""),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("partial", sa.Text, nullable=False, server_default=""),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("created", Moment, nullable=False),
    sa.Column("ended", Moment),
    sa.Column("documents", Json),
    sa.UniqueConstraint("conversation_id", "position", name="turns_in_order"),
    sa.Index("turns_by_state", "state"),
)

answers = sa.Table(
    "answers",
    metadata,
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
    sa.Column("understanding", Json, nullable=False),
    sa.Column("route", Json, nullable=False),
    sa.Column("evidence", Json, nullable=False),
    sa.Column("citations", Json, nullable=False),
    sa.Column("support", Json, nullable=False),
    sa.Column("timings", Json, nullable=False),
    sa.Column("usage", Json, nullable=False),
    sa.Column("signals", Json, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("calls", Json, nullable=False, server_default="[]"),
    sa.Column("task", Json),
    sa.Index("answers_by_time", "created"),
)

responses = sa.Table(
    "responses",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(128), nullable=False),
    sa.Column("previous", sa.String(64)),
    sa.Column("conversation_id", sa.String(64), sa.ForeignKey("conversations.id")),
    sa.Column("answer_id", sa.String(64)),
    sa.Column("given", Json, nullable=False),
    sa.Column("about", Json, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Index("responses_by_time", "created"),
    sa.Index("responses_by_conversation", "conversation_id"),
)

appointments = sa.Table(
    "appointments",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(128), nullable=False),
    sa.Column("calendar", sa.String(100), nullable=False),
    sa.Column("service", sa.String(200), nullable=False),
    sa.Column("starts", Moment, nullable=False),
    sa.Column("ends", Moment, nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("contact", sa.String(200), nullable=False),
    sa.Column("cancelled", sa.Boolean, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Index("appointments_by_user", "user_id", "starts"),
)
# Two people who ask for the same slot at the same moment: one of them gets it.
sa.Index(
    "appointments_one_at_a_time",
    appointments.c.calendar,
    appointments.c.starts,
    unique=True,
    sqlite_where=sa.not_(appointments.c.cancelled),
    postgresql_where=sa.not_(appointments.c.cancelled),
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("conversation_id", sa.String(64), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("user_id", sa.String(128), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("urgency", sa.String(64), nullable=False),
    sa.Column("sentiment", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("summary", Json, nullable=False),
    sa.Column("messages", Json, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Column("reply", sa.Text, nullable=False, server_default=""),
    sa.Column("operator", sa.String(128), nullable=False, server_default=""),
    sa.Index("handoffs_by_state", "state", "created"),
)
# A conversation waits for one person at a time.
sa.Index(
    "handoffs_one_at_a_time",
    handoffs.c.conversation_id,
    unique=True,
    sqlite_where=handoffs.c.state != "closed",
    postgresql_where=handoffs.c.state != "closed",
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("answer_id", sa.String(64), sa.ForeignKey("answers.id"), nullable=False),
    sa.Column("user_id", sa.String(128), nullable=False),
    sa.Column("surface", sa.String(32), nullable=False),
    sa.Column("verdict", sa.String(8), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("correction", sa.Text, nullable=False, server_default=""),
    sa.Column("is_current", sa.Boolean, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Index("feedback_by_answer", "answer_id"),
    sa.Index("feedback_by_time", "created"),
)
sa.Index(
    "feedback_one_current",
    feedback.c.answer_id,
    feedback.c.user_id,
    unique=True,
    sqlite_where=feedback.c.is_current,
    postgresql_where=feedback.c.is_current,
)

curated_answers = sa.Table(
    "curated_answers",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("grounds", Json, nullable=False),
    sa.Column("groups", Json, nullable=False),
    sa.Column("author", sa.String(128), nullable=False),
    sa.Column("approver", sa.String(128), nullable=False),
    sa.Column("reviewed", sa.Date, nullable=False),
    sa.Column("expires", sa.Date, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("row", sa.String(64), nullable=False, server_default=""),
    sa.Column("conversation_id", sa.String(64), nullable=False, server_default=""),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Index("curated_by_state", "state", "updated"),
)

raised_passages = sa.Table(
    "raised_passages",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("feedback_id", sa.String(64), sa.ForeignKey("feedback.id"), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("document_id", sa.String(64), nullable=False),
    sa.Column("quote", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Index("raised_by_feedback", "feedback_id"),
)
