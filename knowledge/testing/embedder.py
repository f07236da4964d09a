"""A deterministic `Embedder` for tests, and the tests every `Embedder` must pass."""

import re
import unicodedata
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from knowledge.embedder import Embedder, Vectors

_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Bag of words in hashed dimensions: texts that share words are near, without any model.

    Case and accents do not matter. A text without words gets a fixed vector of its own, as a real model would give.
    """

    def __init__(self, dimension: int = 256, model_id: str = "hashing") -> None:
        self.dimension = dimension
        self.model_id = f"{model_id}-{dimension}"

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts; questions and passages share one space."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _words(text) or [""]:
                index, sign = self._place(word)
                row[index] += sign
            if not row.any():  # two words met in one dimension and cancelled out
                row[0] = 1.0
            row /= np.linalg.norm(row)
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions exactly as passages."""
        return self.embed_passages(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of words and signs in each text."""
        return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]

    def _place(self, word: str) -> tuple[int, float]:
        digest = int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())
        return digest % self.dimension, 1.0 if digest >> 63 else -1.0


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))


class EmbedderConformance:
    """Subclass it, override the `embedder` fixture, and your embedder is held to what the stores rely on.

    class TestMyEmbedder(EmbedderConformance):
        @pytest.fixture
        def embedder(self): return MyEmbedder()
    """

    texts = (
        "The warranty lasts three years from the day of delivery.",
        "La garantía dura tres años desde el día de la entrega.",
        "Our office in Lisbon opens at nine.",
        "x",
    )

    def test_is_an_embedder(self, embedder: Embedder) -> None:
        assert isinstance(embedder, Embedder)
        assert embedder.model_id
        assert embedder.dimension > 0

    def test_passages_are_float32_unit_rows(self, embedder: Embedder) -> None:
        _assert_unit_rows(embedder.embed_passages(self.texts), len(self.texts), embedder.dimension)

    def test_queries_are_float32_unit_rows(self, embedder: Embedder) -> None:
        _assert_unit_rows(embedder.embed_queries(self.texts), len(self.texts), embedder.dimension)

    def test_nothing_gives_an_empty_matrix(self, embedder: Embedder) -> None:
        assert embedder.embed_passages([]).shape == (0, embedder.dimension)
        assert embedder.embed_queries([]).shape == (0, embedder.dimension)
        assert embedder.count_tokens([]) == []

    def test_the_same_text_gives_the_same_vector(self, embedder: Embedder) -> None:
        first, second = embedder.embed_passages(self.texts[:1]), embedder.embed_passages(self.texts[:1])
        np.testing.assert_array_equal(first, second)

    def test_a_vector_does_not_depend_on_its_neighbours(self, embedder: Embedder) -> None:
        alone = embedder.embed_passages(self.texts[3:])
        together = embedder.embed_passages(self.texts)[3:]
        assert float(np.sum(alone * together)) > 0.999

    def test_rows_keep_the_order_of_the_texts(self, embedder: Embedder) -> None:
        forward = embedder.embed_passages(self.texts)
        backward = embedder.embed_passages(self.texts[::-1])[::-1]
        assert np.all(np.sum(forward * backward, axis=1) > 0.999)

    def test_awkward_texts_still_have_a_direction(self, embedder: Embedder) -> None:
        awkward = ["", "   ", "\n\t", "🙂", "a\x00b", "\ud800", "ñ" * 5000]
        _assert_unit_rows(embedder.embed_passages(awkward), len(awkward), embedder.dimension)

    def test_a_question_is_nearest_to_its_passage(self, embedder: Embedder) -> None:
        passages = embedder.embed_passages(self.texts)
        question = embedder.embed_queries(["When does the office in Lisbon open?"])
        assert int(np.argmax(passages @ question[0])) == 2

    def test_longer_texts_have_more_tokens(self, embedder: Embedder) -> None:
        short, long = embedder.count_tokens(["one", "one two three four five six seven eight"])
        assert 0 < short < long

    def test_counts_are_not_cut_at_the_models_window(self, embedder: Embedder) -> None:
        assert embedder.count_tokens(["word " * 2000])[0] >= 2000


def _assert_unit_rows(vectors: Vectors, rows: int, dimension: int) -> None:
    assert vectors.shape == (rows, dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
