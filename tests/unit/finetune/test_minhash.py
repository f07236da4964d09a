"""Near-duplicates are found without comparing everything, and found as comparing everything would."""

from random import Random

import pytest

from finetune.minhash import Joined, clusters, near_pairs, resemblance, shingles


def test_resemblance() -> None:
    assert resemblance(shingles("a b c d"), shingles("A, b. c d!")) == 1.0
    assert resemblance(shingles("a b c d"), shingles("e f g h")) == 0.0
    assert resemblance(shingles("a b c d"), shingles("a b c e")) == pytest.approx(1 / 3)
    assert resemblance(shingles("yes"), shingles("no")) == 0.0


def test_pairs_are_those_of_comparing_each_with_each() -> None:
    rng = Random(3)
    words = [f"w{number}" for number in range(60)]
    texts = []
    for _ in range(60):
        base = rng.choices(words, k=40)
        texts += [base, [word if rng.random() > 0.03 else "changed" for word in base]]
    found = [shingles(" ".join(text)) for text in texts]
    wanted = {
        (one, other)
        for one in range(len(found))
        for other in range(one + 1, len(found))
        if resemblance(found[one], found[other]) >= 0.7
    }
    pairs = {(one, other) for one, other, _ in near_pairs(found, 0.7)}
    assert pairs <= wanted
    assert len(pairs) >= 0.97 * len(wanted)
    assert len(wanted) > 20


def test_clusters_and_sets() -> None:
    texts = [shingles(text) for text in ("one two three four", "five six seven", "one two three four", "nine ten")]
    assert clusters(texts, 0.8) == [[0, 2], [1], [3]]
    joined = Joined(4)
    joined.join(3, 1)
    joined.join(1, 0)
    assert joined.groups() == [[0, 1, 3], [2]]
