"""Quality and speed of search by words, by meaning and by both, each against words alone (BM25)."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from assistant.evaluation.formats import read_retrieval
from assistant.evaluation.progress import shown
from assistant.evaluation.retrieval import indexed, search, summary
from assistant.models.models import Models
from assistant.settings import load_settings
from benchmarks.table import Row, options, parsed, publish, ratio
from knowledge.embedder import Embedder
from knowledge.search.searcher import Mode
from knowledge.settings import KnowledgeSettings

SETS = ("scifact", "squad_es")
MODES: tuple[Mode, ...] = ("lexical", "dense", "hybrid")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help=f"holds {', '.join(SETS)} (BEIR)"
    )
    chosen = parsed(parser)
    folders = [folder for name in SETS for folder in (chosen.data / name, chosen.data / "retrieval" / name)]
    found = [folder for folder in folders if folder.is_dir()]
    if not found:
        print(f"Left out: {chosen.data} holds none of {', '.join(SETS)}. Name a folder of BEIR sets with --data.")
        return
    settings, console = load_settings(), Console(stderr=True)
    with Models(settings) as models:
        embedder = models.embedder()
        rows = [row for each in found for row in measure(each, embedder, settings.knowledge, console)]
    publish("retrieval", rows, chosen.json)


def measure(folder: Path, embedder: Embedder, settings: KnowledgeSettings, console: Console) -> list[Row]:
    """Index a set once, then search it in every mode."""
    data = read_retrieval(folder)
    with ExitStack() as opened:
        home = Path(opened.enter_context(TemporaryDirectory()))
        with shown(f"{folder.name}, documents", console) as step:
            corpus = opened.enter_context(indexed(data, embedder, home, settings, on_step=step))
        figures = []
        for mode in MODES:
            with shown(f"{folder.name}, {mode}", console) as step:
                figures.append(summary(data, corpus, search(corpus, data.queries, mode, on_step=step), mode))
    words = figures[MODES.index("lexical")]
    return [
        {
            "set": folder.name,
            "mode": each["mode"],
            "ndcg@10": each["ndcg@10"],
            "of lexical": ratio(each["ndcg@10"], words["ndcg@10"]),
            "recall@10": each["recall@10"],
            "query_ms_p50": each["query_ms_p50"],
            "query_ms_p95": each["query_ms_p95"],
            "time of lexical": ratio(each["query_ms_p50"], words["query_ms_p50"]),
        }
        for each in figures
    ]


if __name__ == "__main__":
    main()
