"""Stored answers, as somebody may see them today: without the text of documents that were taken from them since."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from assistant.messages import message
from assistant.turn.answer import Answer, Evidence
from knowledge.passage import Passage, Sentence


def documents_of(answers: Iterable[Answer]) -> set[str]:
    """Ids of the documents that any of the answers shows text of."""
    found: set[str] = set()
    for answer in answers:
        found.update(each.passage.document_id for each in answer.evidence)
        found.update(each.document_id for each in answer.citations)
    return found


def withheld(answer: Answer, readable: Collection[str]) -> Answer:
    """The answer without anything of documents that are not `readable`: no passage, quote, title or name.

    The text stays only when every sentence of it is tied to a document that may be read: what a model wrote with the
    others before it may repeat them.
    """
    gone = documents_of([answer]) - set(readable)
    if not gone:
        return answer
    language = answer.understanding.language
    kept = tuple(each for each in answer.citations if each.document_id not in gone)
    tied = bool(answer.support) and all(each.citations for each in answer.support)
    shown = replace(
        answer,
        evidence=tuple(
            _emptied(each, language) if each.passage.document_id in gone else each for each in answer.evidence
        ),
        citations=kept,
    )
    if answer.abstained:  # its text names the documents that were searched
        return replace(shown, text=message("abstention", language))
    if tied and kept == answer.citations:
        return shown
    return replace(shown, text=message("withheld", language), citations=(), support=())


def _emptied(evidence: Evidence, language: str) -> Evidence:
    """The evidence with a sentence in place of its passage; it keeps its number, which the others count from."""
    text = message("withheld_passage", language)
    passage = Passage("", "", "", message("withheld_title", language), (), text, 0, len(text), None, language, 0.0)
    return Evidence(evidence.number, passage, Sentence(text, 0, len(text)), 0.0)
