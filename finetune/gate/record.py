"""What the gate writes down about a version: the verdict, and everything that it follows from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from finetune.gate.asks import Score
from finetune.gate.limits import Limit, digest_of_limits, limits_for
from finetune.gate.plot import picture
from finetune.gate.verdict import PASS, Row, as_json, rows_of, verdict_of

BASE = "base"


@dataclass(frozen=True, slots=True)
class Run:
    """How it was measured. `sets` is the hash of what each probe asked; `looking` why such a run cannot pass."""

    name: str
    against: str
    weights: Mapping[str, str]
    sets: Mapping[str, str]
    seed: int
    measured_at: str
    notes: Sequence[str] = ()
    looking: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)


def record_of(run: Run, scores: Sequence[Score]) -> tuple[dict[str, Any], list[Row]]:
    """The record of a run, and the rows of its table."""
    limits = limits_for(rival=run.against != BASE)
    rows = rows_of(scores, limits)
    verdict = verdict_of(rows)
    if run.looking:
        verdict = f"no verdict: {run.looking}"
    return {
        "verdict": verdict,
        "against": run.against,
        "measured_at": run.measured_at,
        "seed": run.seed,
        "weights": dict(run.weights),
        "sets": dict(run.sets),
        "limits_sha256": digest_of_limits(limits),
        "limits": [asdict(each) for each in limits],
        "figures": figures_of(scores),
        "notes": [*run.notes],
        "about": dict(run.about),
        "rows": as_json(rows),
        "scores": [asdict(each) for each in scores],
    }, rows


def plot_of(record: Mapping[str, Any], rows: Sequence[Row], name: str) -> str:
    """The intervals of a record as an SVG."""
    limits: Sequence[Limit] = limits_for(rival=record["against"] != BASE)
    bounds = [(each.metric, each.bound) for each in limits if each.rule in ("better", "not worse")]
    return picture(rows, f"{name} against {record['against']}", bounds)


def checked(gate: Mapping[str, Any]) -> str:
    """The verdict of a record, found again from its scores under the limits of today.

    So neither a word that was changed in the file nor limits that were looser then let anything pass. A pass without
    scores is none, as if there was no record: empty. Only a refusal is taken at its word.
    """
    kept, said = gate.get("scores"), str(gate.get("verdict", ""))
    if not kept:
        return "" if said == PASS else said
    try:
        scores = [Score(**each) for each in kept]
        rows = rows_of(scores, limits_for(rival=gate.get("against") != BASE))
    except (TypeError, ValueError) as error:
        return f"its scores cannot be read: {error}"
    verdict = verdict_of(rows)
    return verdict if verdict != PASS else said


def figures_of(scores: Sequence[Score]) -> dict[str, float]:
    """What is worth knowing and decides nothing: how many wrong answers are left of those of the base."""
    wrong = [
        (each.base, each.candidate) for each in scores if each.metric == "held_out.wrong" and each.base is not None
    ]
    before, after = sum(base for base, _ in wrong), sum(its for _, its in wrong)
    return {"wrong answers, of the base's": round(after / before, 3)} if before else {}
