"""Taking in texts that need no parsing: evaluation corpora, records of another system."""

from collections.abc import Iterable
from hashlib import sha256
from time import perf_counter

from knowledge.ingest.intake import BATCH, Intake
from knowledge.ingest.report import Failure, IngestReport, OnProgress, Progress
from knowledge.parse.clean import clean_text, one_line
from knowledge.parse.document import ParsedDocument
from knowledge.store import documents
from knowledge.store.database import Database
from knowledge.store.writing import Origin

_TOGETHER = 256


def add_texts(
    database: Database,
    intake: Intake,
    texts: Iterable[tuple[str, str, str]],
    source: str,
    audience: Iterable[str],
    progress: OnProgress | None,
) -> IngestReport:
    """Store (name, title, text) triples and embed them; a text without words fails, the others go on."""
    started = perf_counter()
    groups = tuple(sorted(set(audience)))
    report = IngestReport()
    with database.read() as connection:
        known = documents.known(connection, [source])
    everything = list(texts)
    waiting = 0
    for start in range(0, len(everything), _TOGETHER):
        some = everything[start : start + _TOGETHER]
        items = []
        for triple in some:
            origin, parsed = _document(triple, source, groups)
            before = known.get((source, origin.name))
            if not any(char.isalnum() for char in parsed.text):
                report.failed.append(Failure(origin.name, f"No text found in {origin.name}."))
            elif before and (before.sha256, before.groups) == (origin.sha256, frozenset(groups)):
                report.unchanged.append(origin.name)
            else:
                (report.updated if before else report.added).append(origin.name)
                items.append((origin, parsed))
        waiting += intake.store(items) if items else 0
        if progress:
            progress(Progress(some[-1][0], start + len(some), len(everything), "words"))
        if waiting >= BATCH:
            report.tokens += intake.embed_pending(at_most=waiting // BATCH)
            waiting %= BATCH
    report.tokens += intake.embed_pending()
    report.seconds = perf_counter() - started
    return report


def _document(triple: tuple[str, str, str], source: str, groups: tuple[str, ...]) -> tuple[Origin, ParsedDocument]:
    name, title, text = triple
    parsed = ParsedDocument(one_line(clean_text(title)), clean_text(text).strip() or clean_text(title), "text/plain")
    content = f"{title}\0{text}".encode("utf-8", "surrogatepass")
    return Origin(source, one_line(clean_text(name)), groups, len(content), sha256(content).hexdigest()), parsed
