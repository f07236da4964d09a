"""Curated answers written by hand, and those that somebody has looked at again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from assistant.curated.record import Curated, Ground
from assistant.curated.standing import Documents, placed_in
from assistant.errors import InvalidRequest
from assistant.storage.folding import storable
from assistant.turn.language import recognise
from knowledge.errors import DocumentNotFound

LONGEST_QUESTION, LONGEST_ANSWER = 1_000, 20_000


def written(
    documents: Documents, question: str, answer: str, document: str, lines: Sequence[str], *, by: str, days: int,
    language: str | None = None,
) -> Curated:  # fmt: skip
    """A curated answer that rests on lines of a document, for whoever may read it.

    Raises InvalidRequest for what is empty or too long and for a line that does not stand in the document;
    DocumentNotFound.
    """
    asked, said = storable(" ".join(question.split())), storable(answer.strip())
    for what, text, longest in (("question", asked, LONGEST_QUESTION), ("answer", said, LONGEST_ANSWER)):
        if not text or len(text) > longest:
            why = "empty" if not text else f"longer than {longest} characters"
            raise InvalidRequest(f"The {what} is {why}. Nothing was added.")
    found = documents.document(document)
    text = documents.text(found.id)
    grounds = list[Ground]()
    for line in dict.fromkeys(each.strip() for each in lines):
        ground = placed_in(text, Ground(found.id, found.name, found.title, line, 0, len(line)))
        if not line or ground is None:
            raise InvalidRequest(
                f"{line[:80]!r} does not stand word for word in {found.name}. Copy the sentence as "
                f"`pilares documents show {found.name}` prints it, or add a document that says so."
            )
        grounds.append(ground)
    if not grounds:
        raise InvalidRequest("A curated answer rests on a sentence of a document. Name one with --line.")
    now = datetime.now(UTC)
    return Curated(
        uuid4().hex, asked, said, language or recognise(asked, None).language, tuple(grounds), found.audience, by, by,
        now.date(), now.date() + timedelta(days=days), "served", now, now,
    )  # fmt: skip


def still_there(curated: Curated, documents: Documents) -> tuple[Ground, ...]:
    """Its sentences where they stand now. Raises InvalidRequest for one that is gone."""
    found = list[Ground]()
    for ground in curated.grounds:
        try:
            placed = placed_in(documents.text(ground.document_id), ground)
        except DocumentNotFound:
            placed = None
        if placed is None:
            raise InvalidRequest(
                f"{ground.document} no longer has the sentence {ground.quote[:80]!r}. Retire the answer with "
                f"`pilares curated retire {curated.id[:8]}` and write another one."
            )
        found.append(placed)
    return tuple(found)
