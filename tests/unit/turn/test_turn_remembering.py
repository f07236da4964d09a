"""A question is embedded once."""

import numpy as np
import pytest

from assistant.turn.remembering import Remembering
from knowledge.testing.embedder import EmbedderConformance, HashingEmbedder


class Counting(HashingEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []

    def embed_queries(self, texts):  # type: ignore[no-untyped-def]
        self.embedded += texts
        return super().embed_queries(texts)


class TestRemembering(EmbedderConformance):
    @pytest.fixture
    def embedder(self) -> Remembering:
        return Remembering(HashingEmbedder())


def test_what_was_asked_is_not_embedded_again() -> None:
    counting = Counting()
    remembering = Remembering(counting)
    first = remembering.embed_queries(["a b", "c"])
    again = remembering.embed_queries(["c", "d", "a b", "c"])
    assert counting.embedded == ["a b", "c", "d"]
    np.testing.assert_array_equal(again[[2, 0, 3]], first[[0, 1, 1]])


def test_old_questions_are_forgotten() -> None:
    counting = Counting()
    remembering = Remembering(counting)
    for number in range(100):
        remembering.embed_queries([str(number)])
    remembering.embed_queries(["99", "0"])
    assert counting.embedded.count("99") == 1
    assert counting.embedded.count("0") == 2
