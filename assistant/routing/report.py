"""What the router did with the turns of a period."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from assistant.routing.desk import counts
from assistant.settings import RoutingSettings
from assistant.storage.traffic import Answered

if TYPE_CHECKING:
    from rich.table import Table


def report_of(answered: Iterable[Answered], settings: RoutingSettings) -> dict[str, Any]:
    """Turns by model, reason, lock and version, feedback by route, and the share beside its target."""
    models: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    locks: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    verdicts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    chosen: list[bool] = []
    escalated = 0
    for each in answered:
        route = each.route
        models[f"{route.tier} {route.model}".strip()] += 1
        reasons[route.reason] += 1
        versions[route.version] += 1
        locks.update([route.lock] if route.lock else [])
        verdicts[route.reason].update({"up": each.up, "down": each.down, "turns": 1})
        escalated += route.escalated
        chosen += [route.tier == "llm"] if counts(route, settings.profile) else []
    return {
        "turns": sum(models.values()),
        "models": dict(models.most_common()),
        "reasons": dict(reasons.most_common()),
        "locks": dict(locks.most_common()),
        "versions": dict(versions.most_common()),
        "feedback": {reason: dict(found) for reason, found in verdicts.items()},
        "escalated": escalated,
        "share": {
            "turns": len(chosen),
            "llm": sum(chosen) / len(chosen) if chosen else None,
            "target": settings.llm_share,
        },
    }


def report_tables(found: Mapping[str, Any]) -> "list[Table]":
    """The report for people."""
    from rich.table import Table

    turns = max(1, found["turns"])
    models = Table("Model", "Turns", "Share", title=f"{found['turns']} turns, {found['escalated']} escalated")
    for name, number in found["models"].items():
        models.add_row(name, str(number), f"{100 * number / turns:.1f} %")
    share, target = found["share"]["llm"], found["share"]["target"]
    if share is not None:
        wanted = "no target" if target is None else f"target {100 * target:.1f} %"
        models.add_row(
            "[dim]chosen: large model[/dim]", str(found["share"]["turns"]), f"{100 * share:.1f} % ({wanted})"
        )
    reasons = Table("Reason", "Turns", "Liked", "Disliked")
    for reason, number in found["reasons"].items():
        verdicts = found["feedback"][reason]
        reasons.add_row(reason, str(number), str(verdicts["up"]), str(verdicts["down"]))
    return [models, reasons]
