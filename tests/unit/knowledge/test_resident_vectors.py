"""Vectors in memory: near enough to find the nearest, never another chunk's."""

import numpy as np
import pytest

from knowledge.library import Library
from knowledge.store import numbers as store
from knowledge.testing.vector_index import unit_vectors
from knowledge.vectors.resident import ResidentVectors, products

DIMENSION = 384


def filled(count: int, most_bytes: int = 10_000_000) -> tuple[ResidentVectors, np.ndarray]:
    vectors, held = unit_vectors(count, DIMENSION), ResidentVectors(most_bytes)
    held.add([(np.arange(count), vectors)], DIMENSION)
    return held, vectors


def test_cosines_are_within_a_thousandth() -> None:
    held, vectors = filled(3_000)
    questions = unit_vectors(3, DIMENSION, seed=1)
    numbers = np.array([5, 17, 1_000, 2_999])
    found, cosines = held.cosines(numbers, questions)
    assert found.tolist() == numbers.tolist()
    np.testing.assert_allclose(cosines, questions @ vectors[numbers].T, atol=2e-3)


def test_what_is_not_held_is_said_and_left_out() -> None:
    held, _ = filled(10)
    numbers = np.array([3, 10, 5_000])
    assert held.missing(numbers, DIMENSION).tolist() == [10, 5_000]
    assert held.cosines(numbers, unit_vectors(1, DIMENSION))[0].tolist() == [3]


def test_added_again_it_is_not_held_twice_and_growth_keeps_what_is_there() -> None:
    held, vectors = filled(10)
    more = unit_vectors(500, DIMENSION, seed=2)
    held.add([(np.arange(5, 505), more)], DIMENSION)
    found, cosines = held.cosines(np.array([5, 400]), vectors[5][None])
    assert found.tolist() == [5, 400]
    assert cosines[0, 0] == pytest.approx(1, abs=2e-3)


def test_when_it_is_full_the_latest_are_held() -> None:
    held, _ = filled(100, most_bytes=100 * DIMENSION)
    assert held.holds(100, DIMENSION)
    assert not held.holds(101, DIMENSION)
    held.add([(np.arange(100, 150), unit_vectors(50, DIMENSION))], DIMENSION)
    assert held.missing(np.arange(150), DIMENSION).tolist() == list(range(100))


def test_another_embedders_vectors_do_not_count() -> None:
    held, _ = filled(10)
    assert held.missing(np.arange(10), 16).tolist() == list(range(10))
    held.add([(np.arange(10), unit_vectors(10, 16))], 16)
    assert held.missing(np.arange(10), DIMENSION).tolist() == list(range(10))
    held.clear()
    assert held.missing(np.arange(10), 16).tolist() == list(range(10))


def test_products_are_those_of_matrices() -> None:
    vectors, questions = unit_vectors(7), unit_vectors(3, seed=1)
    np.testing.assert_allclose(products(questions, vectors), questions @ vectors.T, atol=1e-6)


def test_a_number_is_never_given_twice(library: Library) -> None:
    def numbers() -> set[int]:
        with library._database.read() as connection:
            return set(store.all_numbers(connection).tolist())

    library.add_texts([("a", "A", "The first words.")])
    first = numbers()
    library.delete("a")
    library.add_texts([("b", "B", "Other words.")])
    assert not first & numbers()
    assert [hit.document for hit in library.search("words", mode="dense")] == ["b"]
