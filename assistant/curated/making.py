"""Makes curated answers of corrections that somebody has accepted, and takes them back with them.

What is served is what the person wrote, word for word; the example that was reviewed says that it was accepted and
which sentences it rests on. An example with personal data or a secret in it makes no curated answer.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from assistant.curated.record import Curated
from assistant.curated.rested import grounds_of
from assistant.curated.store import CuratedAnswers
from assistant.errors import NotFound
from assistant.finetuning.collecting import Answers
from assistant.handoff.record import HandedOver
from assistant.storage.records import Feedback
from assistant.turn.answer import Answer
from finetune.examples import Example
from finetune.queue import Queued

REVIEW_DAYS = 180
_PLACEHOLDER = re.compile(r"\[[a-z]+_\d+\]")
_TRUSTED = "trusted: "
_CURATED = ("edit", "handoff")
TAKEN_BACK = "the correction it was made of is no longer accepted"


@dataclass(frozen=True, slots=True)
class Followed:
    """Curated answers that were made, those that were retired, and how many corrections made none, by reason."""

    made: tuple[Curated, ...] = ()
    retired: tuple[Curated, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Said:
    """What a person wrote in the place of an answer: on which one, and who it was."""

    answer_id: str
    reader: str
    author: str
    text: str


def said_by(feedback: Iterable[Feedback], handed_over: Iterable[HandedOver]) -> Mapping[tuple[str, str], Said]:
    """Corrections and people's answers by person and time, as reviewed examples name them."""
    found = {
        (each.user_id, _second(each.created)): Said(each.answer_id, each.user_id, each.user_id, each.correction.strip())
        for each in feedback
        if each.correction.strip()
    }
    return found | {
        (each.user_id, _second(each.created)): Said(each.answer_id, each.user_id, each.operator, each.reply.strip())
        for each in handed_over
    }


class Curator:
    """Keeps curated answers in step with the review queue; doing it again changes nothing."""

    def __init__(
        self, store: CuratedAnswers, answers: Answers, said: Mapping[tuple[str, str], Said], *,
        days: int = REVIEW_DAYS, today: date | None = None,
    ) -> None:  # fmt: skip
        self._store = store
        self._answers = answers
        self._said = said
        self._days = days
        self._today = today or datetime.now(UTC).date()

    def follow(self, rows: Sequence[Queued]) -> Followed:
        """Make those of newly accepted rows, retire those whose rows are not accepted any more."""
        accepted = {
            each.example.id: each.example
            for each in rows
            if each.state == "accepted" and each.example.kind == "chat" and each.example.origin.source in _CURATED
        }
        known = self._store.find()
        retired = [
            self._store.retire(each.id, TAKEN_BACK)
            for each in known
            if each.row and each.state != "retired" and each.row not in accepted
        ]
        made, left_out = list[Curated](), Counter[str]()
        for row in accepted.keys() - {each.row for each in known}:
            try:
                made.append(new := self._made(accepted[row]))
                self._store.add(new)
            except _LeftOut as reason:
                left_out[str(reason)] += 1
        return Followed(tuple(made), tuple(retired), left_out)

    def _made(self, example: Example) -> Curated:
        origin = example.origin
        said = self._said.get((origin.user, origin.created))
        if said is None:
            raise _LeftOut("what the person wrote is gone")
        if any(_PLACEHOLDER.search(text) for text in (example.messages[-1].content, example.completion)):
            raise _LeftOut("there is personal data in it or in its lines")
        answer = self._answer(said)
        grounds = grounds_of(example, answer)
        if not grounds:
            raise _LeftOut("it names no sentence of a document")
        now = datetime.now(UTC)
        return Curated(
            uuid4().hex, answer.understanding.question, said.text, answer.understanding.language, grounds,
            origin.groups, said.author, origin.reviewed_by.removeprefix(_TRUSTED) or "operator", self._today,
            self._today + timedelta(days=self._days), "served", now, now, row=example.id,
            conversation_id=answer.conversation_id,
        )  # fmt: skip

    def _answer(self, said: Said) -> Answer:
        try:
            return self._answers(said.reader, said.answer_id)
        except NotFound:
            raise _LeftOut("the answer is gone") from None


class _LeftOut(Exception):
    """Why a correction makes no curated answer."""


def _second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
