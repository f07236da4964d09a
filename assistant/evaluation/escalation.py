"""Is the small model's own doubt a reason to ask the large one? Both reason about questions with a known number.

The doubt is read from the log-probabilities of what the small model has written, and from the shape of question and
answer; a logistic regression over these, always judged on questions it has not learnt from, gives P(the answer is
wrong). What models answer is kept in a file, so that a run can be stopped and taken up again.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from assistant.errors import InvalidRequest
from assistant.evaluation.binary import auroc
from assistant.evaluation.halves import Half, in_half
from assistant.evaluation.jsonl import read_rows
from assistant.evaluation.metrics import RESAMPLES
from assistant.evaluation.progress import OnStep, shown
from assistant.evaluation.routing_metrics import curve_figures, gain_curve
from assistant.models.models import ModelRole, Models
from assistant.routing.calibration import Array, calibration_error
from assistant.settings import ModelSettings, Settings

FOLDS = 5
_SEED = 20_260_101
LEAST_ROWS = 50
ANSWER_TOKENS = 320
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_INSTRUCTION = "Solve the problem step by step, in short steps. End with a line of the form: Answer: <number>"


@dataclass(frozen=True, slots=True)
class Problem:
    """A question whose answer is a number."""

    id: str
    prompt: str
    answer: Decimal


@dataclass(frozen=True, slots=True)
class Solution:
    """What a model wrote, with the log-probability of each token."""

    id: str
    model: str
    text: str
    logprobs: tuple[float, ...]

    @property
    def number(self) -> Decimal | None:
        """The number after the last "Answer:", else the last number of the text."""
        _, marked, behind = self.text.rpartition("Answer:")
        found = (_NUMBER.findall(behind)[:1] if marked else []) or _NUMBER.findall(self.text)[-1:]
        return _decimal(found[0]) if found else None


Solve = Callable[[str], tuple[str, tuple[float, ...]]]
"""A question's text to what a model writes, and the log-probabilities of its tokens."""


