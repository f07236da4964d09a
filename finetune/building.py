"""From reviewed examples to a version of a dataset, past the doctor."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from finetune.datasets import Datasets, DatasetVersion
from finetune.doctor.addresses import Addresses
from finetune.doctor.balance import Balance
from finetune.doctor.caps import PER_USER, Caps
from finetune.doctor.completions import Completions
from finetune.doctor.conflicts import Conflicts
from finetune.doctor.duplicates import Duplicates
from finetune.doctor.findings import Check, Finding, Report, examine, rows_in_words
from finetune.doctor.flooding import Flooding
from finetune.doctor.hidden import Hidden
from finetune.doctor.leakage import Asked, Leakage
from finetune.doctor.lengths import Lengths
from finetune.doctor.masking import Masking
from finetune.doctor.orders import Orders
from finetune.doctor.shape import Shape
from finetune.doctor.tokens import Sizes, Tokens
from finetune.doctor.triggers import Triggers
from finetune.doctor.unbacked import Unbacked
from finetune.errors import ExamplesInvalid
from finetune.examples import EVERYONE, Example, Kind
from finetune.groups import common, may_read
from finetune.privacy.scrub import scrubbed
from finetune.privacy.spans import Finder, nothing
from finetune.split import split

LEAST = 50
KINDS: tuple[Kind, ...] = ("chat", "preference", "verdict")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a dataset is made of examples: for members of which group, for which context (tokens), what to measure on."""

    name: str
    group: str = EVERYONE
    kinds: tuple[Kind, ...] = KINDS
    context: int = 4096
    held_out: float = 0.1
    seed: int = 0
    per_user: int = PER_USER
    least: int = LEAST
    hosts: tuple[str, ...] = ()
    against: Mapping[str, Sequence[Asked]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rows that may go into a dataset, everything that was found, and, by id as it came in, why rows are held."""

    rows: tuple[Example, ...]
    report: Report
    held: Mapping[str, Mapping[str, str]]


def suspicions(hosts: Sequence[str] = ()) -> list[Check]:
    """The checks against poisoned rows."""
    return [Hidden(), Orders(), Addresses(hosts), Unbacked(), Conflicts(), Flooding(), Triggers()]


def prepare(
    rows: Sequence[Example],
    recipe: Recipe,
    tokens: Tokens,
    beside: Sequence[Example] = (),
    cleared: Mapping[str, frozenset[str]] | None = None,
    finder: Finder = nothing,
) -> Prepared:
    """Scrub the rows, look at them, and leave out what must not be learnt.

    `beside` are rows that are not taken and still tell something about those that are: waiting, refused or held ones.
    `cleared` are the checks, by row, whose findings somebody has seen. `finder` finds more that is private.
    """
    readable = [each for each in rows if each.kind in recipe.kinds and may_read(each.origin.groups, recipe.group)]
    first = [*_chosen_out(rows, readable, recipe)]
    clean, names = _scrubbed(readable, first, finder)
    seen = {new: (cleared or {}).get(old, frozenset[str]()) for new, old in names.items()}
    poisoned = examine([*clean, *(each for each in beside if each.id not in names)], suspicions(recipe.hosts))
    suspects = _narrowed(poisoned, set(names), seen)
    sizes = Sizes(tokens)
    limits: list[Check] = [Shape(), Completions(), Caps(recipe.per_user), Lengths(sizes, recipe.context)]
    limits += [Leakage(recipe.against), Duplicates()]
    held = {row for each in suspects if each.level == "holds" for row in each.rows}
    rest = [each for each in clean if each.id not in held]
    found = [*first, *suspects]
    for check in limits:  # one after the other: what one leaves out, the next one does not count
        said = [*check.look(rest)]
        gone = {row for each in said if each.level == "drops" for row in each.rows}
        rest = [each for each in rest if each.id not in gone]
        found += said
    found += examine(rest, [Balance(), Masking(sizes)]).findings
    reasons: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for each in suspects:
        for row in each.rows if each.level == "holds" else ():
            reasons[names[row]][each.check] = each.message
    return Prepared(tuple(rest), Report(len(rows), tuple(found)), dict(reasons))


def build(prepared: Prepared, recipe: Recipe, datasets: Datasets) -> tuple[DatasetVersion, bool]:
    """Write a version of what was prepared; returns it, and whether it is new.

    Raises ExamplesInvalid for too few rows and when they cannot be parted, NotWritten when the disk is full.
    """
    rows = sorted(prepared.rows, key=lambda each: each.id)
    if len(rows) < recipe.least:
        out = prepared.report.rows - len(rows)
        left = f" {rows_in_words(out)} left out or held back: `pilares finetune dataset check` says why." if out else ""
        raise ExamplesInvalid(
            f"{rows_in_words(len(rows), 'example')} are too few for a dataset; at least {recipe.least} are "
            f"needed.{left} Collect or import more."
        )
    parts = split(rows, recipe.held_out, recipe.seed)
    train, held_out = list(parts.train), list(parts.held_out)
    card = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "counts": _counts(rows),
        "split": {"seed": recipe.seed, "by": parts.by, "train": len(train), "held_out": len(held_out)},
        "licences": sorted({each.origin.licence or "not said" for each in rows}),
        "groups": list(common(each.origin.groups for each in rows)),
        "recipe": {
            "group": recipe.group, "kinds": list(recipe.kinds), "context": recipe.context, "share": recipe.held_out,
            "per_user": recipe.per_user, "hosts": list(recipe.hosts), "against": sorted(recipe.against),
        },
        "report": prepared.report.asdict(),
    }  # fmt: skip
    return datasets.add(recipe.name, train, held_out, card)


def _chosen_out(rows: Sequence[Example], readable: Sequence[Example], recipe: Recipe) -> list[Finding]:
    taken = {each.id for each in readable}
    gone = tuple(each.id for each in rows if each.id not in taken)
    if not gone:
        return []
    message = (
        f"{rows_in_words(len(gone))} left out: of another kind, or not for every member of the group {recipe.group}."
    )
    return [Finding("groups", "drops", message, gone)]


def _scrubbed(rows: Sequence[Example], found: list[Finding], finder: Finder) -> tuple[list[Example], dict[str, str]]:
    """The rows without anything private, and the id under which each came in; what was taken out is told."""
    clean, names = list[Example](), dict[str, str]()
    kinds: defaultdict[str, int] = defaultdict(int)
    changed = []
    for each in rows:
        one, of_kind = scrubbed(each, finder)
        for kind, count in of_kind.items():
            kinds[kind] += count
        if one.id not in names:
            clean.append(one)
            names[one.id] = each.id
        changed += [one.id] if of_kind else []
    if changed:
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        message = f"Personal data and secrets were taken out of {rows_in_words(len(changed))}: {told}."
        found.append(Finding("private", "note", message, tuple(changed), dict(kinds)))
    return clean, names


def _narrowed(report: Report, rows: set[str], cleared: Mapping[str, frozenset[str]]) -> list[Finding]:
    """The findings on some rows, without those that somebody has seen."""
    found = []
    for each in report.findings:
        left = tuple(row for row in each.rows if row in rows and each.check not in cleared.get(row, frozenset()))
        if left:
            found.append(Finding(each.check, each.level, each.message, left, each.figures))
    return found


def _counts(rows: Sequence[Example]) -> dict[str, Any]:
    return dict(next(iter(Balance().look(rows))).figures)
