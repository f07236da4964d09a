"""The tests every `VectorIndex` must pass."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from knowledge.embedder import Vectors
from knowledge.vectors.index import VectorIndex


def unit_vectors(count: int, dimension: int = 16, seed: int = 0) -> Vectors:
    """Random directions."""
    found = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found


class VectorIndexConformance:
    """Subclass it, override the `index` fixture with an empty index, and search can rely on yours.

    class TestMyIndex(VectorIndexConformance):
        @pytest.fixture
        def index(self, tmp_path): return MyIndex(tmp_path)
    """

    def test_an_empty_index_finds_nothing(self, index: VectorIndex) -> None:
        assert index.query(unit_vectors(1)[0], 5) == []
        assert index.ids() == set()

    def test_the_nearest_come_first_with_their_cosine(self, index: VectorIndex) -> None:
        vectors = unit_vectors(200)
        index.upsert([f"c{n}" for n in range(200)], vectors)
        for question in unit_vectors(10, seed=1):
            cosines = vectors @ question
            hits = index.query(question, 10)
            assert [chunk_id for chunk_id, _ in hits] == [f"c{n}" for n in np.argsort(-cosines)[:10]]
            np.testing.assert_allclose([score for _, score in hits], np.sort(cosines)[::-1][:10], atol=1e-3)

    def test_every_entry_finds_itself(self, index: VectorIndex) -> None:
        vectors = unit_vectors(300)
        index.upsert([f"c{n}" for n in range(300)], vectors)
        assert all(index.query(vector, 1)[0][0] == f"c{n}" for n, vector in enumerate(vectors))

    def test_more_than_there_are(self, index: VectorIndex) -> None:
        index.upsert(["a", "b"], unit_vectors(2))
        assert len(index.query(unit_vectors(1)[0], 50)) == 2

    def test_upsert_replaces_a_vector(self, index: VectorIndex) -> None:
        old, new = unit_vectors(2)
        index.upsert(["a"], old[None])
        index.upsert(["a"], new[None])
        ((chunk_id, score),) = index.query(new, 5)
        assert chunk_id == "a"
        assert score > 0.999

    def test_deleted_entries_are_gone_and_unknown_ones_do_not_matter(self, index: VectorIndex) -> None:
        index.upsert(["a", "b"], unit_vectors(2))
        index.delete(["a", "never there"])
        index.delete([])
        assert index.ids() == {"b"}
        assert [chunk_id for chunk_id, _ in index.query(unit_vectors(1)[0], 5)] == ["b"]

    def test_threads_may_ask_while_one_writes(self, index: VectorIndex) -> None:
        vectors = unit_vectors(400)
        index.upsert([f"c{n}" for n in range(200)], vectors[:200])
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(index.query, vectors[n], 1) for n in range(100)]
            for start in range(200, 400, 20):
                index.upsert([f"c{n}" for n in range(start, start + 20)], vectors[start : start + 20])
            assert all(len(answer.result()) == 1 for answer in answers)
        assert len(index.ids()) == 400
