"""The repository of conversations: what was asked, what was answered, what people thought of it.

Everything is reached through the person it belongs to: for anyone else a conversation, turn or answer does not exist
(`NotFound`). A question is stored durably before a model runs, so that no crash loses it.
"""

import builtins
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import sqlalchemy as sa

from assistant.curated.store import CuratedAnswers
from assistant.grounding.withheld import documents_of, withheld
from assistant.handoff.store import Handoffs
from assistant.raising.store import RaisedPassages
from assistant.security.person import LOCAL_USER
from assistant.storage import feedback as verdicts
from assistant.storage.codec import from_row, to_row
from assistant.storage.database import Database
from assistant.storage.folding import folded, storable
from assistant.storage.lately import Lately, lately_of
from assistant.storage.migrate import migrate
from assistant.storage.records import Conversation, Feedback, Turn, Verdict
from assistant.storage.rows import (
    TITLE_CHARS,
    answer_of,
    conversation_of,
    erase,
    listing,
    owned,
    title_of,
    turn_of,
    turn_row,
    update,
)
from assistant.storage.schema import answers, conversations, turns
from assistant.storage.traffic import Traffic
from assistant.turn.answer import Answer, Message, TaskState

Permitted = Callable[[str, Collection[str]], Collection[str]]
"""Of some documents (ids), those that a person (user id) may read now."""


