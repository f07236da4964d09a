"""The shipped fake keeps the promises a real embedder makes."""

import pytest

from knowledge.testing.embedder import EmbedderConformance, HashingEmbedder


class TestHashingEmbedder(EmbedderConformance):
    @pytest.fixture
    def embedder(self) -> HashingEmbedder:
        return HashingEmbedder()
