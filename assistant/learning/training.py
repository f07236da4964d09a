"""Training and gate as a run of learning calls them: what a killed run has begun is gone on with."""

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from assistant.settings import Settings

_GOES_ON = ("running", "interrupted", "finished")
_LOOK_S = 2.0
Train = Callable[[Settings, str, str], str]
"""Trains on a dataset for a topic; returns `topic@vN`."""
Judge = Callable[[Settings, str], dict[str, Any]]
"""Measures a version; `verdict` is "pass" or why not."""


def train(settings: Settings, dataset: str, topic: str) -> str:
    """Train on a version of a dataset, or go on with a training of it that was begun; returns `topic@vN`.

    Raises ConfigurationError, ModelUnavailable and FinetuneError.
    """
    training = import_module("assistant.finetuning.training")
    runs = training.runs_of(settings)
    begun = [each for each in runs.all() if (each.plan.dataset, each.plan.topic) == (dataset, topic)]
    if begun and runs.state(begun[-1]) in _GOES_ON:
        while runs.busy() == begun[-1].name:  # its process has outlived the one that began it
            time.sleep(_LOOK_S)
        return str(training.finish(settings, begun[-1]))
    return str(training.train(settings, dataset, topic))


def judge(settings: Settings, name: str) -> dict[str, Any]:
    """Measure a version. Raises FinetuneError, ModelError and ConfigurationError."""
    found: dict[str, Any] = import_module("assistant.finetuning.gating").judge(settings, name)
    return found
