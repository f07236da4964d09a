"""How well chunks fit what a question needs: ours against the recursive 200-token splitter, in one run.

The data and the measure are those of Chroma's "Evaluating Chunking Strategies for Retrieval" (2024,
https://research.trychroma.com/evaluating-chunking): every question names the exact excerpts of its answer, the five
chunks nearest to the question are taken, and both are compared as stretches of the text. The stretches are counted in
characters, as the published program does. Search is exact, over the chunks of all texts together.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from time import perf_counter

import numpy as np
from rich.console import Console

from assistant.models.models import Models
from assistant.settings import load_settings
from benchmarks.table import Row, options, parsed, publish, ratio
from knowledge.chunk import chunk_document
from knowledge.embedder import Embedder
from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader
from knowledge.settings import KnowledgeSettings
from knowledge.store.chunks import embedded_text

Span = tuple[int, int]

RETRIEVED = 5
TOKENS = 200
BASELINE = f"recursive, {TOKENS} tokens"
SEPARATORS = ["\n\n", "\n", ".", "?", "!", " ", ""]  # the published splitter's
_FAR = 40  # characters of mark-up between two words, and of what was left out


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk: where it lies in its text, and what is embedded of it."""

    start: int
    end: int
    embedded: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the text it is about, and the excerpts that answer it."""

    text: str
    corpus: str
    excerpts: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Of one question: shares of characters. IoU is the intersection over the union of excerpts and chunks."""

    recall: float
    precision: float
    iou: float


Chunker = Callable[[str, str], list[Piece]]


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="DIR", help="holds chunking, as published")
    parser.add_argument("--corpora", nargs="+", metavar="NAME", help="only these texts and their questions")
    chosen = parsed(parser)
    found = [each for each in (chosen.data / "chunking", chosen.data / "retrieval" / "chunking") if each.is_dir()]
    if not found:
        print(f"Left out: {chosen.data} holds no folder `chunking`. Name the folder of the data set with --data.")
        return
    texts, questions = read(found[0], chosen.corpora)
    settings = load_settings()
    with Models(settings) as models:
        embedder = models.embedder()
        rows = compare(texts, questions, embedder, settings.knowledge)
    publish(f"chunking, {len(questions)} questions", rows, chosen.json)


def read(folder: Path, only: Sequence[str] | None = None) -> tuple[dict[str, str], list[Question]]:
    """The texts by name, and the questions about them."""
    with (folder / "questions_df.csv").open(encoding="utf-8", newline="") as stream:
        questions = [
            Question(
                row["question"],
                row["corpus_id"],
                tuple((int(each["start_index"]), int(each["end_index"])) for each in json.loads(row["references"])),
            )
            for row in csv.DictReader(stream)
        ]
    names = dict.fromkeys(each.corpus for each in questions)
    texts = {name: (folder / "corpora" / f"{name}.md").read_text("utf-8") for name in names if name in (only or names)}
    return texts, [each for each in questions if each.corpus in texts]


def compare(
    texts: Mapping[str, str], questions: Sequence[Question], embedder: Embedder, settings: KnowledgeSettings
) -> list[Row]:
    """One row per chunker and text, and one over all questions."""
    console = Console(stderr=True)
    asked = embedder.embed_queries([each.text for each in questions])
    chunkers: dict[str, Chunker] = {BASELINE: recursive(embedder), "ours": ours(embedder, settings)}
    rows: dict[str, list[Row]] = {}
    for name, chunker in chunkers.items():
        began = perf_counter()
        pieces = [(corpus, piece) for corpus, text in texts.items() for piece in chunker(corpus, text)]
        cut = perf_counter() - began
        vectors = embedder.embed_passages([piece.embedded for _, piece in pieces])
        console.print(f"{name}: {len(pieces)} chunks, cut in {cut:.1f} s, with vectors {perf_counter() - began:.0f} s")
        nearest = np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, :RETRIEVED]
        scores = [
            score(question, [pieces[place] for place in row]) for question, row in zip(questions, nearest, strict=True)
        ]
        rows[name] = summary(name, texts, questions, scores, pieces)
    first = next(iter(rows.values()))
    compared = [{**row, **_of(row, before)} for each in rows.values() for row, before in zip(each, first, strict=True)]
    return sorted(compared, key=lambda row: [*texts, "all"].index(row["text"]))


