"""What the gate writes down about a version: the verdict, and everything that it follows from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from finetune.gate.asks import Floor, Score
from finetune.gate.limits import Limit, digest_of_limits, floor_limits, limits_for
from finetune.gate.plot import picture
from finetune.gate.table import worth_showing
from finetune.gate.verdict import FLOORS, PASS, Row, as_json, rows_beside, rows_of, verdict_of

BASE = "base"


@dataclass(frozen=True, slots=True)
class Run:
    """How it was measured. `sets` is the hash of what each probe asked; `looking` why such a run cannot pass.

    `floors` names the adapters (or "base") below which it must not fall, beside what it is compared with.
    """

    name: str
    against: str
    weights: Mapping[str, str]
    sets: Mapping[str, str]
    seed: int
    measured_at: str
    notes: Sequence[str] = ()
    looking: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    floors: Mapping[Floor, str] = field(default_factory=dict)


def record_of(run: Run, scores: Sequence[Score]) -> tuple[dict[str, Any], list[Row]]:
    """The record of a run, and the rows of its table."""
    limits = limits_for(rival=run.against != BASE)
    floors = _floors(run.against, run.floors)
    rows = _rows(scores, run.against, floors)
    verdict = verdict_of(rows)
    if run.looking:
        verdict = f"no verdict: {run.looking}"
    return {
        "verdict": verdict,
        "against": run.against,
        "floors": dict(run.floors),
        "measured_at": run.measured_at,
        "seed": run.seed,
        "weights": dict(run.weights),
        "sets": dict(run.sets),
        "limits_sha256": digest_of_limits([*limits, *(each for floor in floors for each in floor_limits(floor))]),
        "limits": [asdict(each) for each in limits],
        "figures": figures_of(scores),
        "notes": [*run.notes],
        "about": dict(run.about),
        "rows": as_json(rows),
        "scores": [asdict(each) for each in scores],
    }, rows


def _floors(against: Any, named: Iterable[Any]) -> list[Floor]:
    """Those that have to be measured: the base at least, wherever something else is compared with."""
    return [floor for floor in FLOORS if floor in named or (floor == "bare" and against != BASE)]


def _rows(scores: Sequence[Score], against: Any, floors: Sequence[Floor]) -> list[Row]:
    rows = rows_of(scores, limits_for(rival=against != BASE))
    return [*rows, *(row for floor in floors for row in rows_beside(scores, floor))]


def plot_of(record: Mapping[str, Any], rows: Sequence[Row], name: str) -> str:
    """The intervals of a record as an SVG."""
    limits: Mapping[str, Sequence[Limit]] = {
        "": limits_for(rival=record["against"] != BASE), **{floor: floor_limits(floor) for floor in FLOORS}
    }  # fmt: skip
    bounds = {(beside, each.metric): each.bound for beside, found in limits.items() for each in found
              if each.rule in ("better", "not worse")}  # fmt: skip
    return picture([row for row in rows if worth_showing(row)], f"{name} against {record['against']}", bounds)


def checked(gate: Mapping[str, Any]) -> str:
    """The verdict of a record, found again from its scores under the limits of today.

    So neither a word that was changed in the file nor limits that were looser then let anything pass. A pass without
    scores is none, as if there was no record: empty. Only a refusal is taken at its word.
    """
    kept, said = gate.get("scores"), str(gate.get("verdict", ""))
    if not kept:
        return "" if said == PASS else said
    try:
        scores, against = [Score(**each) for each in kept], gate.get("against")
        rows = _rows(scores, against, _floors(against, gate.get("floors") or ()))
    except (TypeError, ValueError) as error:
        return f"its scores cannot be read: {error}"
    verdict = verdict_of(rows)
    return verdict if verdict != PASS else said


def figures_of(scores: Sequence[Score]) -> dict[str, float]:
    """What is worth knowing and decides nothing: how many wrong answers are left of those of the base."""
    wrong = [
        (each.base, each.candidate)
        for each in scores
        if each.metric == "held_out.wrong" and each.base is not None and not each.beside
    ]
    before, after = sum(base for base, _ in wrong), sum(its for _, its in wrong)
    return {"wrong answers, of the base's": round(after / before, 3)} if before else {}
