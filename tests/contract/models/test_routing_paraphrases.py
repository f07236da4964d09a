"""The same question in other words goes to the same model, and deciding takes milliseconds."""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from paraphrases import EASY, HARD, PAIRS, SUBJECTS

from assistant.models.embedder import SentenceEmbedder
from assistant.routing.bands import Bands
from assistant.routing.fitted import FittedRouter
from assistant.routing.making import fitted_router
from assistant.routing.samples import Sample
from assistant.routing.shelf import RouterShelf
from assistant.settings import Settings


@pytest.fixture(scope="module")
def router(e5: SentenceEmbedder, tmp_path_factory: pytest.TempPathFactory) -> FittedRouter:
    """Fitted on other questions than the pairs: 160 to look up, 160 to work on, with outcomes drawn at random."""
    generator, samples = np.random.default_rng(5), []
    for kind, right in ((EASY, 0.92), (HARD, 0.3)):
        for language, templates in kind.items():
            for text in (form.format(subject) for form in templates for subject in SUBJECTS[language]):
                small, large = bool(generator.random() < right), bool(generator.random() < 0.95)
                samples.append(Sample(text, text, small, large))
    vectors = e5.embed_queries([sample.text for sample in samples])
    return fitted_router(
        samples, vectors, RouterShelf(Settings(home=tmp_path_factory.mktemp("r")), e5.model_id), "made"
    )


def _tier(p_slm: float, bands: Bands) -> str:
    return "llm" if p_slm < bands.hard else "slm"


def test_paraphrases_are_decided_alike(router: FittedRouter, e5: SentenceEmbedder) -> None:
    bands = Bands(*router.card.bands["auto"])
    firsts, seconds = zip(*PAIRS, strict=True)
    tiers = [
        [
            _tier(router.judge(text, vector).p_slm, bands)
            for text, vector in zip(some, e5.embed_queries(some), strict=True)
        ]
        for some in (firsts, seconds)
    ]
    same = [one == other for one, other in zip(*tiers, strict=True)]
    assert 0.2 < tiers[0].count("llm") / len(PAIRS) < 0.75  # both decisions are taken
    for half in (same[:20], same[20:]):  # English, Spanish
        assert sum(half) / len(half) >= 0.9
    assert sum(same) / len(same) >= 0.95


def test_deciding_takes_milliseconds_beyond_the_embedding(router: FittedRouter, e5: SentenceEmbedder) -> None:
    """The figure is in docs/benchmarks.md; here only that it is no order of magnitude away."""
    vector = e5.embed_queries([PAIRS[0][0]])[0]
    took = []
    for first, second in PAIRS:
        for text in (first, second):
            began = perf_counter()
            router.judge(text, vector)
            took.append(perf_counter() - began)
    assert np.median(took) < 0.1