def score(question: Question, chunks: Sequence[tuple[str, Piece]]) -> Score:
    """Compare the excerpts with what was retrieved, chunks of other texts included."""
    own = [(piece.start, piece.end) for corpus, piece in chunks if corpus == question.corpus]
    hit = covered(overlap(excerpt, chunk) for excerpt in question.excerpts for chunk in own)
    wanted, taken = covered(question.excerpts), sum(piece.end - piece.start for _, piece in chunks)
    return Score(hit / wanted, hit / taken, hit / (taken + wanted - hit))


def overlap(one: Span, other: Span) -> Span:
    """What two stretches share; an empty stretch when that is nothing."""
    start = max(one[0], other[0])
    return start, max(start, min(one[1], other[1]))


def covered(spans: Iterator[Span] | Sequence[Span]) -> int:
    """Characters that lie in at least one of the stretches."""
    total = reached = 0
    for start, end in sorted(spans):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def summary(
    name: str,
    texts: Mapping[str, str],
    questions: Sequence[Question],
    scores: Sequence[Score],
    pieces: Sequence[tuple[str, Piece]],
) -> list[Row]:
    """Means per text and over all questions."""
    rows: list[Row] = []
    for text in [*texts, "all"]:
        some = [each for each, asked in zip(scores, questions, strict=True) if text in ("all", asked.corpus)]
        own = [piece for corpus, piece in pieces if text in ("all", corpus)]
        rows.append(
            {
                "text": text,
                "chunker": name,
                "questions": len(some),
                "chunks": len(own),
                "characters": round(mean(piece.end - piece.start for piece in own)),
                "recall": mean(each.recall for each in some),
                "precision": mean(each.precision for each in some),
                "iou": mean(each.iou for each in some),
            }
        )
    return rows


def _of(row: Row, before: Row) -> Row:
    return {f"{figure} of recursive": ratio(row[figure], before[figure]) for figure in ("recall", "iou")}


def recursive(embedder: Embedder) -> Chunker:
    """The published baseline: LangChain's splitter, no overlap, sizes in tokens of the embedder."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=SEPARATORS,
        chunk_size=TOKENS,
        chunk_overlap=0,
        length_function=lambda text: embedder.count_tokens([text])[0],
        add_start_index=True,
    )

    def cut(_: str, text: str) -> list[Piece]:
        found = [(each.metadata["start_index"], each.page_content) for each in splitter.create_documents([text])]
        return [Piece(start, start + len(content), content) for start, content in found]

    return cut


def ours(embedder: Embedder, settings: KnowledgeSettings) -> Chunker:
    """A file as it is taken in: read as Markdown, cut, each chunk embedded under its title and headings."""
    reader = FileReader()

    def cut(name: str, text: str) -> list[Piece]:
        read = reader.read(RawFile(f"{name}.md", text.encode(), settings.max_unpacked_bytes))
        chunks = chunk_document(read, embedder.count_tokens, settings)
        spans = located([chunk.text for chunk in chunks], text)
        title = read.title or name
        return [
            Piece(*span, embedded_text(title, chunk.heading, chunk.text))
            for chunk, span in zip(chunks, spans, strict=True)
        ]

    return cut


def located(chunks: Sequence[str], text: str) -> list[Span]:
    """Where the words of consecutive chunks stand in the text they were read from, which has mark-up between them."""
    spans = []
    at = 0
    for chunk in chunks:
        places = []
        for word in chunk.split():
            place = text.find(word, at, at + len(word) + _FAR)
            if place >= 0:  # a word that was made while reading is passed over
                places.append((place, place + len(word)))
                at = place + len(word)
        spans.append((places[0][0], places[-1][1]) if places else (at, at))
    return spans


if __name__ == "__main__":
    main()
