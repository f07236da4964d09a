"""People of whom something is kept in every place there is, for tests of what is kept of people.

All that is theirs has their mark in it. Pairs of them are entangled: each has approved, reviewed and answered what is
the other's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from uuid import uuid4

import sqlalchemy as sa

from assistant.curated.record import Curated, Ground
from assistant.finetuning.datasets import DatasetDesk
from assistant.handoff.record import Summary
from assistant.personal.subject import Places, Subject
from assistant.security.accounts import Accounts
from assistant.storage.account_tables import spending, visitors
from assistant.storage.responses import Responses, StoredResponse
from assistant.storage.schema import appointments, raised_passages
from assistant.testing.accounts import known
from assistant.testing.answers import an_answer
from assistant.testing.handoffs import WHY
from assistant.turn.answer import Understanding
from connectors.adapter import Post
from connectors.event import Message, Person, Place
from connectors.store import inbox, outbox, threads
from connectors.store.outbox import Letter
from connectors.store.people import named, opened
from connectors.store.threads import Thread
from finetune.examples import Example, Origin
from finetune.testing.examples import an_example


@dataclass(frozen=True)
class Lived:
    """Somebody of whom something is kept; `rows` are examples in a dataset, `conversations` the ids of theirs."""

    subject: Subject
    mark: str
    conversations: tuple[str, ...]
    rows: tuple[Example, ...]


def account(accounts: Accounts, name: str, role: str = "member") -> Subject:
    """An account with a session, a key and a link that is open."""
    user = known(accounts, name, role, "hr").user
    accounts.links.make(user)
    accounts.audit.note("boss", "user.add", user.name, role=user.role)
    accounts.audit.note(user.name, "key.make", accounts.keys.list(user.id)[0].id, scopes=["ask"])
    accounts.audit.note("boss", "key.revoke", "f" * 32, owner=user.name)
    return Subject(user.id, user.name, is_account=True)


def lived(places: Places, subject: Subject, mark: str, other: str, random: Random) -> Lived:
    """Fill every place with things of somebody; `other` is the name of whoever saw to them as a colleague."""
    ids = tuple(_conversation(places, subject, mark, random) for _ in range(random.randint(2, 3)))
    _waiting(places, subject, ids[0], mark, other)
    _curated(places, subject, ids[0], mark, other)
    _kept_by_id(places, subject, ids[0], mark)
    rows = tuple(_examples(places, subject, ids, mark, other))
    if not subject.is_account and named(subject.id):
        _platform(places, subject, ids[0], mark)
    return Lived(subject, mark, ids, rows)


def _conversation(places: Places, subject: Subject, mark: str, random: Random) -> str:
    store = places.conversations
    begun = store.start(subject.id, language="en")
    for number in range(random.randint(2, 3)):
        turn = store.begin_turn(subject.id, begun.id, f"{mark} question {number}?")
        understood = Understanding(turn.question, turn.question, "en", "question", 0.9)
        answer = an_answer(begun.id, f"{mark} has {number} days. [1]", understanding=understood)
        store.finish_turn(turn.id, answer)
        store.add_feedback(subject.id, answer.id, "down", reason=f"{mark} says no", correction=f"{mark} knows better")
        given = store.add_feedback(subject.id, answer.id, "up", correction=f"{mark} knows best")
        with places.database.write() as connection:
            connection.execute(
                sa.insert(raised_passages).values(
                    id=given.id, feedback_id=given.id, question=f"{mark} asks", language="en", document_id="d",
                    quote="Leave.", created=places.now(),
                )
            )  # fmt: skip
    store.supersede(subject.id, turn.id)
    return begun.id


def _waiting(places: Places, subject: Subject, conversation: str, mark: str, other: str) -> None:
    """Handed to a person and answered, by the other; then handed over once more."""
    store = places.conversations.handoffs
    made = store.begin(subject.id, conversation, WHY, Summary(f"{mark} wants a person", (), 0, (f"{mark} why?",)))
    store.add(subject.id, made.id, f"{mark} waits")
    store.close(made.id, f"For {mark}: it is paid.", other)


def _curated(places: Places, subject: Subject, conversation: str, mark: str, other: str) -> None:
    """One that came of a correction, approved by the other; one that the other wrote, approved by this one."""
    now, ground = places.now(), Ground("d", "leave.md", "Leave", "Leave is 25 days.", 0, 17)
    came = Curated(
        uuid4().hex, f"{mark} asked", f"{mark} answered", "en", (ground,), ("everyone",), subject.id, other,
        now.date(), now.date(), "served", now, now, conversation_id=conversation,
    )  # fmt: skip
    approved = replace(
        came, id=uuid4().hex, question=f"asked for number {len(mark) + len(subject.id)}", answer="Yes.", author=other,
        approver=subject.name, conversation_id="",
    )  # fmt: skip
    for each in (came, approved):
        places.conversations.curated.add(each)


def _kept_by_id(places: Places, subject: Subject, conversation: str, mark: str) -> None:
    now = places.now()
    kept = StoredResponse(f"resp_{uuid4().hex}", None, None, None, [{"role": "user", "content": mark}], {"id": "x"})
    Responses(places.database, places.now).keep(subject.id, kept)
    about = replace(kept, id=f"resp_{uuid4().hex}", conversation_id=conversation)
    Responses(places.database, places.now).keep(subject.id, about)
    with places.database.write() as connection:
        connection.execute(
            sa.insert(appointments).values(
                id=uuid4().hex, user_id=subject.id, calendar=mark, service="x", starts=now,
                ends=now + timedelta(hours=1), name=mark, contact=f"{mark}@b", cancelled=False, sequence=0, created=now,
                updated=now,
            )
        )  # fmt: skip
        used = {"span": "day", "began": now, "requests": 1, "tokens": 1, "cost": 0.0}
        connection.execute(sa.insert(spending).values(payer=f"person:{subject.id}"[:80], **used))
        if not subject.is_account:
            connection.execute(sa.insert(visitors).values(id=subject.id, groups=[mark], seen=now))


def _examples(
    places: Places, subject: Subject, conversations: tuple[str, ...], mark: str, other: str
) -> Iterator[Example]:
    """Rows in the queue, reviewed by the other, and of a dataset; one of the other that this one reviewed."""
    desk = DatasetDesk(places.settings.home)
    for number, each in enumerate(conversations):
        origin = Origin("edit", subject.id, each, ("d",), "own", language="en", created="2026-01-01")
        row = an_example(f"{mark} asks for {number}?", f"{mark} gets {number}.", origin=origin)
        desk.queue.add([row], "proposed")
        desk.queue.decide([row.id], True, other)
        yield next(each.example for each in desk.queue.rows() if each.example.id == row.id)
    reviewed = an_example("something of a colleague?", origin=Origin("upload", documents=("d",)))
    desk.queue.add([reviewed], "proposed")
    desk.queue.decide([reviewed.id], False, subject.name)


def _platform(places: Places, subject: Subject, conversation: str, mark: str) -> None:
    """A talk with this person alone, and a word of theirs in a channel that others read."""
    connector, person = named(subject.id) or ("", "")
    direct, channel = Place(f"d-{person}", direct=True), Place("channel")
    with opened(places.settings.connectors_url) as database, database.write() as connection:
        said = [
            Message(f"{mark}-1", direct, Person(person, mark), f"{mark} writes"),
            Message(f"{mark}-2", channel, Person(person, mark), f"{mark} writes to all"),
        ]
        inbox.receive(connection, connector, said, 1.0)
        sent = [
            Letter(Post(direct, f"for {mark}", f"for {mark}", f"{mark}-1")),
            Letter(Post(channel, f"only {mark}", f"only {mark}", f"{mark}-2", only_for=person)),
        ]
        outbox.put(connection, connector, sent, 1.0)
        talk = Thread(conversation, question=f"{mark} asked")
        threads.keep(connection, connector, direct.conversation, talk, 1.0)
