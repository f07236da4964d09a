"""What is kept of a person outside the database of conversations: examples to learn from, and chat platforms."""

from collections.abc import Iterator

from assistant.personal.rows import Json
from assistant.personal.subject import Places, Subject
from assistant.personal.talks import ids_of
from connectors.store.people import forget_person, kept_of, named, opened
from finetune.asked import question_of
from finetune.examples import Example


def examples_of(places: Places, subject: Subject) -> Iterator[Json]:
    """Rows to learn from that came of them: those in the queue, and those of datasets with the dataset's name."""
    desk = places.withdrawals.desk()
    if desk is None:
        return
    for row in desk.queue.rows():
        if _is_of(row.example, subject):
            yield {"in": "queue", "state": row.state, "note": row.note, **_shown(places, row.example, subject)}
    for version in desk.datasets.all(damaged=False):
        for each in (*version.train(), *version.held_out()):
            if _is_of(each, subject):
                yield {"in": version.name, **_shown(places, each, subject)}


def withdraw_examples(places: Places, subject: Subject) -> int:
    """Take those rows out, now and later, and mark the adapters built on them; returns how many rows.

    Of who comes back under the same id only what was said so far is kept out. Raises FinetuneError.
    """
    withdrawals = places.withdrawals
    done = withdrawals.user(subject.id) if subject.is_account else withdrawals.conversations(ids_of(places, subject))
    return 0 if done is None else done.queued + sum(done.marked.values())


def reviews_of(places: Places, subject: Subject) -> Iterator[Json]:
    """Which rows they have reviewed, without what others said in them."""
    desk = places.withdrawals.desk()
    for row in desk.queue.rows() if desk is not None else ():
        if row.example.origin.reviewed_by in subject.names:
            yield {"example": row.example.id, "state": row.state}


def rename_reviews(places: Places, subject: Subject) -> int:
    """Their decisions stay, under another name. Raises FinetuneError."""
    desk = places.withdrawals.desk()
    return 0 if desk is None else sum(desk.queue.rename_reviewer(each, subject.pseudonym) for each in subject.names)


def platform_rows(places: Places, subject: Subject) -> Iterator[Json]:
    """What connectors keep of them: messages that came and went, and where their talk stands. Raises ConnectorError."""
    who = named(subject.id)
    if subject.is_account or who is None or not places.has_connectors:
        return
    with opened(places.settings.connectors_url) as database, database.write() as connection:
        # Messages of a month; read at once, as nothing can be delivered meanwhile.
        found = list(kept_of(connection, *who, ids_of(places, subject)))
    yield from found


def forget_platform_rows(places: Places, subject: Subject) -> int:
    """Delete that, before the conversations that lead to it; returns how many rows. Raises ConnectorError."""
    who = named(subject.id)
    if subject.is_account or who is None or not places.has_connectors:
        return 0
    with opened(places.settings.connectors_url) as database, database.write() as connection:
        return forget_person(connection, *who, ids_of(places, subject))


def _is_of(example: Example, subject: Subject) -> bool:
    return example.origin.user == subject.id


def _shown(places: Places, example: Example, subject: Subject) -> Json:
    """What they asked and what is to be said to it; of documents that they may not read any more, nothing is said."""
    origin, documents = example.origin, example.origin.documents
    about = {
        "id": example.id, "kind": example.kind, "source": origin.source, "conversation": origin.conversation,
        "created": origin.created, "licence": origin.licence, "language": origin.language, "good": example.good,
        "question": question_of(example),
    }  # fmt: skip
    if set(documents) <= set(places.conversations.readable(subject.id, documents)):
        about |= {"completion": example.completion, "rejected": example.rejected}
    return about