class Conversations:
    """Conversations, turns, answers and feedback in one database. Safe to use from several threads.

    `permitted` says which documents a person may read now: whatever is read back shows text of these alone. Without it
    everything is shown as it was stored. `deleted` is told the id of every conversation that is erased.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        permitted: Permitted | None = None,
        deleted: Callable[[str], None] | None = None,
    ) -> None:
        self._database = database
        self._now = clock
        self._permitted = permitted
        self._deleted = deleted

    @classmethod
    def open(
        cls,
        url: str,
        *,
        recover: bool = True,
        permitted: Permitted | None = None,
        deleted: Callable[[str], None] | None = None,
    ) -> Self:
        """Open the database at a SQLAlchemy URL, migrated to this version's schema.

        With `recover`, turns that a crash left running become interrupted. Raises StorageError (newer schema, damaged,
        no rights) and ConfigurationError (unusable URL).
        """
        opened = cls(Database(url), permitted=permitted, deleted=deleted)
        try:
            migrate(opened._database)
            if recover:
                opened._recover()
        except BaseException:
            opened.close()
            raise
        return opened

    def _recover(self) -> None:
        left = sa.update(turns).where(turns.c.state == "running")
        with self._database.write() as connection:
            connection.execute(left.values(state="interrupted", ended=self._now()))

    @property
    def place(self) -> str:
        """The database, without its password."""
        return self._database.name

    @property
    def database(self) -> Database:
        """Where it is all kept; accounts are kept there too."""
        return self._database

    @property
    def handoffs(self) -> Handoffs:
        """Conversations that wait for a person."""
        return Handoffs(self._database, self._now)

    @property
    def curated(self) -> CuratedAnswers:
        """Answers that people have written and approved."""
        return CuratedAnswers(self._database, self._now)

    @property
    def raised(self) -> RaisedPassages:
        """Passages that people found helpful."""
        return RaisedPassages(self._database)

    @property
    def traffic(self) -> Traffic:
        """Which way everybody's answers went, for the operator."""
        return Traffic(self._database)

    def close(self) -> None:
        """Give the database connections back."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # A turn

    def start(self, user_id: str, *, language: str | None = None, title: str = "", surface: str = "") -> Conversation:
        """Begin an empty conversation; with a `surface`, one that is listed there alone."""
        now = self._now()
        begun = Conversation(uuid4().hex, user_id, title[:TITLE_CHARS], language, now, now)
        with self._database.write() as connection:
            connection.execute(
                sa.insert(conversations).values(
                    id=begun.id, user_id=user_id, title=begun.title, searchable=folded(begun.title),
                    language=language, created=now, updated=now, surface=surface,
                )
            )  # fmt: skip
        return begun

    def begin_turn(self, user_id: str, conversation_id: str, question: str) -> Turn:
        """Store the question, durably, as the conversation's newest turn. Raises NotFound."""
        now = self._now()
        with self._database.write() as connection:
            conversation = owned(connection, user_id, conversation_id, lock=True)
            last = sa.select(sa.func.max(turns.c.position)).where(turns.c.conversation_id == conversation_id)
            position = (connection.execute(last).scalar() or 0) + 1
            turn = Turn(uuid4().hex, conversation_id, position, storable(question), "running", now)
            connection.execute(
                sa.insert(turns).values(
                    id=turn.id, conversation_id=conversation_id, position=position, question=turn.question,
                    searchable=folded(turn.question), state="running", created=now,
                )
            )  # fmt: skip
            named: dict[str, str] = {}
            if not conversation.title:
                named = {"title": title_of(turn.question), "searchable": folded(title_of(turn.question))}
            update(connection, conversation_id, updated=now, **named)
        return turn

    def finish_turn(self, turn_id: str, answer: Answer) -> None:
        """Store the answer of a turn. Raises NotFound when its conversation was deleted meanwhile."""
        now = self._now()
        with self._database.write() as connection:
            turn = turn_row(connection, turn_id)
            connection.execute(sa.insert(answers).values(turn_id=turn_id, created=now, **to_row(answer)))
            # A turn replaced while it ran stays replaced.
            state = "superseded" if turn.state == "superseded" else "finished"
            words = f"{turn.searchable}\n{folded(storable(answer.text))}"
            whole = {"state": state, "searchable": words, "ended": now, "partial": "", "documents": None}
            connection.execute(sa.update(turns).where(turns.c.id == turn_id).values(whole))
            update(connection, turn.conversation_id, updated=now)

    def fail_turn(self, turn_id: str, message: str) -> None:
        """The turn ended in an error; `message` is what the person was told."""
        self._end(turn_id, "failed", error=message)

    def interrupt_turn(self, turn_id: str, partial: str = "", documents: Collection[str] | None = None) -> None:
        """The turn was stopped; `partial` is what had been written, `documents` (ids) what it may be from, if known."""
        known = None if documents is None else sorted(documents)
        self._end(turn_id, "interrupted", partial=storable(partial), documents=known)

    def _end(self, turn_id: str, state: str, **values: Any) -> None:
        ended = sa.update(turns).where(turns.c.id == turn_id, turns.c.state == "running")
        with self._database.write() as connection:
            connection.execute(ended.values(state=state, ended=self._now(), **values))

    def supersede(self, user_id: str, turn_id: str) -> Turn:
        """Take a turn and all after it out of the conversation's current branch, before it is asked again.

        Returns the turn. Nothing is erased: the replaced turns stay in the database. Raises NotFound.
        """
        with self._database.write() as connection:
            row = turn_row(connection, turn_id)
            owned(connection, user_id, row.conversation_id, lock=True)
            later = sa.and_(turns.c.conversation_id == row.conversation_id, turns.c.position >= row.position)
            connection.execute(sa.update(turns).where(later).values(state="superseded"))
        partial = self.begun(user_id, row.partial, row.documents)
        return Turn(
            row.id, row.conversation_id, row.position, row.question, "superseded", row.created, partial, row.error
        )

    # Reading

    def history(self, user_id: str, conversation_id: str, limit: int) -> builtins.list[Message]:
        """The last `limit` messages of the current branch, oldest first: answered turns only. Raises NotFound."""
        query = (
            sa.select(turns.c.question, turns.c.conversation_id, answers)
            .join(answers, answers.c.turn_id == turns.c.id)
            .where(turns.c.conversation_id == conversation_id, turns.c.state == "finished")
            .order_by(turns.c.position.desc())
            .limit((limit + 1) // 2)
        )
        with self._database.read() as connection:
            owned(connection, user_id, conversation_id)
            rows = connection.execute(query).all()
        said = self.shown(user_id, [from_row(row, row.conversation_id) for row in reversed(rows)])
        asked = [row.question for row in reversed(rows)]
        pairs = [
            (Message("user", question), Message("assistant", answer.text))
            for question, answer in zip(asked, said, strict=True)
        ]
        return [message for pair in pairs for message in pair][-limit:] if limit else []

    def task(self, user_id: str, conversation_id: str) -> TaskState | None:
        """What the newest answer of the current branch left unfinished. Raises NotFound."""
        return self.lately(user_id, conversation_id).task

    def lately(self, user_id: str, conversation_id: str) -> Lately:
        """What the last answers of the current branch left behind. Raises NotFound."""
        with self._database.read() as connection:
            owned(connection, user_id, conversation_id)
            return lately_of(connection, conversation_id)

    def turns(self, user_id: str, conversation_id: str) -> builtins.list[Turn]:
        """The current branch with its answers and the person's verdicts, oldest first. Raises NotFound."""
        columns = [column.label(f"answer_{column.name}") for column in answers.c]
        query = (
            sa.select(turns, *columns)
            .outerjoin(answers, answers.c.turn_id == turns.c.id)
            .where(turns.c.conversation_id == conversation_id, turns.c.state != "superseded")
            .order_by(turns.c.position)
        )
        with self._database.read() as connection:
            owned(connection, user_id, conversation_id)
            rows = connection.execute(query).all()
            given = verdicts.current_of(connection, user_id, (row.answer_id for row in rows if row.answer_id))
        found = [turn_of(row, given) for row in rows]
        shown = iter(self.shown(user_id, [turn.answer for turn in found if turn.answer is not None]))
        return [
            replace(
                turn, partial=self.begun(user_id, turn.partial, turn.documents),
                answer=None if turn.answer is None else next(shown),
            ) for turn in found
        ]  # fmt: skip

    def list(
        self, user_id: str, limit: int = 50, search: str = "", *, surface: str = ""
    ) -> builtins.list[Conversation]:
        """A person's conversations of a surface, latest first; with `search`, those that hold all its words."""
        query = listing(user_id, limit, folded(storable(search)).split()[:12], surface)
        with self._database.read() as connection:
            return [conversation_of(row) for row in connection.execute(query)]

    def get(self, user_id: str, conversation_id: str) -> Conversation:
        """One conversation. Raises NotFound."""
        with self._database.read() as connection:
            return conversation_of(owned(connection, user_id, conversation_id))

    def answer(self, user_id: str, answer_id: str) -> Answer:
        """One answer of one of this person's conversations. Raises NotFound."""
        with self._database.read() as connection:
            found = answer_of(connection, user_id, answer_id)
        return self.shown(user_id, [found])[0]

    def shown(self, user_id: str, stored: Sequence[Answer]) -> builtins.list[Answer]:
        """Answers as this person may see them now."""
        readable = self.readable(user_id, documents_of(stored))
        return [withheld(answer, readable) for answer in stored]

    def begun(self, user_id: str, partial: str, documents: Collection[str] | None) -> str:
        """What an interrupted turn had written, as this person may see it now.

        Of no sentence of it is known which document it is from, so it takes the right to read all of `documents`. Where
        these are not known, whoever uses Pilares without accounts sees it.
        """
        if self._permitted is None or not partial:
            return partial
        if documents is None:
            return partial if user_id == LOCAL_USER else ""
        return partial if set(documents) <= set(self.readable(user_id, documents)) else ""

    def readable(self, user_id: str, documents: Collection[str]) -> Collection[str]:
        """Of some documents (ids), those that this person may read now."""
        return documents if self._permitted is None else self._permitted(user_id, documents)

    # Changing

    def rename(self, user_id: str, conversation_id: str, title: str) -> Conversation:
        """Give a conversation another title (cut at 80 characters). Raises NotFound."""
        clean = " ".join(storable(title).split())[:TITLE_CHARS]
        with self._database.write() as connection:
            owned(connection, user_id, conversation_id, lock=True)
            update(connection, conversation_id, title=clean, searchable=folded(clean))
            return conversation_of(owned(connection, user_id, conversation_id))

    def delete(self, user_id: str, conversation_id: str) -> None:
        """Erase what was said; the bare row stays, so that a late answer is not stored. Raises NotFound."""
        with self._database.write() as connection:
            owned(connection, user_id, conversation_id, lock=True)
            erase(connection, conversation_id, self._now())
        if self._deleted is not None:
            self._deleted(conversation_id)

    def add_feedback(
        self,
        user_id: str,
        answer_id: str,
        verdict: Verdict,
        *,
        reason: str = "",
        correction: str = "",
        surface: str = "ui",
        adds: bool = False,
    ) -> Feedback:
        """Store a person's verdict on an answer of theirs, in place of their earlier one.

        With `adds`, what is empty here stays as it was said before, with the same verdict.
        Raises NotFound and InvalidRequest (unknown verdict, text too long).
        """
        verdicts.check(verdict, reason, correction)
        with self._database.write() as connection:
            answer_of(connection, user_id, answer_id)
            if adds:
                reason, correction = verdicts.with_earlier(connection, user_id, answer_id, verdict, reason, correction)
            return verdicts.add(connection, answer_id, user_id, verdict, reason, correction, surface)

    def feedback(
        self, *, limit: int = 100, verdict: Verdict | None = None, since: datetime | None = None, history: bool = False
    ) -> builtins.list[Feedback]:
        """Everyone's verdicts for the operator, newest first; `history` adds the replaced ones."""
        with self._database.read() as connection:
            return verdicts.newest(connection, limit, verdict, since, history)
