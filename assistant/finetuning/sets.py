"""What the grounded adapter learns from beside organisations: sets of questions, and files of claims.

Only the tune half of either is used; the test half is for reports (`assistant.evaluation.halves`).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assistant.evaluation.answers import take_in
from assistant.evaluation.formats import Question, QuestionSet, read_questions
from assistant.evaluation.halves import Half, in_half
from assistant.evaluation.jsonl import read_rows
from assistant.finetuning.evidence import Mark, marked_blocks
from assistant.finetuning.search import Searches
from finetune.grounded.evidence import EvidenceBlock, EvidenceLine, EvidenceRow
from finetune.grounded.examples import Stands
from knowledge.sentences import split_sentences

LANGUAGES = ("en", "es")
# A line that shares so much of its words with a sentence of the evidence, or of that sentence's with it, is that
# sentence: corpora are cut and spaced in other ways than their annotations.
LEAST_WORDS, OF_LINE, OF_EVIDENCE = 4, 0.8, 0.9
# How often a claim is shown, and how much of its context.
TIMES, LONGEST_CONTEXT = 2, 2500
_WORD = re.compile(r"\w+")


def questions_to_learn(folder: Path, half: Half = "tune") -> QuestionSet:
    """The questions of a half that can be asked without what was said before.

    Raises InvalidRequest naming the file and line that is wrong.
    """
    data = read_questions(folder).chosen(half)
    return replace(data, questions=tuple(filter(_usable, data.questions)))


def set_rows(folder: Path, searches: Searches, half: Half = "tune") -> Iterator[EvidenceRow]:
    """A row for each of the `questions_to_learn`."""
    data = questions_to_learn(folder, half)
    with searches.over(lambda library: take_in(library, data)) as search:
        for question in data.questions:
            found = marked_blocks(search.evidence(question.text, question.language), _marked(question))
            wanted = len(question.facts or question.evidence) if question.answerable else 0
            # A text that answers stands in every line that does; of a longer answer, other lines may hold a part.
            marked = bool(question.facts) or not question.answerable
            yield EvidenceRow(question.text, question.language, found, wanted=wanted, marked=marked)


def claims(file: Path) -> Iterator[Stands]:
    """Claims {id, claim, context, supported, optional title} and whether their context states them, each twice.

    Raises InvalidRequest naming the file and line that is wrong.
    """
    for row in read_rows(file):
        if in_half(row.identifier("id"), "tune"):
            sentences = split_sentences(row.text("context")[:LONGEST_CONTEXT])
            lines = tuple(EvidenceLine(sentence.text) for sentence in sentences)
            block = EvidenceBlock(row.text("title", "Abstract"), "", lines)
            for _ in range(TIMES):
                yield Stands(row.text("claim"), (block,), row.truth("supported"))


def _usable(question: Question) -> bool:
    if question.history or question.language not in LANGUAGES:
        return False
    return not question.answerable or bool(question.documents and (question.facts or question.evidence))


def _marked(question: Question) -> Mark:
    documents = {*question.documents, *question.equivalent} if question.answerable else set()
    facts = [[text.casefold() for text in fact if text.strip()] for fact in question.facts]
    evidence = [_words(text) for text in question.evidence]

    def mark(document: str, text: str) -> EvidenceLine:
        if document not in documents and document.rpartition(".")[0] not in documents:
            return EvidenceLine(text)
        line, words = text.casefold(), _words(text)
        if facts:
            right = [any(form in line for form in fact) for fact in facts]
        else:
            right = [_same(words, each) for each in evidence]
        return EvidenceLine(text, right.index(True) + 1 if any(right) else 0)

    return mark


def _same(line: frozenset[str], evidence: frozenset[str]) -> bool:
    shared = len(line & evidence)
    return (len(line) >= LEAST_WORDS and shared >= OF_LINE * len(line)) or shared > OF_EVIDENCE * len(evidence) > 0


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
