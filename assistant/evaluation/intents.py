"""Measures the head that guesses intents on a set of labelled texts: fitted on train, reported on test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console

from assistant.evaluation.labelled import Labelled, LabelledSet
from assistant.evaluation.metrics import percentile
from assistant.evaluation.progress import shown
from assistant.routing.examples import OUT_OF_SCOPE
from assistant.routing.head import Head, Opinion, fit_head
from assistant.routing.intents import embedded
from knowledge.embedder import Embedder, Vectors

Figures = dict[str, Any]
_AT_ONCE = 512
_TIMED = 500
_RECALL = 0.80


@dataclass(frozen=True, slots=True)
class Guessed:
    """A test row, what the head made of it, and the score by which it is in scope (the higher, the surer)."""

    row: Labelled
    opinion: Opinion
    scope: float

    @property
    def right(self) -> bool:
        """Whether the likeliest intent is the row's, in scope or not."""
        return self.opinion.label == self.row.label

    def details(self) -> Figures:
        """The row as it is written with --details."""
        return {
            "text": self.row.text, "label": self.row.label, "guess": self.opinion.label,
            "confidence": self.opinion.confidence, "fit": self.opinion.fit, "in_scope": self.opinion.in_scope,
            **({"lang": self.row.language} if self.row.language else {}),
        }  # fmt: skip


def measure_intents(
    data: LabelledSet, embedder: Embedder, console: Console, *, vectors: Path | None = None
) -> tuple[Figures, list[Guessed]]:
    """Fit on train, set the threshold on validation (else on the left-out examples of train), report test.

    `vectors` is a folder where embeddings are kept for the next run.
    """
    embedder.embed_queries(["loaded"])
    embed = _Embedding(embedder, console, vectors)
    train, began = embed(data.train, "Train"), perf_counter()
    with console.status("Fitting"):
        head = fit_head(train, [row.text for row in data.train], [row.label for row in data.train])
    fit_seconds = perf_counter() - began
    known = [row for row in data.validation if row.label != OUT_OF_SCOPE]
    if known:
        head.calibrate(head.scores(embed(known, "Validation"), [row.text for row in known]))
    test = embed(data.test, "Test")
    scores = head.scores(test, [row.text for row in data.test])
    guessed = [
        Guessed(*each) for each in zip(data.test, head.opinions(scores), map(float, head.scope(scores)), strict=True)
    ]
    return {
        **summary(guessed),
        **_by_language(guessed),
        "intents": len(head.labels),
        "train": len(data.train),
        "test": len(data.test),
        "unlabelled": data.unlabelled,
        "threshold_from": "validation" if known else "left-out examples",
        "fit_seconds": fit_seconds,
        "embed_ms_per_text": embed.ms_per_text,
        **_times(head, embedder, data.test),
        "embedder": embedder.model_id,
    }, guessed


def summary(guessed: Sequence[Guessed]) -> Figures:
    """Figures of test rows.

    `accuracy_in_scope` is the share of in-scope rows whose likeliest intent is theirs; `accuracy_at_5pct_reject` counts
    a rejected row as wrong, at the threshold of the head; `accuracy_at_80pct_oos_recall` does so at the threshold that
    finds 80 % of the out-of-scope rows of the test part itself. `macro_f1` has `oos` as one of the labels, where there
    are such rows.
    """
    inside = np.array([each.row.label != OUT_OF_SCOPE for each in guessed])
    right = np.array([each.right for each in guessed])
    kept = np.array([each.opinion.in_scope for each in guessed])
    scope = np.array([each.scope for each in guessed])
    some = bool((~inside).any() and inside.any())
    return {
        "accuracy_in_scope": _share(right[inside]),
        "oos_recall_at_5pct_reject": _share(~kept[~inside]),
        "oos_auroc": _auroc(scope, inside) if some else None,
        "macro_f1": _macro_f1(guessed, with_oos=some),
        "accuracy_at_5pct_reject": _share((right & kept)[inside]),
        "rejected_in_scope": _share(~kept[inside]),
        "accuracy_at_80pct_oos_recall": _at_recall(scope, right, inside) if some else None,
    }


def _share(hits: npt.NDArray[np.bool_]) -> float | None:
    return float(hits.mean()) if hits.size else None


def _at_recall(scope: npt.NDArray[Any], right: npt.NDArray[np.bool_], inside: npt.NDArray[np.bool_]) -> float | None:
    threshold = np.quantile(scope[~inside], _RECALL)
    return _share((right & (scope > threshold))[inside])


def _auroc(scope: npt.NDArray[Any], inside: npt.NDArray[np.bool_]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(inside, scope))


def _macro_f1(guessed: Sequence[Guessed], *, with_oos: bool) -> float | None:
    from sklearn.metrics import f1_score

    rows = [each for each in guessed if with_oos or each.row.label != OUT_OF_SCOPE]
    if not rows:
        return None
    said = [each.opinion.label if each.opinion.in_scope or not with_oos else OUT_OF_SCOPE for each in rows]
    truth = [each.row.label for each in rows]
    return float(f1_score(truth, said, labels=sorted(set(truth)), average="macro", zero_division=0.0))


def _by_language(guessed: Sequence[Guessed]) -> Mapping[str, Any]:
    languages = sorted({each.row.language for each in guessed} - {""})
    found = {name: summary([each for each in guessed if each.row.language == name]) for name in languages}
    return {"by_language": found} if found else {}


def _times(head: Head, embedder: Embedder, rows: Sequence[Labelled]) -> Figures:
    """Milliseconds for one text, one after another: the head alone (the turn has the embedding), and with it."""
    texts = [rows[place * len(rows) // min(_TIMED, len(rows))].text for place in range(min(_TIMED, len(rows)))]
    alone, whole = list[float](), list[float]()
    for text in texts:
        began = perf_counter()
        vector: Vectors = embedder.embed_queries([text])[0]
        embedded_at = perf_counter()
        head.opinion(vector, text)
        ended = perf_counter()
        alone.append((ended - embedded_at) * 1000)
        whole.append((ended - began) * 1000)
    return {
        "predict_ms_p50": percentile(alone, 50),
        "predict_ms_p95": percentile(alone, 95),
        "predict_with_embedding_ms_p50": percentile(whole, 50),
        "predict_with_embedding_ms_p95": percentile(whole, 95),
    }


class _Embedding:
    """Embeds rows with a bar, keeping the vectors in a folder if there is one; `ms_per_text` is null when all were."""

    def __init__(self, embedder: Embedder, console: Console, kept: Path | None) -> None:
        self._embedder = embedder
        self._console = console
        self._kept = kept
        self._seconds = 0.0
        self._texts = 0

    def __call__(self, rows: Sequence[Labelled], label: str) -> Vectors:
        parts = []
        with shown(label, self._console) as step:
            for start in range(0, len(rows), _AT_ONCE):
                texts = [row.text for row in rows[start : start + _AT_ONCE]]
                began = perf_counter()
                parts.append(embedded(self._embedder, texts, self._kept))
                self._seconds += perf_counter() - began
                self._texts += len(texts)
                step(start + len(texts), len(rows))
        return np.concatenate(parts)

    @property
    def ms_per_text(self) -> float | None:
        """Milliseconds for a text among many; null of nothing."""
        return 1000 * self._seconds / self._texts if self._texts and self._kept is None else None
