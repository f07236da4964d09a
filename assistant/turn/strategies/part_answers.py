"""What the documents say of one part of a question, and all parts put together into one answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.citations import Grounded, citation_of, marked, without_markers
from assistant.grounding.judge import JudgedLine
from assistant.messages import message
from assistant.turn.answer import Citation, Support
from assistant.turn.quoting import plain, shown
from assistant.turn.read import CLEAR
from assistant.turn.strategies.aligned import Side, asked_cells, table
from assistant.turn.strategies.comparing import Asked
from assistant.turn.strategies.gap import gap
from knowledge.lexical.analyzer import Analyzer


@dataclass(frozen=True, slots=True)
class Said:
    """A part with the answer to it, empty when the documents do not give one.

    `lines` are what it rests on, and `sure` is P(a line answers).
    """

    asked: Asked
    grounded: Grounded | None = None
    lines: tuple[JudgedLine, ...] = ()
    quoted: bool = False
    sure: float = 0.0

    @property
    def found(self) -> bool:
        """Whether the documents say it."""
        return self.grounded is not None

    @property
    def text(self) -> str:
        """The answer with its markers."""
        return "" if self.grounded is None else self.grounded.text


def one_after_the_other(parts: Sequence[Said], language: str) -> Grounded:
    """A paragraph for each part; one that the documents do not answer is named."""
    texts = []
    for part in parts:
        if not part.found:
            texts.append(message("part_missing", language, part=part.asked.label))
        elif part.quoted:
            texts.append(f"{message('part_lines', language, part=part.asked.label)}\n\n{part.text}")
        else:
            texts.append(part.text)
    return _joined("\n\n".join(texts), parts)


def compared(parts: Sequence[Said], question: str, language: str, analyzer: Analyzer) -> Grounded:
    """Each thing with what the documents say of it; as a table where their rows have several columns in common."""
    sides = [Side(each.asked.label, plain(each.lines[0].sentence), each.lines[0].evidence.number)
             for each in parts if each.found]  # fmt: skip
    if len(sides) == len(parts) and not _of_one_line(parts):
        apart = message("compared_apart", language)
        if rows := table(sides, question, language, analyzer, apart):
            return Grounded(rows, *_grounds([each.lines[0] for each in parts]))
    lines = [_line(each, language, analyzer) for each in parts]
    if closing := _gap(parts, language):
        lines += ["", closing]
    return _joined("\n".join(lines), parts)


def _line(part: Said, language: str, analyzer: Analyzer) -> str:
    if not part.found:
        return message("compared_missing", language, label=part.asked.label)
    if part.quoted:
        lines = [_shown(line, part.asked, language, analyzer) for line in part.lines]
        return message("compared_line", language, label=part.asked.label, text=" · ".join(lines))
    return message("compared_line", language, label=part.asked.label, text=" ".join(part.text.split()))


def _shown(line: JudgedLine, asked: Asked, language: str, analyzer: Analyzer) -> str:
    """A line with its marker; of a row, the cells whose names the question has, when there are such."""
    text = " ".join(plain(line.sentence).split())
    wanted = asked_cells(text, asked.question, asked.label, language, analyzer)
    return marked(wanted or " ".join(shown(line.sentence).split()), (line.evidence.number,))


def _gap(parts: Sequence[Said], language: str) -> str:
    """What two things differ by, when each has one figure of the same unit."""
    if len(parts) != 2 or not all(each.found and each.sure >= CLEAR for each in parts):
        return ""
    one, two = (_without(each.asked.label, without_markers(each.text)) for each in parts)
    found = gap(one, two)
    if found is None:
        return ""
    if found.higher is None:
        return message("compared_same", language, amount=found.amount)
    return message("compared_gap", language, amount=found.amount, label=parts[found.higher].asked.label)


def _without(label: str, text: str) -> str:
    """A text without the name of what it is about, whose figures are none."""
    for word in label.split():
        if any(letter.isdigit() for letter in word):
            text = text.replace(word, "")
    return text


def _of_one_line(parts: Sequence[Said]) -> bool:
    """Whether all things are answered by the same line, which then is no row of one of them."""
    places = {(each.lines[0].evidence.passage.document_id, each.lines[0].sentence.start) for each in parts}
    return len(places) < len(parts)


def quoted_lines(lines: Sequence[JudgedLine]) -> Grounded:
    """Lines word for word, as a list."""
    text = "\n".join(f"- {marked(shown(each.sentence), (each.evidence.number,))}" for each in lines)
    return Grounded(text, *_grounds(lines))


def _grounds(lines: Sequence[JudgedLine]) -> tuple[tuple[Citation, ...], tuple[Support, ...]]:
    citations = tuple(dict.fromkeys(citation_of(each.evidence, each.sentence) for each in lines))
    support = tuple(Support(shown(each.sentence), 1.0, True, (each.evidence.number,)) for each in lines)
    return citations, support


def _joined(text: str, parts: Sequence[Said]) -> Grounded:
    grounds = [each.grounded for each in parts if each.grounded is not None]
    citations = dict.fromkeys(citation for each in grounds for citation in each.citations)
    return Grounded(text, tuple(citations), tuple(support for each in grounds for support in each.support))
