"""Search across languages: held-out organisations, questions in English and Spanish, answers in either language."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.evaluation.metrics import mean, ndcg, recall
from assistant.models.models import Models
from assistant.settings import load_settings
from benchmarks.table import Row, options, parsed, publish, ratio
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import LineQuestion, Organisation, read_organisations
from knowledge.embedder import Embedder
from knowledge.library import Library
from knowledge.passage import Passage
from knowledge.search.searcher import Mode
from knowledge.settings import KnowledgeSettings

MODES: tuple[Mode, ...] = ("lexical", "dense", "hybrid")
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one answer, the passages that hold it, and their language."""

    text: str
    language: str
    answered_in: str
    passages: frozenset[str]

    @property
    def across(self) -> bool:
        """Whether question and answer are in different languages."""
        return self.language != self.answered_in


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--organisations", type=Path, default=ORGANISATIONS, metavar="DIR", help="where they are")
    chosen = parsed(parser)
    settings = load_settings()
    organisations = [each for each in read_organisations(chosen.organisations) if each.held_out]
    with Models(settings) as models, TemporaryDirectory() as home:
        rows = measure(organisations, models.embedder(), Path(home), settings.knowledge)
    publish("crosslingual", rows, chosen.json)


def measure(
    organisations: Sequence[Organisation], embedder: Embedder, home: Path, settings: KnowledgeSettings
) -> list[Row]:
    """Search a library of both languages, and one of the language that the answer is in."""
    for organisation in organisations:
        for path, text in organisation.documents.items():
            file = home / "documents" / organisation.name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    with Library.open(home / "knowledge", embedder, settings) as library:
        library.ingest(home / "documents", source="organisations")
        passages: list[Passage] = []
        for document in library.documents():
            passages += library.passages_of(document.id)
            library.set_audience(document.id, ["everyone", f"language-{document.language}"])
        asked = [
            found
            for organisation in organisations
            for question in organisation.questions
            if (found := _asked(organisation.name, question, passages)) is not None
        ]
        return [_row(library, asked, mode, mixed) for mixed in (False, True) for mode in MODES]


def _asked(organisation: str, question: LineQuestion, passages: Sequence[Passage]) -> Asked | None:
    """None for a question without an answer, and for one of two facts."""
    if len(question.answers) != 1:
        return None
    line = question.answers[0]
    holding = [
        passage
        for passage in passages
        if passage.document == f"{organisation}/{line.path}"
        and any(line.is_in(line.path, sentence.text) for sentence in passage.sentences)
    ]
    if not holding:
        return None
    ids = frozenset(passage.chunk_id for passage in holding)
    return Asked(question.text, question.language, holding[0].language or "", ids)


def _row(library: Library, asked: Sequence[Asked], mode: Mode, mixed: bool) -> Row:
    scores: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for each in asked:
        groups = ["everyone" if mixed else f"language-{each.answered_in}"]
        ids = tuple(hit.chunk_id for hit in library.search(each.text, k=DEPTH, groups=groups, mode=mode))
        first = next((place for place, found in enumerate(ids) if found in each.passages), None)
        ranked = ids if first is None else (*ids[:first], "answer", *ids[first + 1 :])
        scores[each.across].append((ndcg(ranked, {"answer": 1.0}), recall(ranked, {"answer": 1.0}, 5)))
    own, across = ([mean(list(figures)) for figures in zip(*scores[key], strict=True)] for key in (False, True))
    return {
        "library": "both languages" if mixed else "one language",
        "mode": mode,
        "own ndcg@10": own[0],
        "across ndcg@10": across[0],
        "of own": ratio(across[0], own[0]),
        "own recall@5": own[1],
        "across recall@5": across[1],
        "of own, recall": ratio(across[1], own[1]),
    }


if __name__ == "__main__":
    main()
