"""Search among 100,000 passages by people who may read all, much or little of them; and 10,000 cases without a leak.

The library is made up (`benchmarks/made_up.py`), the question's own vector is given: what is measured is the search.
Recall is that of the dense leg against comparing every readable passage. Each question is asked by everybody in turn,
so that the ratios to the reader of everything hold whatever else the machine does; `cpu_ms` is the processor's time.

Readers: who may read all; staff (0.7 of the documents); half of the departments, asking what the others know; what is
for everyone (0.2); one department; a team (0.01); all, limited to one source of twelve; staff, limited to two folders.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
import numpy.typing as npt
from rich.console import Console
from sqlalchemy import select

from assistant.evaluation.progress import OnStep, shown
from benchmarks.made_up import CHUNKS_PER_DOCUMENT, Asked, MadeUp, name_of, opened, write
from benchmarks.table import Row, options, parsed, publish, ratio
from knowledge.embedder import Vectors
from knowledge.library import Library
from knowledge.search.filters import EVERYTHING, Filter
from knowledge.settings import KnowledgeSettings
from knowledge.store import chunks, schema
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.grant_cases import GrantCases
from knowledge.testing.reader import InlineReader

Strings = npt.NDArray[np.str_]
DEPARTMENTS = 20
PASSAGES = 32  # that a turn asks for
EVERY_GROUP = ("everyone", "staff", "team", *(f"dept-{number}" for number in range(DEPARTMENTS)))


@dataclass
class Reader:
    """Somebody who asks; `far` asks only about what others know."""

    name: str
    groups: tuple[str, ...]
    filter: Filter = EVERYTHING
    far: bool = False
    readable: set[str] = field(default_factory=set)
    milliseconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)
    leaks: int = 0


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--documents", type=int, default=10_000, help=f"of {CHUNKS_PER_DOCUMENT} passages each")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--cases", type=int, default=10_000, help="random cases of documents, grants and questions")
    parser.add_argument(
        "--surfaces", type=int, default=0, metavar="N",
        help="instead: N random cases through questions, citations, previews, files, history, export, MCP and widget",
    )  # fmt: skip
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where to keep the library, or to find it again")
    chosen = parsed(parser)
    console = Console(stderr=True)
    if chosen.surfaces:
        publish("grants, through the service", surfaces(chosen.surfaces, console), chosen.json)
        return
    made = MadeUp(chosen.documents)
    audiences = [_audience(made, number) for number in range(made.documents)]
    with ExitStack() as stack:
        folder = chosen.keep or Path(stack.enter_context(TemporaryDirectory()))
        if not (folder / "knowledge.db").is_file():
            with shown("documents", console) as step:
                for done in write(folder, made, _source, audiences):
                    step(done, made.documents)
        library = stack.enter_context(opened(folder))
        console.print("Opening the vector index ...")
        library._index.opened()
        library._searcher.dense.warm()
        readers = _readers()
        _who_reads_what(library, readers, audiences)
        with shown("questions", console) as step:
            measure(library, made, readers, chosen.questions, step)
        rows = [_row(reader, readers[0], made.documents) for reader in readers]
    publish(f"grants, {made.documents * CHUNKS_PER_DOCUMENT:,} passages", rows, chosen.json)
    publish("grants, random cases", [_cases(chosen.cases, console)], None)


def surfaces(count: int, console: Console) -> list[Row]:
    """By surface: cases, those that told something which may be read, and leaks."""
    from assistant.testing.grant_surfaces import surface_cases

    with TemporaryDirectory() as folder, surface_cases(Path(folder), seed=0) as cases:
        with shown("cases through the service", console) as step:
            for outcome in cases.run(count):
                step(outcome.cases, count)
        outcome = cases.outcome
        rows: list[Row] = [
            {
                "surface": name, "cases": outcome.kinds[name], "told something": told,
                "leaks": sum(each.startswith(f"{name},") for each in outcome.leaks),
            }
            for name, told in sorted(cases.told.items())
        ]  # fmt: skip
    for each in outcome.leaks[:20]:
        console.print(f"leak: {each}", markup=False)
    return [*rows, {
        "surface": "all", "cases": outcome.cases, "told something": sum(cases.told.values()),
        "leaks": len(outcome.leaks),
    }]  # fmt: skip


def measure(library: Library, made: MadeUp, readers: Sequence[Reader], count: int, step: OnStep) -> None:
    """Everybody asks every question; the first few are for warming up."""
    ids, owners, matrix = _vectors(library)
    readable = {reader.name: np.isin(owners, sorted(reader.readable)) for reader in readers}
    own = [number % DEPARTMENTS for number in made.topic]
    questions = made.questions(count + 10, seed=1)
    for number, question in enumerate(questions):
        for reader in readers:
            if reader.far and f"dept-{own[question.document]}" in reader.groups:
                continue
            ask(library, reader, question, measured=number >= 10)
            if number >= 10:
                _recall(library, reader, question, ids[readable[reader.name]], matrix[readable[reader.name]])
        step(number + 1, len(questions))


def ask(library: Library, reader: Reader, question: Asked, *, measured: bool) -> None:
    """One hybrid search as a turn makes it."""
    began, used = perf_counter(), process_time()
    found = library.search(
        question.text, k=PASSAGES, groups=reader.groups, filter=reader.filter, query_vectors=question.vector[None]
    )
    if measured:
        reader.milliseconds.append(1000 * (perf_counter() - began))
        reader.processor.append(1000 * (process_time() - used))
    reader.leaks += sum(passage.document_id not in reader.readable for passage in found)


def _recall(library: Library, reader: Reader, question: Asked, ids: Strings, matrix: Vectors) -> None:
    best = {ids[place] for place in np.argsort(-np.einsum("nd,d->n", matrix, question.vector), kind="stable")[:10]}
    found = library.search(
        question.text, k=10, groups=reader.groups, filter=reader.filter, mode="dense",
        query_vectors=question.vector[None],
    )  # fmt: skip
    reader.leaks += sum(passage.document_id not in reader.readable for passage in found)
    if best:
        reader.recalls.append(len(best & {passage.chunk_id for passage in found}) / len(best))


def _readers() -> list[Reader]:
    half = tuple(f"dept-{number}" for number in range(DEPARTMENTS // 2))
    return [
        Reader("all", EVERY_GROUP),
        Reader("staff", ("everyone", "staff", "dept-3")),
        Reader("half, far", half, far=True),
        Reader("everyone", ("everyone",)),
        Reader("department", ("dept-3",)),
        Reader("team", ("team",)),
        Reader("all, a source", EVERY_GROUP, Filter(sources=("source-3",))),
        Reader("staff, folders", ("everyone", "staff"), Filter(documents=tuple(map(name_of, range(400, 600))))),
    ]


def _audience(made: MadeUp, number: int) -> tuple[str, ...]:
    """A fifth is for everyone, half for all staff, the rest for who knows the topic; a hundredth for a team, too."""
    random = np.random.default_rng([7, number])
    department = f"dept-{made.topic[number] % DEPARTMENTS}"
    kind, team = random.random(2)
    groups = ("everyone",) if kind < 0.2 else ("staff", department) if kind < 0.7 else (department,)
    return (*groups, "team") if team < 0.01 else groups


def _source(number: int) -> str:
    return f"source-{number % 12}"


def _who_reads_what(library: Library, readers: Sequence[Reader], audiences: Sequence[tuple[str, ...]]) -> None:
    """From what the library was made of, not from what it says."""
    granted = {name_of(number): set(audience) for number, audience in enumerate(audiences)}
    source = {name_of(number): _source(number) for number in range(len(audiences))}
    for document in library.documents():
        for reader in readers:
            inside = not reader.filter.sources or source[document.name] in reader.filter.sources
            inside = inside and (not reader.filter.documents or document.name in reader.filter.documents)
            if inside and granted[document.name] & set(reader.groups):
                reader.readable.add(document.id)


def _vectors(library: Library) -> tuple[Strings, Strings, Vectors]:
    """Ids of all chunks, ids of their documents, their vectors."""
    columns = (schema.chunks.c.id, schema.chunks.c.document_id, schema.chunks.c.vector)
    with library._database.read() as connection:
        rows = connection.execute(select(*columns)).all()
    ids, owners = np.array([row.id for row in rows]), np.array([row.document_id for row in rows])
    return ids, owners, np.stack([chunks.from_blob(row.vector) for row in rows])


def _row(reader: Reader, first: Reader, documents: int) -> Row:
    part = {name: float(np.percentile(reader.milliseconds, at)) for name, at in (("p50", 50), ("p95", 95))}
    return {
        "reader": reader.name,
        "documents": len(reader.readable),
        "share": len(reader.readable) / documents,
        "ms_p50": part["p50"],
        "ms_p95": part["p95"],
        "cpu_ms_p95": float(np.percentile(reader.processor, 95)),
        "of all": ratio(part["p95"], float(np.percentile(first.milliseconds, 95))),
        "recall": float(np.mean(reader.recalls)) if reader.recalls else None,
        "leaks": reader.leaks,
    }


def _cases(count: int, console: Console) -> Row:
    """Random cases with Chroma, in libraries of 40 documents that are begun anew every 500 cases."""
    cases = leaks = missed = 0
    with shown("random cases", console) as step:
        for seed in range(-(-count // 500)):
            with TemporaryDirectory() as home:
                library = Library(Path(home), HashingEmbedder(), KnowledgeSettings(), reader=InlineReader())
                with library:
                    tried = GrantCases(library, seed)
                    for _ in tried.run(min(500, count - cases)):
                        step(cases + tried.outcome.cases, count)
                cases, leaks = cases + tried.outcome.cases, leaks + len(tried.outcome.leaks)
                missed += len(tried.outcome.missed)
    return {"cases": cases, "leaks": leaks, "not found": missed}


if __name__ == "__main__":
    main()
