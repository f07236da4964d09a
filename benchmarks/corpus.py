"""How long until every document of a folder is found: by words, by meaning, a second time, after one file has changed.

The embedder and the libraries are warm, as in a server that runs. Its own speed is taken in the same run, on every
fourth of the passages it was given.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from assistant.models.models import Models
from assistant.paths import sample_documents
from assistant.settings import load_settings
from benchmarks.ingest import Listening
from benchmarks.table import Row, options, parsed, publish, ratio
from knowledge.ingest.report import IngestReport, Progress
from knowledge.library import Library
from knowledge.parse.detect import is_readable

_EVERY = 4
_CHANGE = "\n\nThe quagga of this addition is a word that stands nowhere else.\n"


def main() -> None:
    parser = options(__doc__)
    default = sample_documents() / "corpus"
    parser.add_argument("folder", type=Path, nargs="?", default=default, help="a folder of documents")
    chosen = parsed(parser)
    settings = load_settings()
    with Models(settings) as models, TemporaryDirectory() as home:
        files = Path(home) / "files"
        shutil.copytree(chosen.folder, files)  # times of change are kept
        listening = Listening(models.embedder())
        warm(Path(home) / "warm", listening)
        with Library.open(Path(home) / "library", listening, settings.knowledge) as library:
            rows = measure(library, files, listening)
    publish("corpus", rows, chosen.json)


def warm(home: Path, embedder: Listening) -> None:
    """Load what the first document needs."""
    with Library.open(home, embedder) as library:
        library.add_upload("first.md", b"# First\n\nThe first document waits for libraries to be loaded.\n")
    embedder.passages.clear()


def measure(library: Library, files: Path, listening: Listening) -> list[Row]:
    """The four ways, one after the other."""
    stages: dict[str, float] = {}
    began = perf_counter()
    first, by_meaning = timed(library, files, lambda step: stages.update({step.stage: perf_counter() - began}))
    passages, tokens = list(listening.passages), sum(listening.count_tokens(listening.passages))
    some = passages[::_EVERY]
    began_alone = perf_counter()
    listening.embed_passages(some)
    alone = ratio(sum(listening.count_tokens(some)), perf_counter() - began_alone)
    again, nothing_new = timed(library, files)
    with next(path for path in sorted(files.rglob("*.md")) if is_readable(path.name)).open("a") as file:
        file.write(_CHANGE)
    changed, one_new = timed(library, files)
    assert len(library.search("quagga", mode="lexical")) == 1
    speed = ratio(tokens, by_meaning)
    return [
        {"what": "found by words", "documents": len(first.added), "seconds": stages["words"], "target_s": 5.0},
        {
            "what": "found by meaning", "documents": len(first.added), "seconds": by_meaning, "tokens/s": speed,
            "of the embedder": ratio(speed, alone), "target": 0.85,
        },
        {"what": "again, nothing changed", "documents": len(again.unchanged), "seconds": nothing_new, "target_s": 2.0},
        {"what": "again, one changed", "documents": len(changed.updated), "seconds": one_new, "target_s": 2.0},
    ]  # fmt: skip


def timed(library: Library, files: Path, note: Callable[[Progress], None] | None = None) -> tuple[IngestReport, float]:
    """One ingest, and the seconds it took."""
    began = perf_counter()
    report = library.ingest(files, source="files", progress=note)
    return report, perf_counter() - began


if __name__ == "__main__":
    main()
