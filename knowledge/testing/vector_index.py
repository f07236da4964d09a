"""The tests every `VectorIndex` must pass."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from knowledge.embedder import Vectors
from knowledge.vectors.index import VectorIndex

STAFF, BOARD = frozenset({"staff"}), frozenset({"board"})


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
        assert index.query(unit_vectors(1)[0], 5, STAFF) == []
        assert index.ids() == set()

    def test_the_nearest_come_first_with_their_cosine(self, index: VectorIndex) -> None:
        vectors = unit_vectors(200)
        index.upsert([f"c{n}" for n in range(200)], vectors, [["staff"]] * 200)
        for question in unit_vectors(10, seed=1):
            cosines = vectors @ question
            hits = index.query(question, 10, STAFF)
            assert [chunk_id for chunk_id, _ in hits] == [f"c{n}" for n in np.argsort(-cosines)[:10]]
            np.testing.assert_allclose([score for _, score in hits], np.sort(cosines)[::-1][:10], atol=1e-3)

    def test_every_entry_finds_itself(self, index: VectorIndex) -> None:
        vectors = unit_vectors(300)
        index.upsert([f"c{n}" for n in range(300)], vectors, [["staff"]] * 300)
        assert all(index.query(vector, 1, STAFF)[0][0] == f"c{n}" for n, vector in enumerate(vectors))

    def test_more_than_there_are(self, index: VectorIndex) -> None:
        index.upsert(["a", "b"], unit_vectors(2), [["staff"], ["staff"]])
        assert len(index.query(unit_vectors(1)[0], 50, STAFF)) == 2

    def test_upsert_replaces_vector_and_groups(self, index: VectorIndex) -> None:
        old, new = unit_vectors(2)
        index.upsert(["a"], old[None], [["staff"]])
        index.upsert(["a"], new[None], [["board"]])
        assert index.query(new, 5, STAFF) == []
        ((chunk_id, score),) = index.query(new, 5, BOARD)
        assert chunk_id == "a"
        assert score > 0.999

    def test_deleted_entries_are_gone_and_unknown_ones_do_not_matter(self, index: VectorIndex) -> None:
        index.upsert(["a", "b"], unit_vectors(2), [["staff"], ["staff"]])
        index.delete(["a", "never there"])
        index.delete([])
        assert index.ids() == {"b"}
        assert [chunk_id for chunk_id, _ in index.query(unit_vectors(1)[0], 5, STAFF)] == ["b"]

    def test_only_granted_entries_are_found(self, index: VectorIndex) -> None:
        grants = [["staff"], ["board"], ["staff", "board"], [], ['o\'brien "x"']]
        index.upsert(["s", "b", "sb", "none", "odd"], unit_vectors(5), grants)
        question = unit_vectors(1)[0]

        def found(*groups: str) -> set[str]:
            return {chunk_id for chunk_id, _ in index.query(question, 10, frozenset(groups))}

        assert found() == set()
        assert found("staff") == {"s", "sb"}
        assert found("board", "staff", "other") == {"s", "b", "sb"}
        assert found('o\'brien "x"') == {"odd"}
        assert found("everyone", "") == set()

    def test_a_few_granted_among_many_that_are_not(self, index: VectorIndex) -> None:
        vectors = unit_vectors(500)
        index.upsert(
            [f"c{n}" for n in range(500)], vectors, [["staff"] if n % 100 == 0 else ["board"] for n in range(500)]
        )
        for question in vectors[1:20]:
            hits = index.query(question, 3, STAFF)
            best = sorted(range(0, 500, 100), key=lambda n: -float(vectors[n] @ question))[:3]
            assert [chunk_id for chunk_id, _ in hits] == [f"c{n}" for n in best]

    def test_equal_vectors_are_all_found(self, index: VectorIndex) -> None:
        vector = unit_vectors(1)
        index.upsert([f"c{n}" for n in range(150)], np.repeat(vector, 150, axis=0), [["staff"]] * 150)
        assert len(index.query(vector[0], 150, STAFF)) == 150

    def test_threads_may_ask_while_one_writes(self, index: VectorIndex) -> None:
        vectors = unit_vectors(400)
        index.upsert([f"c{n}" for n in range(200)], vectors[:200], [["staff"]] * 200)
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(index.query, vectors[n], 1, STAFF) for n in range(100)]
            for start in range(200, 400, 20):
                index.upsert([f"c{n}" for n in range(start, start + 20)], vectors[start : start + 20], [["staff"]] * 20)
            assert all(len(answer.result()) == 1 for answer in answers)
        assert len(index.ids()) == 400
