"""What a search ranks by beyond words and vectors: typical cosines, earlier questions, a reranker."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from knowledge.embedder import Vectors
from knowledge.errors import RerankerUnavailable
from knowledge.library import Library
from knowledge.search.history import leaning, weighted
from knowledge.search.reranker import CrossEncoderReranker, reranked, reranker_of
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex

POOL = ("pool.md", "Pool", "The pool opens at nine. Towels cost two euros.")
SAUNA = ("sauna.md", "Sauna", "The sauna opens at noon. Towels are free of charge.")
PARKING = ("parking.md", "Parking", "Guests park for free behind the house.")


class Scripted:
    """A reranker that likes some words, and takes its time."""

    def __init__(self, *liked: str, seconds: float = 0.0, fails: bool = False) -> None:
        self.liked, self.seconds, self.fails, self.read = liked, seconds, fails, list[str]()

    def load(self) -> None:
        if self.fails:
            raise RerankerUnavailable("it is not there")

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        import time

        time.sleep(self.seconds)
        self.read += passages
        return [float(sum(word in each for word in self.liked)) for each in passages]


def _library(folder: Path, **parts: Any) -> Library:
    settings = KnowledgeSettings(**parts.pop("settings", {}))
    return Library(
        folder, parts.pop("embedder", HashingEmbedder()), settings, reader=InlineReader(),
        open_index=lambda _: ExactIndex(), **parts,
    )  # fmt: skip


class TwoLanguages(HashingEmbedder):
    """Words of either language meet in one space, with an offset for the language, as real models have it."""

    _SPANISH: ClassVar = {"piscina": "pool", "abre": "opens", "toallas": "towels", "nueve": "nine", "aparcar": "park"}

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        spanish = [any(word in text for word in (*self._SPANISH, "¿", "la ", "las ")) for text in texts]
        for word, english in self._SPANISH.items():
            texts = [text.lower().replace(word, english) for text in texts]
        vectors = super().embed_passages(texts)
        vectors[:, 0], vectors[:, 1] = 0.0, 0.0
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        for row, is_spanish in zip(vectors, spanish, strict=True):
            row *= 0.6
            row[1 if is_spanish else 0] = 0.8
        return vectors


def test_an_answer_in_the_other_language_is_not_behind_everything_in_the_questions_own(tmp_path: Path) -> None:
    spanish = [
        ("piscina.md", "Piscina", "La piscina abre a las nueve. Toallas en la entrada."),
        *((f"es{n}.md", "Normas", f"La norma {n} de la casa dice que las puertas {n} se cierran.") for n in range(10)),
    ]
    english = [(f"en{n}.md", "Rules", f"Rule {n} of the house says that all doors {n} are closed.") for n in range(12)]
    with _library(tmp_path / "knowledge", embedder=TwoLanguages()) as library:
        library.add_texts([*spanish, *english])
        assert library.search("pool opens nine, towels?")[0].document == "piscina.md"
        assert library.search("which rules has the house for doors?")[0].document.startswith("en")


def test_a_library_that_grows_has_other_typical_cosines(tmp_path: Path) -> None:
    with _library(tmp_path / "knowledge") as library:
        library.add_texts([POOL])
        assert library.search("when does the pool open?")[0].document == "pool.md"
        library.add_texts([SAUNA, PARKING, *((f"{n}.md", f"Rule {n}", f"Rule {n} is a rule.") for n in range(30))])
        assert library.search("where do guests park?")[0].document == "parking.md"
        assert library.search("where do guests park?", mode="dense")[0].document == "parking.md"


def test_what_was_asked_before_tells_which_towels_are_meant(tmp_path: Path) -> None:
    with _library(tmp_path / "knowledge") as library:
        library.add_texts([POOL, SAUNA, PARKING, *((f"{n}.md", f"Rule {n}", f"Rule {n} is a rule.") for n in range(9))])
        for mode in ("hybrid", "dense", "lexical"):
            for about, name in (("pool", "pool.md"), ("sauna", "sauna.md")):
                earlier = ["where do I park?", f"when does the {about} open?"]
                hits = library.search("and what about towels?", earlier=earlier, mode=mode)  # type: ignore[arg-type]
                assert hits[0].document == name, mode
                found = library.search_documents("and what about towels?", earlier=earlier, mode=mode)  # type: ignore[arg-type]
                assert found[0].document == name, mode


def test_a_change_of_subject_is_followed(tmp_path: Path) -> None:
    with _library(tmp_path / "knowledge") as library:
        library.add_texts([POOL, SAUNA, PARKING])
        earlier = ["when does the pool open?", "what do towels cost at the pool?"]
        assert library.search("where do guests park behind the house?", earlier=earlier)[0].document == "parking.md"


def test_only_the_last_two_questions_count_and_the_last_first() -> None:
    assert [text for text, _ in weighted(["a", "b", "c"])] == ["c", "b"]
    assert weighted([]) == []
    east, north = np.eye(2, dtype=np.float32)
    drawn = leaning(np.stack([east]), np.stack([north]), [0.3])
    assert np.linalg.norm(drawn) == pytest.approx(1.0)
    assert drawn[0, 0] > drawn[0, 1] > 0


def test_a_reranker_decides_among_the_best(tmp_path: Path) -> None:
    reranker = Scripted("free of charge")
    with _library(tmp_path / "knowledge", reranker=reranker) as library:
        library.add_texts([POOL, SAUNA, PARKING])
        hits = library.search("what do towels cost at the pool?")
        assert hits[0].document == "sauna.md"
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert library.search_documents("what do towels cost at the pool?")[0].document == "sauna.md"
        assert any(text.startswith("Sauna") for text in reranker.read)


def test_a_reranker_reads_no_more_than_it_is_given(tmp_path: Path) -> None:
    reranker = Scripted()
    with _library(tmp_path / "knowledge", reranker=reranker, settings={"rerank_candidates": 2}) as library:
        library.add_texts([POOL, SAUNA, PARKING])
        assert len(library.search("towels")) == 3
        assert len(reranker.read) == 2


@pytest.mark.parametrize(
    ("reranker", "said"), [(Scripted("z", seconds=0.05), "not through"), (Scripted(fails=True), "not there")]
)
def test_the_first_order_stands_when_the_reranker_is_late_or_not_there(
    reranker: Scripted, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    ids, passages = [str(n) for n in range(20)], ["x"] * 19 + ["z"]
    with caplog.at_level(logging.WARNING):
        assert reranked(reranker, "?", ids, passages, seconds=0.01) == ids
    assert said in caplog.text


def test_in_time_the_reranker_has_the_last_word() -> None:
    ids, passages = [str(n) for n in range(20)], ["x"] * 19 + ["z"]
    assert reranked(Scripted("z"), "?", ids, passages, seconds=5.0) == ["19", *ids[:-1]]


def test_without_a_setting_there_is_no_reranker(tmp_path: Path) -> None:
    assert reranker_of(KnowledgeSettings()) is None
    missing = reranker_of(KnowledgeSettings(reranker=str(tmp_path / "nothing")))
    assert missing is not None
    with pytest.raises(RerankerUnavailable, match=r"knowledge\.reranker in pilares\.toml"):
        missing.scores("?", ["x"])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of a few thousand made-up weights, wide enough apart to tell texts apart, as a folder."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("reranker")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "pool", "opens", "towels", "cost", "free", "guests", "park"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()  # type: ignore[assignment]
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))  # type: ignore[assignment]
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=64,
    ).save_pretrained(folder)  # fmt: skip
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, num_labels=1, initializer_range=0.5,
    )  # fmt: skip
    torch.manual_seed(1)
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_a_cross_encoder_from_a_folder_ranks(tiny: Path, tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(tiny))
    scores = reranker.scores("towels", ["the pool opens", "towels cost", "guests park free"])
    assert len(set(scores)) == 3
    assert scores == pytest.approx(reranker.scores("towels", ["the pool opens", "towels cost", "guests park free"]))
    with _library(tmp_path / "knowledge", settings={"reranker": str(tiny), "rerank_seconds": 60}) as library:
        library.add_texts([POOL, SAUNA, PARKING])
        hits = library.search("towels")
        texts = [f"{hit.title}\n{hit.text}" for hit in hits]
        expected = reranker.scores("towels", texts)
        assert [texts.index(text) for text in texts] == sorted(range(3), key=lambda place: -expected[place])
