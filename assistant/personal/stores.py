"""Everything that is kept of people: the one list behind export and deletion.

A table that is in none of the three below fails a test, and so does a column that names somebody
(tests/unit/personal/test_personal_stores.py). They are erased in this order: what leads to something comes after it.
"""

from collections.abc import Mapping

from assistant.personal.acts import acts_about, rename_acts
from assistant.personal.elsewhere import (
    examples_of,
    forget_platform_rows,
    platform_rows,
    rename_reviews,
    reviews_of,
    withdraw_examples,
)
from assistant.personal.store import Store
from assistant.personal.tables import (
    curated_by,
    erase_feedback,
    erase_handoffs,
    handoffs_of,
    of_table,
    paid_by,
    rename_curated,
    rename_replies,
    replies_by,
)
from assistant.personal.talks import conversations_of, erase_conversations, feedback_of
from assistant.storage.account_tables import api_keys, links, sessions, spending, users, visitors
from assistant.storage.schema import appointments, responses

STORES: tuple[Store, ...] = (
    Store("examples", {}, examples_of, withdraw_examples, leads_on=True),
    Store("reviews", {}, reviews_of, rename_reviews, stays=True),
    Store(
        "chat_platforms",
        {"connector_inbox": ("person",), "connector_outbox": (), "connector_threads": ()},
        platform_rows,
        forget_platform_rows,
        leads_on=True,
    ),
    of_table("responses", responses.c.user_id, ("user_id",)),
    Store("handoffs", {"handoffs": ("user_id",)}, handoffs_of, erase_handoffs),
    Store("feedback", {"feedback": ("user_id",), "raised_passages": ()}, feedback_of, erase_feedback),
    Store(
        "conversations",
        {"conversations": ("user_id",), "turns": (), "answers": ()},
        conversations_of,
        erase_conversations,
    ),
    Store("curated_answers", {"curated_answers": ("author", "approver")}, curated_by, rename_curated, stays=True),
    Store("replies_to_others", {"handoffs": ("operator",)}, replies_by, rename_replies, stays=True),
    of_table("appointments", appointments.c.user_id, ("user_id",)),
    of_table("usage", spending.c.payer, (), paid_by),
    Store("administration", {"audit": ("actor", "target")}, acts_about, rename_acts, stays=True),
    of_table("keys", api_keys.c.user_id, ("user_id", "digest")),
    of_table("sessions", sessions.c.user_id, ("user_id", "digest")),
    of_table("links", links.c.user_id, ("user_id", "digest")),
    of_table("visitor", visitors.c.id),
    of_table("account", users.c.id, ("password",)),
)

NOBODYS: Mapping[str, str] = {
    "widget_keys": "keys of websites, which stand in their pages",
    "connector_facts": "the version of the tables",
    "connector_links": "how the link to each platform is",
    "connector_told": "up to when each schedule is done with",
}
"""Tables without anything of people, and why."""

JOURNALS: Mapping[str, str] = {
    "erasures": "whom a deletion is of, until nothing can be left of them; then its pseudonym, counts and times, and "
    "who wanted it, until everything of them is deleted too",
}
"""Tables that export and deletion keep for themselves, and why."""
