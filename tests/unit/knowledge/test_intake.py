"""Words come first, then vectors, in steps between which others may have the processor."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.embedder import Vectors
from knowledge.ingest import ingest, intake
from knowledge.ingest.report import Progress
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex

DOCUMENTS = 24
CHUNKS = 30  # in each document: more than one commit's worth in all


class Told(HashingEmbedder):
    """Notes what it is told, in order."""

    def __init__(self) -> None:
        super().__init__(dimension=8192)
        self.happened: list[str] = []
        self.tokens: list[int] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.happened.append("embedded")
        self.tokens.append(sum(self.count_tokens(texts)))
        return super().embed_passages(texts)

    def between(self) -> None:
        self.happened.append("between")


@pytest.fixture
def documents(folder: Path) -> Path:
    for number in range(DOCUMENTS):
        sections = [f"## Part {part}\n\n{f'word{number}x{part} ' * 30}.\n" for part in range(CHUNKS)]
        (folder / f"{number:02d}.md").write_text(f"# Book {number}\n\n" + "\n".join(sections))
    return folder


def ingested(folder: Path, home: Path, embedder: Told) -> tuple[list[str], list[str]]:
    """The stages in order, and for each document of some the one that its own words are nearest to."""
    stages: list[str] = []

    def note(step: Progress) -> None:
        stages.append(step.stage)

    settings = KnowledgeSettings(chunk_tokens=32, chunk_tokens_max=64)
    with Library(
        home,
        embedder,
        settings,
        reader=InlineReader(),
        open_index=lambda _: ExactIndex(),
        between=embedder.between,
    ) as library:
        library.ingest(folder, progress=note)
        assert library.stats().chunks == library.stats().vectors > intake.BATCH
        questions = [f"word{number}x{number % CHUNKS}" for number in range(0, DOCUMENTS, 5)]
        return stages, [library.search(question, mode="dense", k=1)[0].document for question in questions]


def test_everything_is_found_by_words_before_a_vector_is_computed(documents: Path, tmp_path: Path) -> None:
    stages, _ = ingested(documents, tmp_path / "home", Told())
    assert stages[:DOCUMENTS] == ["words"] * DOCUMENTS
    assert set(stages[DOCUMENTS:]) == {"vectors"}


def test_a_very_long_run_is_not_found_by_words_alone_until_its_end(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "_BACKLOG", intake.BATCH)
    monkeypatch.setattr(ingest, "_TOGETHER", 4)
    stages, _ = ingested(documents, tmp_path / "home", Told())
    assert stages.count("words") == DOCUMENTS
    assert "words" in stages[stages.index("vectors") :]


def test_vectors_are_computed_in_small_steps_and_land_with_their_chunks(documents: Path, tmp_path: Path) -> None:
    embedder = Told()
    _, nearest = ingested(documents, tmp_path / "home", embedder)
    steps = embedder.happened[: embedder.happened.index("embedded") + 1]
    assert steps == ["between", "embedded"]
    assert embedder.happened.count("between") > CHUNKS * DOCUMENTS / intake.BATCH
    assert max(embedder.tokens) < 2 * intake._STEP_TOKENS
    assert embedder.tokens[0] < 2 * intake._LEAST_TOKENS
    assert nearest == [f"{number:02d}.md" for number in range(0, DOCUMENTS, 5)]


def test_a_chunk_of_more_tokens_than_a_step_is_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_STEP_TOKENS", 1)
    monkeypatch.setattr(intake, "_LEAST_TOKENS", 1)
    embedder = Told()
    with Library(
        tmp_path / "home", embedder, KnowledgeSettings(), reader=InlineReader(), open_index=lambda _: ExactIndex()
    ) as library:
        library.add_texts([("a", "", "One word."), ("b", "", "Two words.")])
        assert embedder.happened.count("embedded") == 2
        assert library.stats().vectors == 2
