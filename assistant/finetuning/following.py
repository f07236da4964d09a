"""What follows at once from what people say and reviewers accept: curated answers, and passages that rise."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from assistant.curated.making import REVIEW_DAYS, Curator, Followed, Said, said_by
from assistant.curated.rested import grounds_of
from assistant.errors import NotFound
from assistant.raising.store import Helped
from assistant.storage.records import Feedback
from finetune.queue import Queued

if TYPE_CHECKING:
    from assistant.storage.conversations import Conversations
    from assistant.turn.answer import Answer

MOST_FEEDBACK = 100_000
# Of one person so many passages rise at most, the newest.
MOST_PER_PERSON = 50


def follow(
    conversations: "Conversations", rows: Sequence[Queued], *, trusted: Collection[str] = (), days: int = REVIEW_DAYS
) -> Followed:
    """Bring curated answers and rising passages in step with the review queue; doing it again changes nothing.

    Thumbs of people in `trusted` count without a review.
    """
    given = conversations.feedback(limit=MOST_FEEDBACK)
    said = said_by(given, conversations.handoffs.answered())
    followed = Curator(conversations.curated, conversations.answer, said, days=days).follow(rows)
    conversations.raised.replace([*_helped(conversations, given, rows, trusted)])
    return followed


def _helped(
    conversations: "Conversations", given: Sequence[Feedback], rows: Sequence[Queued], trusted: Collection[str]
) -> "Iterator[Helped]":
    accepted = {
        (each.example.origin.user, each.example.origin.created): each.example
        for each in rows
        if each.state == "accepted" and each.example.origin.source in ("feedback", "edit")
        if each.example.kind == "chat" or each.example.good
    }
    count = dict[str, int]()
    for each in given:  # newest first
        example = accepted.get((each.user_id, each.created.isoformat(timespec="seconds")))
        if (example is None and each.user_id not in trusted) or (each.verdict == "down" and not each.correction):
            continue
        try:
            answer = conversations.answer(each.user_id, each.answer_id)
        except NotFound:
            continue
        if each.correction:
            places = [(ground.document_id, ground.quote) for ground in grounds_of(example, answer)] if example else []
        else:
            places = _cited(answer)
        for document, quote in places:
            count[each.user_id] = count.get(each.user_id, 0) + 1
            if count[each.user_id] <= MOST_PER_PERSON:
                understood = answer.understanding
                yield Helped(each.id, understood.question, understood.language, document, quote, each.created)


def _cited(answer: "Answer") -> list[tuple[str, str]]:
    return list(dict.fromkeys((each.document_id, each.quote) for each in answer.citations))


__all__ = ["Followed", "Said", "follow"]
