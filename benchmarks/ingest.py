"""How much of the embedder's own speed is left when documents are read, cut, embedded, stored and indexed."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from assistant.models.models import Models
from assistant.paths import sample_documents
from assistant.settings import load_settings
from benchmarks.table import middle, options, parsed, publish, ratio
from knowledge.embedder import Embedder, Vectors
from knowledge.library import Library


class Listening:
    """Passes everything on to an embedder, and keeps the passages it was given."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.model_id, self.dimension = embedder.model_id, embedder.dimension
        self.passages: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages += texts
        return self._embedder.embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)


def main() -> None:
    parser = options(__doc__)
    default = sample_documents() / "corpus"
    parser.add_argument("folder", type=Path, nargs="?", default=default, help="a folder of documents")
    parser.add_argument("--rounds", type=int, default=3, help="how often both are measured, in turns")
    chosen = parsed(parser)
    settings = load_settings()
    knowledge = settings.knowledge.in_files()
    with Models(settings) as models:
        embedder = models.embedder()
        embedder.embed_passages(["The first text is slower than those that follow."] * 8)
        whole, alone = list[float](), list[float]()
        for _ in range(chosen.rounds):
            listening = Listening(embedder)
            with TemporaryDirectory() as home, Library.open(Path(home), listening, knowledge) as library:
                began = perf_counter()
                report = library.ingest(chosen.folder)
                whole.append(perf_counter() - began)
            began = perf_counter()
            embedder.embed_passages(listening.passages)
            alone.append(perf_counter() - began)
        tokens = sum(embedder.count_tokens(listening.passages))
    times = {"ingest": middle(whole), "embedder alone": middle(alone)}
    rows = [
        {
            "what": what,
            "documents": len(report.added),
            "passages": len(listening.passages),
            "tokens": tokens,
            "seconds": seconds,
            "tokens/s": ratio(tokens, seconds),
            "of the embedder": ratio(times["embedder alone"], seconds),
        }
        for what, seconds in times.items()
    ]
    publish("ingest", rows, chosen.json)


if __name__ == "__main__":
    main()
