"""Measures the router on outcomes of two models beside trivial baselines, always on rows it has not learnt from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from rich.console import Console

from assistant.errors import InvalidRequest
from assistant.evaluation.halves import Half, in_half
from assistant.evaluation.progress import OnStep, shown
from assistant.evaluation.routing_metrics import area_intervals, curve_figures, gain_curve
from assistant.routing.calibration import Array, calibration_error
from assistant.routing.features import Floats, embedded_part
from assistant.routing.fitting import Rows, fit
from assistant.routing.samples import Sample, check_enough, dataset_hash, folds_of
from knowledge.embedder import Embedder

FOLDS = 5
EMBEDDED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Judged:
    """Scores of held-out rows: of the router and of each baseline, with the router's two probabilities."""

    samples: Sequence[Sample]
    small: Array
    large: Array
    scores: Mapping[str, Array]
    p_slm: Array
    p_right: Array


def embedded(texts: Sequence[str], embedder: Embedder, on_step: OnStep, kept: Path | None = None) -> Floats:
    """Query embeddings of prompts, shape (texts, dimension); `kept` is a file that holds them from an earlier run."""
    if kept is not None and (found := _kept(kept, texts, embedder.model_id)) is not None:
        return found
    parts = []
    for start in range(0, len(texts), EMBEDDED_AT_ONCE):
        some = [embedded_part(text) for text in texts[start : start + EMBEDDED_AT_ONCE]]
        parts.append(embedder.embed_queries(some))
        on_step(min(start + EMBEDDED_AT_ONCE, len(texts)), len(texts))
    vectors = np.concatenate(parts)
    if kept is not None:
        np.savez(kept, vectors=vectors, key=np.array(_key(texts, embedder.model_id)))
    return vectors


def _key(texts: Sequence[str], model: str) -> str:
    from hashlib import sha256

    return sha256("\0".join((model, *texts)).encode("utf-8", "surrogatepass")).hexdigest()


def _kept(path: Path, texts: Sequence[str], model: str) -> Floats | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            fits = str(stored["key"]) == _key(texts, model)
            return np.asarray(stored["vectors"], dtype=np.float32) if fits else None
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def judge_held_out(samples: Sequence[Sample], vectors: Floats, half: Half, on_step: OnStep) -> Judged:
    """Scores of rows the router has not seen.

    `test`: fitted on the tune half. `tune` and `all`: cross-validation in five folds by the id. Raises InvalidRequest
    when there are too few rows.
    """
    check_enough(samples)
    rows, folds = Rows.of(samples, vectors), folds_of(samples, FOLDS)
    test = np.array([in_half(sample.id, "test") for sample in samples])
    chosen = {"all": np.ones(len(samples), dtype=bool), "tune": ~test, "test": test}[half]
    splits = (
        [(~test, test)] if half == "test" else [(chosen & (folds != f), chosen & (folds == f)) for f in range(FOLDS)]
    )
    raw, tfidf = np.zeros((len(samples), 2)), np.zeros(len(samples))
    p_slm, p_right = np.zeros(len(samples)), np.zeros(len(samples))
    for done, (learnt, held) in enumerate(splits):
        if not learnt.any() or not held.any():
            raise InvalidRequest("A half or fold of the set is empty. Give a larger file.")
        fitted = fit(rows[learnt], folds[learnt])
        raw[held] = fitted.weights.scores(rows.counts[held], rows.rest[held])
        p_slm[held], p_right[held] = fitted.enough(raw[held, 0]), fitted.small_right(raw[held, 1])
        tfidf[held] = tfidf_scores(samples, rows.gain, learnt, held)
        on_step(done + 1, len(splits))
    scores = {"router": raw[chosen, 0], "tfidf": tfidf[chosen], "length": _lengths(samples)[chosen]}
    seen = [sample for sample, taken in zip(samples, chosen, strict=True) if taken]
    return Judged(seen, rows.small[chosen], rows.large[chosen], scores, p_slm[chosen], p_right[chosen])


def tfidf_scores(samples: Sequence[Sample], gain: Array, learnt: Array, held: Array) -> Array:
    """The baseline: TF-IDF of words and pairs, ridge regression on the gain, its penalty chosen like ours."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge

    texts = np.array([sample.text for sample in samples], dtype=object)
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    ridge = Ridge(alpha=10.0, solver="lsqr").fit(vectorizer.fit_transform(texts[learnt]), gain[learnt])
    found: Array = ridge.predict(vectorizer.transform(texts[held]))
    return found


def _lengths(samples: Sequence[Sample]) -> Array:
    return np.array([float(len(sample.text)) for sample in samples])


def routing_figures(judged: Judged) -> dict[str, Any]:
    """The figures of evaluation.md, those of the baselines, and intervals."""
    small, large = judged.small, judged.large
    curves = {name: gain_curve(values, small, large) for name, values in judged.scores.items()}
    curves["random"] = gain_curve(np.zeros(len(small)), small, large)
    enough = (large <= small).astype(float)
    return {
        "n": len(small),
        **curve_figures(curves["router"]),
        "ece": calibration_error(judged.p_right, small),
        "ece_enough": calibration_error(judged.p_slm, enough),
        "baselines": {name: curve_figures(curves[name]) for name in ("random", "length", "tfidf")},
        "perfect": curve_figures(gain_curve(large - small, small, large)),
        "accuracy": {"always_slm": float(small.mean()), "always_llm": float(large.mean())},
        "intervals": area_intervals(judged.scores, small, large),
    }


def measure_routing(
    samples: Sequence[Sample], embedder: Embedder, half: Half, console: Console, kept: Path | None = None
) -> tuple[dict[str, Any], Judged]:
    """Embed, fit and judge; returns the figures and the single results."""
    with shown("Embedding", console) as on_step:
        vectors = embedded([sample.text for sample in samples], embedder, on_step, kept)
    with shown("Fitting", console) as on_step:
        judged = judge_held_out(samples, vectors, half, on_step)
    figures = routing_figures(judged)
    return figures | {"half": half, "embedder": embedder.model_id, "dataset": dataset_hash(samples)}, judged


def details(judged: Judged) -> Iterator[dict[str, Any]]:
    """Every row with the router's scores."""
    for place, sample in enumerate(judged.samples):
        yield {
            "id": sample.id,
            "score": float(judged.scores["router"][place]),
            "p_slm": float(judged.p_slm[place]),
            "p_right": float(judged.p_right[place]),
            "small_correct": bool(judged.small[place]),
            "large_correct": bool(judged.large[place]),
        }
