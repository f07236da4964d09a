"""The cache of sentence vectors."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant.grounding.vectors import SentenceVectors
from knowledge.passage import Passage, Sentence
from knowledge.sentences import split_sentences
from knowledge.testing.embedder import HashingEmbedder


class Counting(HashingEmbedder):
    def __init__(self, model_id: str = "counting") -> None:
        super().__init__(model_id=model_id)
        self.embedded = 0

    def embed_passages(self, texts):  # type: ignore[no-untyped-def]
        self.embedded += len(texts)
        return super().embed_passages(texts)


def _passage(name: str = "a") -> Passage:
    text = f"One sentence of {name}. And another one."
    return Passage(name, "d", "d.md", "Title", (), text, 0, len(text), None, "en", 1.0, sentences=split_sentences(text))


def test_vectors_survive_a_restart(tmp_path: Path) -> None:
    first = SentenceVectors(Counting(), tmp_path / "s.db")
    before = first.of(_passage())
    first.close()
    again = Counting()
    assert np.allclose(SentenceVectors(again, tmp_path / "s.db").of(_passage()), before, atol=1e-3)
    assert again.embedded == 0


def test_vectors_of_a_passage_that_is_cut_otherwise_now_are_computed_again() -> None:
    vectors, passage = SentenceVectors(Counting()), _passage()
    vectors.of(passage)
    whole = replace(passage, sentences=(Sentence(passage.text, 0, len(passage.text)),))
    assert vectors.of(whole).shape[0] == 1


def test_only_as_many_as_asked_are_computed_at_once() -> None:
    vectors = SentenceVectors(Counting())
    assert set(vectors.known([_passage("a"), _passage("b"), _passage("c")], compute=2)) == {"a", "b"}


def test_another_embedder_starts_anew(tmp_path: Path) -> None:
    SentenceVectors(Counting("one"), tmp_path / "s.db").of(_passage())
    other = Counting("two")
    SentenceVectors(other, tmp_path / "s.db").of(_passage())
    assert other.embedded == 2


def test_what_was_deleted_is_forgotten(tmp_path: Path) -> None:
    vectors = SentenceVectors(Counting(), tmp_path / "s.db")
    vectors.known([_passage("a"), _passage("b")], compute=2)
    vectors.keep_only(["b"])
    assert set(vectors.known([_passage("a"), _passage("b")], compute=0)) == {"b"}


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"this is no database" * 100)
    assert SentenceVectors(Counting(), tmp_path / "s.db").of(_passage()).shape[0] == 2
