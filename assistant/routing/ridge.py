"""Kernel ridge regression with the answers each example would get if it had been left out.

One linear system gives all classes, and its leave-one-out scores come in closed form (hat-matrix identity; Rifkin and
Lippert, "Notes on Regularized Least Squares", 2007), so that thresholds are set without a second training or a held-out
set: with ten examples an intent there is nothing to hold out. Past `EXACT` examples the kernel is approximated from
`LANDMARKS` of them (Nystroem; Williams and Seeger, 2001), which keeps memory and a prediction's time bounded.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]

EXACT = 16_384
LANDMARKS = 8_192
_SEED = 20_260_101
_JITTER = 1e-4


@dataclass(frozen=True, slots=True)
class Ridge:
    """Fitted weights, shape (landmarks, classes): scores are `kernel(x, landmarks) @ weights`.

    `left_out`, shape (examples, classes), are the scores each example gets from all others.
    """

    weights: Matrix
    left_out: Matrix


def landmarks(labels: npt.NDArray[Any], exact: int = EXACT, most: int = LANDMARKS) -> npt.NDArray[np.intp]:
    """Indices of the examples that stand for all: every one of up to `exact`, else `most`, in turn from each label."""
    if len(labels) <= exact:
        return np.arange(len(labels))
    shuffled = np.random.default_rng(_SEED).permutation(len(labels))
    seen: dict[Any, int] = {}
    turns = np.empty(len(labels), dtype=np.intp)
    for place, index in enumerate(shuffled):
        turns[place] = seen[labels[index]] = seen.get(labels[index], -1) + 1
    return np.sort(shuffled[np.argsort(turns, kind="stable")[:most]])


def fit_ridge(kernel: Matrix, targets: Matrix, importance: Numbers, penalty: float) -> Ridge:
    """Fit targets, shape (examples, classes), on the kernel of the examples with each other, which is overwritten.

    `importance` weighs the examples (mean 1), `penalty` is the ridge.
    """
    from scipy.linalg import cho_factor, cho_solve
    from scipy.linalg.lapack import strtri

    kernel[np.diag_indices_from(kernel)] += (penalty / importance).astype(np.float32)
    factor, _ = cho_factor(np.asarray(kernel, dtype=np.float32), lower=True, overwrite_a=True, check_finite=False)
    weights = cho_solve((factor, True), targets, check_finite=False)
    inverse, _ = strtri(np.tril(factor), lower=1, overwrite_c=1)
    left_out = targets - weights / np.einsum("ij,ij->j", inverse, inverse)[:, None]
    return Ridge(weights.astype(np.float32), left_out.astype(np.float32))


def fit_by_landmarks(kernel: Matrix, among: Matrix, targets: Matrix, importance: Numbers, penalty: float) -> Ridge:
    """The same with landmarks in place of all examples: `kernel` is that of the examples with the landmarks, `among`
    that of the landmarks with each other."""
    from scipy.linalg import cho_factor, cho_solve, solve_triangular

    root = np.linalg.cholesky(among + _JITTER * np.eye(len(among), dtype=among.dtype))
    features = solve_triangular(root, kernel.T, lower=True, check_finite=False).T
    scale = np.sqrt(importance).astype(features.dtype)[:, None]
    weighted = features * scale
    normal = weighted.T @ weighted
    normal[np.diag_indices_from(normal)] += penalty
    factor = cho_factor(normal, lower=True, check_finite=False)
    primal = cho_solve(factor, weighted.T @ (targets * scale), check_finite=False)
    half = solve_triangular(factor[0], weighted.T, lower=True, check_finite=False)
    leverage = np.clip(np.einsum("ij,ij->j", half, half), 0.0, 1.0 - 1e-6)[:, None]
    left_out = targets - (targets - features @ primal) / (1.0 - leverage)
    weights = solve_triangular(root, primal, lower=True, trans="T", check_finite=False)
    return Ridge(weights.astype(np.float32), left_out.astype(np.float32))
