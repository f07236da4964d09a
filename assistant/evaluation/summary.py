"""The figures of a run of questions, overall, per language and per kind."""

from collections.abc import Callable, Sequence
from typing import Any

from assistant.evaluation.metrics import interval, mean, percentile, share
from assistant.evaluation.scoring import Judged
from assistant.grounding.abstain import confidence
from assistant.grounding.citations import without_markers

Figures = dict[str, Any]


def summarise(judged: Sequence[Judged]) -> Figures:
    """All figures; a figure is None where it has nothing to be computed from. Times are in seconds unless named _ms."""
    figures = figures_of(judged)
    figures["by_language"] = _by(judged, lambda each: each.outcome.question.language)
    if any(each.outcome.question.kind for each in judged):
        figures["by_kind"] = _by(judged, lambda each: each.outcome.question.kind or "none")
    return figures


def figures_of(judged: Sequence[Judged]) -> Figures:
    """The figures of one group of questions."""
    return {**_counts(judged), **_rates(judged), **_citations(judged), **_routes(judged), **_times(judged)}


def details_row(judged: Judged) -> Figures:
    """Everything about one question, for `--details`."""
    outcome, answer = judged.outcome, judged.outcome.answer
    row: Figures = {
        "id": outcome.question.id,
        "answer": answer.text if answer else "",
        "abstained": outcome.abstained,
        "tier": answer.route.tier if answer else None,
        "escalated": answer.route.escalated if answer else False,
        "sources": list(outcome.sources),
        "citations": [{"document": each.document, "quote": each.quote} for each in answer.citations] if answer else [],
        "first_token_s": outcome.first_token_s,
        "total_s": outcome.total_s,
        "verdict": judged.verdict,
        "question": outcome.question.text,
        "signals": dict(answer.signals) if answer else {},
        "confidence": confidence(answer.signals) if answer and answer.signals else None,
        "reason": answer.route.reason if answer else None,
    }
    return row if outcome.error is None else {**row, "error": outcome.error}


def _by(judged: Sequence[Judged], key: Callable[[Judged], str]) -> Figures:
    groups: dict[str, list[Judged]] = {}
    for each in judged:
        groups.setdefault(key(each), []).append(each)
    return {name: figures_of(groups[name]) for name in sorted(groups)}


def _counts(judged: Sequence[Judged]) -> Figures:
    answerable = sum(each.outcome.question.answerable for each in judged)
    failed = sum(each.outcome.error is not None for each in judged)
    return {"n": len(judged), "answerable": answerable, "unanswerable": len(judged) - answerable, "errors": failed}


def _rates(judged: Sequence[Judged]) -> Figures:
    answerable = [each.verdict for each in judged if each.outcome.question.answerable]
    unanswerable = [each.verdict for each in judged if not each.outcome.question.answerable]
    hits = {
        "answered_correct": [verdict == "correct" for verdict in answerable],
        "wrong": [each.verdict == "wrong" for each in judged],
        "abstained_right": [verdict == "abstained_right" for verdict in unanswerable],
        "abstained_wrong": [verdict == "abstained_wrong" for verdict in answerable],
    }
    intervals = {name: interval(values) for name, values in hits.items()}
    return {**{name: share(values) for name, values in hits.items()}, "intervals": intervals}


def _lengths(judged: Sequence[Judged]) -> list[float]:
    """Words of each answer that was given: whoever quotes everything is right about everything."""
    given = [each.outcome for each in judged if each.outcome.answer is not None and not each.outcome.abstained]
    return [float(len(without_markers(each.answer.text).split())) for each in given if each.answer is not None]


def _citations(judged: Sequence[Judged]) -> Figures:
    return {
        "citation_document_recall": mean([r for each in judged if (r := each.citation_recall) is not None]),
        "citation_precision": mean([p for each in judged if (p := each.citation_precision) is not None]),
        "answer_words_p50": percentile(_lengths(judged), 50),
        "citation_verbatim": share([found for each in judged for found in each.outcome.verbatim]),
    }


def _routes(judged: Sequence[Judged]) -> Figures:
    routes = [answer.route if (answer := each.outcome.answer) else None for each in judged]
    return {
        "slm_share": share([route is not None and route.tier == "slm" for route in routes]),
        "llm_share": share([route is not None and route.tier == "llm" for route in routes]),
        "escalated_share": share([route is not None and route.escalated for route in routes]),
    }


def _times(judged: Sequence[Judged]) -> Figures:
    """An abstention before any token was shown has no first token; its time is that of `abstention_s_p50`."""
    done = [each.outcome for each in judged if each.outcome.error is None]
    first = [each.first_token_s for each in done if each.first_token_s is not None]
    small = [
        each.first_token_s for each in done
        if each.first_token_s is not None and each.answer is not None and each.answer.route.tier == "slm"
    ]  # fmt: skip
    evidence = [each.evidence_ms for each in done if each.evidence_ms is not None]
    silent = [each.total_s for each in done if each.abstained and each.first_token_s is None]
    return {
        "first_token_s_p50": percentile(first, 50),
        "first_token_s_p95": percentile(first, 95),
        "first_token_slm_s_p50": percentile(small, 50),
        "abstention_s_p50": percentile(silent, 50),
        "evidence_ms_p50": percentile(evidence, 50),
        "evidence_ms_p95": percentile(evidence, 95),
        "total_s_p50": percentile([each.total_s for each in done], 50),
    }
