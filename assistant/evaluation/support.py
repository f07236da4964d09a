"""Runs a file of claims through the product's support check, beside the baselines.

A row is {id, context, claim, supported, optional lang}. Ids may repeat (several rows about one text): halves go by id,
and a claim that stands there twice with the same context is checked once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from assistant.errors import InvalidRequest
from assistant.evaluation.binary import auroc, balanced_accuracy, balanced_interval, best_threshold, f1_of_false
from assistant.evaluation.halves import Half, in_half
from assistant.evaluation.jsonl import read_rows
from assistant.evaluation.metrics import percentile, share
from assistant.evaluation.progress import OnStep
from assistant.grounding.support.verdicts import ClaimVerdict
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage
from knowledge.sentences import split_sentences

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, the text it is checked against, and whether that supports it."""

    id: str
    language: str
    context: str
    text: str
    supported: bool


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim with its verdict: `claim_ms` with its context read already, `context_ms` for reading that."""

    claim: Claim
    verdict: ClaimVerdict
    claim_ms: float
    context_ms: float


class Checks(Protocol):
    """The product's check (`assistant.grounding.support.check.SupportCheck`)."""

    def prime(self, passages: Sequence[Passage]) -> None:
        """Read passages ahead."""

    def verdicts(self, claims: Sequence[str], passages: Sequence[Passage]) -> Sequence[ClaimVerdict]:
        """One verdict per claim."""


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """All claims of a file, and those of the half that is measured."""

    everything: tuple[Claim, ...]
    chosen: tuple[Claim, ...]


def read_claims(file: Path, half: Half = "all") -> ClaimSet:
    """Read a file of claims. Raises InvalidRequest naming the line that is wrong, or a half without rows."""
    from assistant.turn.language import detect_language

    claims = []
    for row in read_rows(file):
        context, text = row.text("context"), row.text("claim")
        for key, value in (("context", context), ("claim", text)):
            if not value.strip():
                raise row.refused(f"`{key}` is empty", "Write a text.")
        language = row.text("lang", "").strip().lower() or detect_language(text)
        claims.append(Claim(row.identifier("id"), language, context, text, row.truth("supported")))
    chosen = tuple(each for each in claims if in_half(each.id, half))
    if not chosen:
        raise InvalidRequest(f"No row of {file} is in its {half} half. Use --half all.")
    return ClaimSet(tuple(claims), chosen)


def passage_of(claim: Claim) -> Passage:
    """The context as a document without a name."""
    name, text = sha256(claim.context.encode("utf-8", "surrogatepass")).hexdigest(), claim.context
    sentences = tuple(split_sentences(text))
    return Passage(name, name, name, "", (), text, 0, len(text), None, claim.language, 1.0, sentences=sentences)


def check(
    checks: Checks, claims: Sequence[Claim], on_step: OnStep | None = None
) -> Iterator[CheckedClaim]:  # fmt: skip
    """Check the claims, those about one context together; they come out in that order."""
    by_context: dict[str, list[Claim]] = {}
    for claim in claims:
        by_context.setdefault(claim.context, []).append(claim)
    done = 0
    for own in by_context.values():
        passage = passage_of(own[0])
        began = perf_counter()
        checks.prime([passage])
        context_ms = (perf_counter() - began) * 1000
        known: dict[str, tuple[ClaimVerdict, float]] = {}
        for claim in own:
            if claim.text not in known:
                began = perf_counter()
                (verdict,) = checks.verdicts([claim.text], [passage])
                known[claim.text] = verdict, (perf_counter() - began) * 1000
            yield CheckedClaim(claim, *known[claim.text], context_ms)
            done += 1
            if on_step:
                on_step(done, len(claims))


def summarise(data: ClaimSet, checked: Sequence[CheckedClaim]) -> Figures:
    """The figures, overall and per language, with those of the baselines beside them."""
    overlap = _overlap_threshold(data)
    figures = figures_of(checked, overlap)
    languages = sorted({each.claim.language for each in checked})
    figures["by_language"] = {
        language: figures_of([each for each in checked if each.claim.language == language], overlap)
        for language in languages
    }
    return figures


def figures_of(checked: Sequence[CheckedClaim], overlap_threshold: float) -> Figures:
    """The figures of one group of claims. Times are in milliseconds."""
    truth = [each.claim.supported for each in checked]
    told = [each.verdict.verdict == "supported" for each in checked]
    words = list(word_overlap(each.claim for each in checked))
    most = sum(truth) * 2 >= len(truth)
    return {
        "n": len(checked),
        "supported": sum(truth),
        **_quality(truth, told, [each.verdict.score for each in checked]),
        "balanced_accuracy_interval": balanced_interval(truth, told),
        "ms_per_claim_p50": percentile([each.claim_ms for each in checked], 50),
        "ms_per_claim_p95": percentile([each.claim_ms for each in checked], 95),
        "ms_per_context_p50": percentile([each.context_ms for each in checked], 50),
        "asked_share": share([each.verdict.asked for each in checked]),
        "baselines": {
            "majority": _quality(truth, [most] * len(truth), [0.0] * len(truth)),
            "word_overlap": _quality(truth, [each >= overlap_threshold for each in words], words),
        },
    }


def details_row(checked: CheckedClaim) -> Figures:
    """Everything about one claim, for `--details`."""
    claim, verdict = checked.claim, checked.verdict
    return {
        "id": claim.id,
        "lang": claim.language,
        "claim": claim.text,
        "supported": claim.supported,
        "verdict": verdict.verdict,
        "score": verdict.score,
        "asked": verdict.asked,
        "evidence": [each.sentence.text for each in verdict.evidence],
        "claim_ms": checked.claim_ms,
        "context_ms": checked.context_ms,
    }


def word_overlap(claims: Iterable[Claim]) -> Iterator[float]:
    """The share of each claim's words that its context has."""
    analyzer = Analyzer()
    for claim in claims:
        own, theirs = (set(analyzer.query_terms(text, None, limit=10_000)) for text in (claim.text, claim.context))
        yield len(own & theirs) / len(own) if own else 0.0


def _overlap_threshold(data: ClaimSet) -> float:
    """The baseline's threshold, chosen on the tune half like any other; on everything when that is empty."""
    tune = [each for each in data.everything if in_half(each.id, "tune")] or list(data.everything)
    return best_threshold([each.supported for each in tune], list(word_overlap(tune)))


def _quality(truth: Sequence[bool], told: Sequence[bool], scores: Sequence[float]) -> Figures:
    return {
        "balanced_accuracy": balanced_accuracy(truth, told),
        "auroc": auroc(truth, scores),
        "f1_unsupported": f1_of_false(truth, told),
    }
