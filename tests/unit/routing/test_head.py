"""The head over embeddings: left-out scores, probabilities, and what fits no label."""

import numpy as np
import pytest

from assistant.routing.head import Head, fit_head
from assistant.routing.likeness import NARROW, WIDE, Measure
from assistant.routing.ridge import Matrix, fit_by_landmarks, fit_ridge, landmarks
from knowledge.testing.embedder import HashingEmbedder

WORDS = {
    "sea": ("boat", "wave", "fish", "harbour", "sail"),
    "kitchen": ("pan", "oven", "spoon", "recipe", "salt"),
    "oos": ("engine", "tyre", "motorway", "brake", "petrol"),
}


def _texts(names: tuple[str, ...], seed: int = 0) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    labels = [name for name in names for _ in range(12)]
    return [" ".join(rng.choice(WORDS[name], 3)) for name in labels], labels


def _fitted(names: tuple[str, ...], measure: Measure) -> Head:
    texts, labels = _texts(names)
    return Head(HashingEmbedder().embed_queries(texts), texts, labels, measure)


@pytest.mark.parametrize("measure", [WIDE, NARROW])
def test_new_texts_are_told_apart_and_strange_ones_fit_nothing(measure: Measure) -> None:
    head = _fitted(("sea", "kitchen", "oos"), measure)
    texts, labels = _texts(("sea", "kitchen", "oos"), seed=1)
    opinions = head.opinions(head.scores(HashingEmbedder().embed_queries(texts), texts))
    known = [(each.label, label) for each, label in zip(opinions, labels, strict=True) if label != "oos"]
    assert all(guess == label for guess, label in known)
    assert head.labels == ("kitchen", "sea")
    strange = [each.in_scope for each, label in zip(opinions, labels, strict=True) if label == "oos"]
    assert not any(strange)


def _points() -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(3)
    points = rng.standard_normal((20, 4)).astype(np.float32)
    kernel = np.exp(-((points[:, None] - points[None]) ** 2).sum(-1)).astype(np.float32)
    return kernel, np.eye(2, dtype=np.float32)[rng.integers(0, 2, 20)]


def test_left_out_scores_are_those_of_a_fit_without_the_example() -> None:
    kernel, targets = _points()
    rest, importance = np.arange(20) != 7, np.linspace(0.5, 1.5, 20)
    ridge = fit_ridge(kernel.copy(), targets, importance, 0.1)
    again = fit_ridge(kernel[np.ix_(rest, rest)], targets[rest], importance[rest], 0.1)
    np.testing.assert_allclose(ridge.left_out[7], kernel[7, rest] @ again.weights, atol=1e-4)


def test_with_all_examples_as_landmarks_the_fit_is_the_exact_one() -> None:
    kernel, targets = _points()
    importance = np.linspace(0.5, 1.5, 20)
    near = fit_by_landmarks(kernel, kernel, targets, importance, 0.1)
    exact = fit_ridge(kernel.copy(), targets, importance, 0.1)
    np.testing.assert_allclose(kernel @ near.weights, kernel @ exact.weights, atol=5e-3)
    np.testing.assert_allclose(near.left_out, exact.left_out, atol=5e-3)


def test_about_the_stated_share_of_known_texts_is_rejected() -> None:
    head = _fitted(("sea", "kitchen"), WIDE)
    kept = [each.in_scope for each in head.opinions(head.left_out)]
    assert 0.9 <= np.mean(kept) <= 1.0


def test_the_measure_with_the_smaller_left_out_loss_is_taken() -> None:
    texts, labels = _texts(("sea", "kitchen"))
    vectors = HashingEmbedder().embed_queries(texts)
    chosen = fit_head(vectors, texts, labels)
    assert chosen.loss == min(Head(vectors, texts, labels, each).loss for each in (WIDE, NARROW))


def test_landmarks_are_everything_or_shared_out_among_labels() -> None:
    labels = np.array(["many"] * 50 + ["few"] * 5)
    assert len(landmarks(labels)) == 55
    some = labels[landmarks(labels, exact=20, most=10)]
    assert (list(some).count("few"), list(some).count("many")) == (5, 5)


def test_many_examples_are_learnt_from_landmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.routing.head.landmarks", lambda labels: landmarks(labels, exact=10, most=16))
    head = _fitted(("sea", "kitchen"), NARROW)
    texts, labels = _texts(("sea", "kitchen"), seed=1)
    opinions = head.opinions(head.scores(HashingEmbedder().embed_queries(texts), texts))
    assert np.mean([each.label == label for each, label in zip(opinions, labels, strict=True)]) > 0.9


def test_an_empty_text_and_a_very_long_one_get_an_opinion() -> None:
    head = _fitted(("sea", "kitchen"), NARROW)
    for text in ("", " \n", "boat " * 5000, "\ud800"):
        assert head.opinion(HashingEmbedder().embed_queries([text])[0], text).label in head.labels
