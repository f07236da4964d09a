"""How every file of a folder ends when it is read within the limits: indexed, without text, or as a clear error."""

from collections import Counter
from pathlib import Path
from time import perf_counter

from assistant.paths import sample_documents
from assistant.settings import load_settings
from benchmarks.table import Row, options, parsed, publish
from knowledge.errors import ParseError, ReaderStopped
from knowledge.parse.sandbox import Sandbox
from knowledge.settings import KnowledgeSettings


def main() -> None:
    parser = options(__doc__)
    default = sample_documents() / "corpus"
    parser.add_argument("folders", type=Path, nargs="*", default=[default], help="folders of files, however odd")
    chosen = parsed(parser)
    settings = load_settings().knowledge
    publish("files", [measure(folder, settings) for folder in chosen.folders], chosen.json)


def measure(folder: Path, settings: KnowledgeSettings) -> Row:
    """Read every file; anything but a document or a ParseError ends the benchmark, as it would end an ingest."""
    ends, slowest, name, peak = Counter[str](), 0.0, "", 0.0
    sandbox = Sandbox(settings)
    try:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            began = perf_counter()
            ends[_end(sandbox, file)] += 1
            if (took := perf_counter() - began) > slowest:
                slowest, name = took, file.name
            peak = max(peak, _peak_mb(sandbox.worker_id))
    finally:
        sandbox.close()
    found = {end: ends[end] for end in ("indexed", "no text", "clear error", "stopped")}
    return {
        "folder": folder.name,
        "files": sum(ends.values()),
        **found,
        "slowest_s": slowest,
        "slowest": name,
        "peak_mb": round(peak),
    }


def _peak_mb(process: int | None) -> float:
    """The most address space that the worker has had: its limit is on that. 0 where the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmPeak")), 0.0)


def _end(sandbox: Sandbox, file: Path) -> str:
    try:
        sandbox.read(file.name, file.read_bytes())
    except ReaderStopped:
        return "stopped"
    except ParseError as error:
        return "no text" if "No text found" in str(error) else "clear error"
    return "indexed"


if __name__ == "__main__":
    main()
