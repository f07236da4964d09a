"""A router learns where the large model helps, says so in probabilities that hold, and is kept in a file of its own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ConfigurationError, InvalidRequest
from assistant.evaluation.routing_metrics import gain_curve
from assistant.routing.calibration import Curve, calibrated, calibration_error
from assistant.routing.features import SHAPE, SITUATION, embedded_part, shape_of, situation_of
from assistant.routing.fitted import FittedRouter
from assistant.routing.making import calibrated_router, fitted_router
from assistant.routing.samples import Sample, dataset_hash, fold_of, read_outcomes
from assistant.routing.shelf import RouterShelf
from assistant.settings import Settings
from assistant.testing.answers import evidence
from knowledge.testing.embedder import HashingEmbedder

EASY = ["when does the shop open", "what is the price of the lamp", "where is the office", "¿cuándo abre la tienda?"]
HARD = ["prove the theorem about primes", "derive the formula step by step", "demuestra el teorema paso a paso"]
EMBEDDER = HashingEmbedder()


def made_samples(rows: int = 600, seed: int = 0) -> list[Sample]:
    """Easy questions that both answer, hard ones that the large model alone mostly answers."""
    generator, samples = np.random.default_rng(seed), []
    for number in range(rows):
        hard = bool(generator.random() < 0.4)
        text = f"{generator.choice(HARD if hard else EASY)} {generator.choice(['a', 'b', 'c'])} {number % 7}"
        small = bool(generator.random() < (0.3 if hard else 0.9))
        large = bool(generator.random() < 0.9)
        samples.append(Sample(f"q{seed}-{number}", text, small, large))
    return samples


def vectors_of(samples: list[Sample]) -> np.ndarray:
    return EMBEDDER.embed_queries([sample.text for sample in samples])


@pytest.fixture
def shelf(tmp_path: Path) -> RouterShelf:
    return RouterShelf(Settings(home=tmp_path), EMBEDDER.model_id)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> FittedRouter:
    shelf = RouterShelf(Settings(home=tmp_path_factory.mktemp("fitted")), EMBEDDER.model_id)
    samples = made_samples()
    return fitted_router(samples, vectors_of(samples), shelf, "made.jsonl")


def _p(fitted: FittedRouter, text: str) -> float:
    return fitted.judge(text, EMBEDDER.embed_queries([text])[0]).p_slm


def test_it_learns_where_the_large_model_helps(fitted: FittedRouter) -> None:
    fresh = made_samples(seed=9)
    judged = [fitted.judge(each.text, vector) for each, vector in zip(fresh, vectors_of(fresh), strict=True)]
    small, large = (np.array([float(getattr(each, name)) for each in fresh]) for name in ("small", "large"))
    assert gain_curve(np.array([each.gain for each in judged]), small, large).area() > 0.7
    assert calibration_error(np.array([each.p_right for each in judged]), small) < 0.08
    assert _p(fitted, "derive the formula step by step a 1") < 0.55 < _p(fitted, "when does the shop open a 1")
    assert fitted.card.figures["apgr_low"] > 0.5


def test_a_better_score_never_has_a_worse_probability(fitted: FittedRouter) -> None:
    scores = np.linspace(-1, 1, 500)
    assert (np.diff(fitted.enough(scores)) <= 0).all()
    assert (np.diff(fitted.small_right(scores)) >= 0).all()


def test_the_file_says_the_same_and_nothing_in_it_runs(fitted: FittedRouter, shelf: RouterShelf) -> None:
    path = shelf.put(fitted)
    again = shelf.current()
    assert again is not None
    assert again.card == fitted.card
    text = "derive the formula for the lamp"
    assert _p(again, text) == pytest.approx(_p(fitted, text), abs=1e-6)
    with np.load(path, allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)
    assert path.stat().st_size < 4_000_000


@pytest.mark.parametrize("changed", ["embedder", "slm", "llm", "adapter"])
def test_it_is_refused_when_something_has_changed(fitted: FittedRouter, tmp_path: Path, changed: str) -> None:
    settings = Settings(home=tmp_path)
    RouterShelf(settings, EMBEDDER.model_id).put(fitted)
    other = {"slm": {"slm": "other.gguf"}, "llm": {"llm": "other.gguf"}, "adapter": {"grounded_adapter": "none"}}
    later = Settings(home=tmp_path, **other.get(changed, {}))
    shelf = RouterShelf(later, "another" if changed == "embedder" else EMBEDDER.model_id)
    with pytest.raises(ConfigurationError, match=r"is not used: .* was .* is .*router fit"):
        shelf.current()


def test_a_damaged_file_is_one_clear_sentence(fitted: FittedRouter, shelf: RouterShelf) -> None:
    path = shelf.put(fitted)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ConfigurationError, match="cannot be read"):
        shelf.current()


def test_versions_are_never_overwritten(fitted: FittedRouter, shelf: RouterShelf) -> None:
    shelf.put(fitted)
    version, _ = shelf.fresh_version(fitted.card.dataset)
    assert version != fitted.card.version
    shelf.put(replace(fitted, card=replace(fitted.card, version=version)))
    assert shelf.version == version


def test_calibrating_moves_the_probabilities_alone(fitted: FittedRouter, shelf: RouterShelf) -> None:
    """The small model has become better: the same question is more surely for it."""
    better = [replace(each, small=each.small or bool(n % 3)) for n, each in enumerate(made_samples(300, seed=4))]
    again = calibrated_router(fitted, better, vectors_of(better), shelf, "better")
    text = "derive the formula step by step a 1"
    assert _p(again, text) > _p(fitted, text) + 0.1
    assert again.weights is fitted.weights


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (made_samples(150), "There are 150 questions"),
        ([replace(each, small=True) for each in made_samples()], "wrong on 0 of them"),
        ([], "There are 0 questions"),
    ],
)
def test_too_little_is_said_clearly(samples: list[Sample], said: str, shelf: RouterShelf) -> None:
    with pytest.raises(InvalidRequest, match=said) as refused:
        fitted_router(samples, np.zeros((len(samples), 8), dtype=np.float32), shelf, "few")
    assert "It takes 200, and 30 of each" in str(refused.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "1", "prompt": "a", "small_correct": 1, "large_correct": true}', "line 1: `small_correct` is 1"),
        ('{"id": "1", "prompt": " ", "small_correct": true, "large_correct": true}', "`prompt` is empty"),
        ('{"id": "1", "small_correct": true, "large_correct": true}', "`prompt` is missing"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(line: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    file.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match=said):
        read_outcomes(file)


def test_the_hash_of_a_data_set_knows_no_order() -> None:
    samples = made_samples(20)
    assert dataset_hash(samples) == dataset_hash(samples[::-1])
    assert dataset_hash(samples) != dataset_hash([replace(samples[0], small=not samples[0].small), *samples[1:]])


def test_folds_come_from_the_id() -> None:
    assert [fold_of(str(n), 5) for n in range(50)] == [fold_of(str(n), 5) for n in range(50)]
    assert {fold_of(str(n), 5) for n in range(50)} == set(range(5))


def test_calibration_of_a_shuffled_score_is_flat() -> None:
    generator = np.random.default_rng(3)
    curve = calibrated(generator.normal(size=1_000), (generator.random(1_000) < 0.7).astype(float), rising=True)
    assert curve(np.array([-0.5, 0.5])) == pytest.approx([0.7, 0.7], abs=0.08)


def test_calibration_error_by_hand() -> None:
    assert calibration_error(np.array([0.9, 0.9, 0.1, 0.1]), np.array([1.0, 0, 0, 0]), 10) == pytest.approx(0.25)
    assert Curve(np.array([0.0, 1.0]), np.array([0.2, 0.8]))(np.array([-5.0, 0.5, 5.0])) == pytest.approx(
        [0.2, 0.5, 0.8]
    )


def test_features_have_their_names() -> None:
    assert len(shape_of("¿Cuánto cuestan 3 lámparas y cuándo llegan?")) == len(SHAPE)
    assert len(shape_of("")) == len(SHAPE)
    assert len(situation_of([evidence(1), evidence(2)], follow_up=True, position=2)) == len(SITUATION)
    assert situation_of([], follow_up=False, position=0) == (0.0,) * len(SITUATION)


def test_a_long_prompt_is_embedded_by_its_two_ends() -> None:
    text = "start " + "x" * 5_000 + " the question?"
    assert embedded_part(text).startswith("start ")
    assert embedded_part(text).endswith(" the question?")
    assert len(embedded_part(text)) < 1_010
