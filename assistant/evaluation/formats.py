"""Reads evaluation sets: BEIR folders for retrieval, folders of questions for answers.

A BEIR folder holds corpus.jsonl {_id, title, text}, queries.jsonl {_id, text, optional history} and qrels/test.tsv
(query-id, corpus-id, score). A folder of questions holds questions.jsonl {id, question, answerable, optional lang,
history, docs, equivalent, answer_any, evidence, reference, kind} and corpus/ (files of any format Pilares reads) or
corpus.jsonl.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from assistant.errors import InvalidRequest
from assistant.evaluation.halves import Half, in_half
from assistant.evaluation.jsonl import Row, read_lines, read_rows
from assistant.turn.answer import Message

Qrels = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Text:
    """A document of a corpus file."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """Something to search for, with what was said before it."""

    id: str
    text: str
    history: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """A corpus, the queries that have a relevant document, and what is relevant to each: a gain per document."""

    corpus: tuple[Text, ...]
    queries: tuple[Query, ...]
    qrels: Qrels

    def half(self, half: Half) -> "RetrievalSet":
        """The same corpus with the queries of one half. Raises InvalidRequest when none is left."""
        return RetrievalSet(self.corpus, _kept(self.queries, half), self.qrels)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold answer.

    `facts` are the required facts, each a tuple of accepted texts. `documents` hold the answer; `equivalent` ones say
    the same, and citing them is right too. `evidence` are sentences of the documents that answer. Without facts and
    without documents it is small talk.
    """

    id: str
    language: str
    text: str
    answerable: bool
    history: tuple[Message, ...] = ()
    documents: tuple[str, ...] = ()
    equivalent: tuple[str, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[str, ...] = ()
    reference: str = ""
    kind: str = ""


Asked = TypeVar("Asked", Query, Question)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions and the documents to answer them from: a folder of files, or texts."""

    questions: tuple[Question, ...]
    folder: Path | None = None
    texts: tuple[Text, ...] = field(default=())

    def chosen(self, half: Half = "all", kind: str | None = None, limit: int | None = None) -> "QuestionSet":
        """The questions of a half and a kind, `limit` of them evenly from first to last (sets are often sorted).

        Raises InvalidRequest when none is left.
        """
        kept = self.questions
        if kind is not None:
            kinds = sorted({question.kind for question in kept} - {""})
            kept = tuple(question for question in kept if question.kind == kind)
            if not kept:
                there = f"It has: {', '.join(kinds)}." if kinds else "Its questions have no kinds; leave --kind out."
                raise InvalidRequest(f"The set has no questions of the kind {kind!r}. {there}")
        kept = _kept(kept, half)
        if limit is not None and limit < len(kept):
            kept = tuple(kept[number * len(kept) // limit] for number in range(limit))
        return QuestionSet(kept, self.folder, self.texts)


def read_retrieval(folder: Path) -> RetrievalSet:
    """Read a BEIR folder. Raises InvalidRequest naming the file and line that is wrong."""
    _check_folder(folder, "corpus.jsonl, queries.jsonl and qrels/test.tsv")
    corpus = _read_corpus(_existing(folder / "corpus.jsonl"))
    rows = list(read_rows(_existing(folder / "queries.jsonl")))
    queries = [Query(row.identifier("_id"), _asked(row, "text"), row.history()) for row in rows]
    _check_unique([query.id for query in queries], rows, "_id")
    qrels = _read_qrels(_existing(folder / "qrels" / "test.tsv"), {query.id for query in queries})
    judged = tuple(query for query in queries if any(gain > 0 for gain in qrels.get(query.id, {}).values()))
    if not judged:
        raise InvalidRequest(f"{folder / 'qrels' / 'test.tsv'} names no relevant document (a score above 0).")
    return RetrievalSet(corpus, judged, qrels)


def read_questions(folder: Path) -> QuestionSet:
    """Read a folder of questions. Raises InvalidRequest naming the file and line that is wrong."""
    _check_folder(folder, "questions.jsonl, and corpus/ or corpus.jsonl")
    rows = list(read_rows(_existing(folder / "questions.jsonl")))
    questions = tuple(_question(row) for row in rows)
    _check_unique([question.id for question in questions], rows, "id")
    if (folder / "corpus").is_dir():
        return QuestionSet(questions, folder=folder / "corpus")
    if not (folder / "corpus.jsonl").is_file():
        raise InvalidRequest(f"{folder} has neither corpus/ nor corpus.jsonl. Put the documents in one of them.")
    return QuestionSet(questions, texts=_read_corpus(folder / "corpus.jsonl"))


def _question(row: Row) -> Question:
    text = _asked(row, "question")
    return Question(
        id=row.identifier("id"),
        language=row.text("lang", "").strip().lower() or _language_of(text),
        text=text,
        answerable=row.truth("answerable"),
        history=row.history(),
        documents=tuple(dict.fromkeys(row.texts("docs"))),
        equivalent=tuple(dict.fromkeys(row.texts("equivalent"))),
        facts=row.facts("answer_any"),
        evidence=row.texts("evidence"),
        reference=row.text("reference", "").strip(),
        kind=row.text("kind", "").strip(),
    )


def _asked(row: Row, key: str) -> str:
    text = row.text(key)
    if not text.strip():
        raise row.refused(f"`{key}` is empty", "Write the question.")
    return text


def _language_of(text: str) -> str:
    from assistant.turn.language import detect_language

    return detect_language(text)


def _read_corpus(path: Path) -> tuple[Text, ...]:
    rows = list(read_rows(path))
    texts = tuple(Text(row.identifier("_id"), row.text("title", ""), row.text("text")) for row in rows)
    _check_unique([text.id for text in texts], rows, "_id")
    return texts


def _read_qrels(path: Path, queries: set[str]) -> dict[str, dict[str, float]]:
    """Tab-separated query-id, corpus-id, score; the header line may be missing."""
    qrels: dict[str, dict[str, float]] = {}
    for number, line in enumerate(read_lines(path), start=1):
        cells = line.strip("\r\n").split("\t")
        if not line.strip() or (number == 1 and cells[-1].strip() == "score"):
            continue
        row = Row(path, number, {})
        if len(cells) != 3:
            raise row.refused(f"{len(cells)} columns", "Write query-id, corpus-id and score with tabs between them.")
        query, document, score = (cell.strip() for cell in cells)
        if query not in queries:
            raise row.refused(f"the query {query!r} is not in queries.jsonl", "Add the query, or take the line out.")
        try:
            qrels.setdefault(query, {})[document] = float(int(score))
        except ValueError:
            raise row.refused(f"the score {score!r} is no whole number", "Write 1 for relevant, 0 for not.") from None
    return qrels


def _check_folder(folder: Path, expected: str) -> None:
    if not folder.is_dir():
        problem = "is a file" if folder.exists() else "does not exist"
        raise InvalidRequest(f"{folder} {problem}. Name a folder that holds {expected}.")
    if not any(folder.iterdir()):
        raise InvalidRequest(f"{folder} is empty. Name a folder that holds {expected}.")


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise InvalidRequest(f"{path} does not exist. See the formats in `pilares evaluate --help`.")
    return path


def _check_unique(identifiers: Iterable[str], rows: Iterable[Row], key: str) -> None:
    first: dict[str, int] = {}
    for identifier, row in zip(identifiers, rows, strict=True):
        if identifier in first:
            raise row.refused(f"`{key}` {identifier!r} is that of line {first[identifier]}", "Give every row its own.")
        first[identifier] = row.line


def _kept(rows: tuple[Asked, ...], half: Half) -> tuple[Asked, ...]:
    kept = tuple(row for row in rows if in_half(row.id, half))
    if not kept:
        raise InvalidRequest(f"No row of the set is in its {half} half. Use --half all.")
    return kept