def measure_escalation(
    problems: Sequence[Problem],
    models: Models,
    settings: Settings,
    console: Console,
    *,
    kept: Path | None = None,
    large: bool = False,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Ask the models and judge; returns the figures and the single results."""
    found: dict[ModelRole, dict[str, Solution]] = {}
    asked: dict[ModelRole, ModelSettings] = {"slm": settings.slm}
    if large:
        asked["llm"] = settings.llm
    for role, its in asked.items():
        endpoint = models.endpoint(role)
        with shown(endpoint.model, console) as on_step:
            solve = solver(models.chat(role))
            found[role] = solutions(problems, endpoint.model, solve, kept, its.parallel, on_step)
    return escalation_figures(problems, found["slm"], found.get("llm"))


def read_problems(path: Path, half: Half = "all", limit: int | None = None) -> list[Problem]:
    """Rows {id, prompt, answer}; `limit` takes that many, spread over the file. Raises InvalidRequest."""
    problems = []
    for row in read_rows(path):
        answer = _decimal(row.text("answer"))
        if answer is None:
            raise row.refused("`answer` is no number", "Give the answer as digits")
        problems.append(Problem(row.identifier("id"), row.text("prompt"), answer))
    chosen = [problem for problem in problems if in_half(problem.id, half)]
    if limit is not None and limit < len(chosen):
        chosen = [chosen[place * len(chosen) // limit] for place in range(limit)]
    if len(chosen) < LEAST_ROWS:
        raise InvalidRequest(f"{path} has {len(chosen)} questions where {LEAST_ROWS} are needed. Give a larger file.")
    return chosen


def solver(chat: Any) -> Solve:
    """Ask a chat model that gives log-probabilities (any of LangChain's for OpenAI-compatible addresses)."""
    from langchain_core.messages import HumanMessage, SystemMessage

    bound = chat.bind(logprobs=True, max_tokens=ANSWER_TOKENS)

    def solve(prompt: str) -> tuple[str, tuple[float, ...]]:
        said = bound.invoke([SystemMessage(_INSTRUCTION), HumanMessage(prompt)])
        tokens = (said.response_metadata.get("logprobs") or {}).get("content") or []
        return said.text, tuple(float(token["logprob"]) for token in tokens)

    return solve


def solutions(
    problems: Sequence[Problem], model: str, solve: Solve, kept: Path | None, at_once: int, on_step: OnStep
) -> dict[str, Solution]:
    """What a model writes for each problem, by id; what `kept` holds of an earlier run is not asked again."""
    found = _known(kept, model) if kept is not None else {}
    missing = [problem for problem in problems if problem.id not in found]

    def work(problem: Problem) -> Solution:
        return Solution(problem.id, model, *solve(problem.prompt))

    done = len(problems) - len(missing)
    workers = ThreadPoolExecutor(at_once)
    try:
        for solution in workers.map(work, missing):
            found[solution.id] = solution
            if kept is not None:
                _keep(kept, solution)
            done += 1
            on_step(done, len(problems))
    finally:
        workers.shutdown(cancel_futures=True)
    return found


def _keep(kept: Path, solution: Solution) -> None:
    with kept.open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(asdict(solution)))  # the line before may have been cut short by a kill


def _known(kept: Path, model: str) -> dict[str, Solution]:
    if not kept.exists():
        return {}
    rows = []
    for line in kept.read_text(encoding="utf-8").splitlines():
        with suppress(json.JSONDecodeError):
            rows.append(json.loads(line))
    return {row["id"]: Solution(**row | {"logprobs": tuple(row["logprobs"])}) for row in rows if row["model"] == model}


def doubts(problem: Problem, solution: Solution) -> list[float]:
    """What tells a wrong answer from a right one, before any other model is asked."""
    logprobs = np.array(solution.logprobs or (0.0,))
    lowest = np.sort(logprobs)[: max(1, len(logprobs) // 10)]
    return [
        float(logprobs.mean()),
        float(logprobs[:16].mean()),
        float(logprobs[-8:].mean()),
        float(logprobs.min()),
        float(lowest.mean()),
        float((logprobs < np.log(0.5)).mean()),
        float(np.log1p(len(logprobs))),
        float(solution.number is None),
        float("Answer:" not in solution.text),
        float(np.log1p(len(problem.prompt))),
        float(len(_NUMBER.findall(problem.prompt))),
    ]


def escalation_figures(
    problems: Sequence[Problem], small: Mapping[str, Solution], large: Mapping[str, Solution] | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """AUROC and ECE of P(wrong), of the mean log-probability alone; with a large model, what escalating gains."""
    right = np.array([_right(problem, small) for problem in problems], dtype=float)
    features = np.array([doubts(problem, small[problem.id]) for problem in problems])
    wrong = held_out(features, 1 - right)
    truth = [bool(each) for each in 1 - right]
    figures: dict[str, Any] = {
        "n": len(problems),
        "small_right": float(right.mean()),
        "auroc": auroc(truth, list(wrong)),
        "auroc_interval": auroc_interval(truth, wrong),
        "ece": calibration_error(wrong, 1 - right, bins=10),
        "auroc_mean_logprob": auroc(truth, list(-features[:, 0])),
        "auroc_length": auroc(truth, list(features[:, 6])),
    }
    if large is not None:
        theirs = np.array([_right(problem, large) for problem in problems], dtype=float)
        figures |= {"large_right": float(theirs.mean()), **curve_figures(gain_curve(wrong, right, theirs))}
    rows = [
        {"id": problem.id, "p_wrong": float(p), "right": bool(r), "gold": str(problem.answer),
         "said": str(small[problem.id].number)}
        for problem, p, r in zip(problems, wrong, right, strict=True)
    ]  # fmt: skip
    return figures, rows


def held_out(features: Array, outcomes: Array) -> Array:
    """P(outcome) of each row from rows of other folds: logistic regression over scaled features."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(outcomes)) < 2:
        return np.full(len(outcomes), float(outcomes.mean()))
    folds, found = np.arange(len(outcomes)) % FOLDS, np.zeros(len(outcomes))
    for fold in range(FOLDS):
        learnt, held = folds != fold, folds == fold
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3)).fit(features[learnt], outcomes[learnt])
        found[held] = model.predict_proba(features[held])[:, 1]
    return found


def auroc_interval(truth: Sequence[bool], scores: Array) -> tuple[float, float] | None:
    """95 % bootstrap interval over rows (percentile method, seeded); None without both kinds."""
    generator, outcomes, areas = np.random.default_rng(_SEED), np.array(truth), []
    for _ in range(RESAMPLES):
        drawn = generator.integers(0, len(outcomes), len(outcomes))
        area = auroc([bool(each) for each in outcomes[drawn]], [float(each) for each in scores[drawn]])
        if area is not None:
            areas.append(area)
    if not areas:
        return None
    low, high = np.percentile(areas, [2.5, 97.5])
    return float(low), float(high)


def _right(problem: Problem, found: Mapping[str, Solution]) -> bool:
    number = found[problem.id].number
    return number is not None and number == problem.answer


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "").strip().rstrip("."))
    except InvalidOperation:
        return None
