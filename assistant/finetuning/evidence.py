"""Rows of evidence for the grounded adapter: what the product's search finds, with the lines marked that answer."""

from collections.abc import Callable, Iterable, Iterator

from assistant.finetuning.search import Search
from assistant.turn.answer import Evidence
from assistant.turn.trained_prompts import under_headings
from finetune.grounded.evidence import EvidenceBlock, EvidenceLine, EvidenceRow
from finetune.organisations.organisation import LineQuestion, Organisation

TOGETHER = "two"  # the kind of question whose lines are all needed
# Document and text of a line; how it is marked.
Mark = Callable[[str, str], EvidenceLine]


def questions_of(organisation: Organisation) -> Iterator[LineQuestion]:
    """The questions of an organisation, its follow-ups in the form in which they stand alone among them."""
    yield from organisation.questions
    for each in organisation.follow_ups:
        yield LineQuestion(each.standalone, each.language, "follow-up", each.lines, ())


def organisation_rows(organisation: Organisation, search: Search) -> Iterator[EvidenceRow]:
    """A row for each question."""
    passages = search.passages()
    everything = [Evidence(0, each, each.sentences[0], 0.0, each.sentences) for each in passages if each.sentences]
    for question in questions_of(organisation):
        mark = _marked(question)
        found = marked_blocks(search.evidence(question.text, question.language), mark)
        numbers = {line.answers for block in found for line in block.lines}
        missing = [
            EvidenceBlock(block.heading, block.document, (line,))
            for block in (marked_blocks(everything, mark) if question.answers else ())
            for line in block.lines
            if line.answers not in {0, *numbers}
        ]
        yield EvidenceRow(
            question.text, question.language, found, tuple(missing), len(question.answers),
            together=question.kind == TOGETHER, answer=question.answer, wrong=question.wrong,
        )  # fmt: skip


def marked_blocks(evidence: Iterable[Evidence], mark: Mark) -> tuple[EvidenceBlock, ...]:
    """The lines that a model reads, under the headings that it sees."""
    return tuple(
        EvidenceBlock(
            under_headings([(each.passage, each.best)])[0].heading,
            each.passage.document,
            tuple(mark(each.passage.document, sentence.text) for sentence in each.selected),
        )
        for each in evidence
    )


def _marked(question: LineQuestion) -> Mark:
    def mark(document: str, text: str) -> EvidenceLine:
        right = enumerate(question.answers, start=1)
        number = next((number for number, line in right if line.is_in(document, text)), 0)
        return EvidenceLine(text, number, any(line.is_in(document, text) for line in question.near))

    return mark
