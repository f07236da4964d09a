"""Outcomes made to measure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assistant.evaluation.answers import Outcome
from assistant.evaluation.formats import Question
from assistant.testing.answers import an_answer, citation, evidence, passage
from assistant.turn.answer import Route

MakeOutcome = Callable[..., Outcome]


@pytest.fixture
def outcome() -> MakeOutcome:
    """An outcome: `said`, `cited` documents and the like for the answer, all other names for the question."""

    def make(
        said: str = "Five days.", *, cited: tuple[str, ...] = (), abstained: bool = False, tier: str = "slm",
        escalated: bool = False, error: str | None = None, first: float | None = 1.0, total: float = 2.0,
        evidence_ms: float | None = 30.0, verbatim: tuple[bool, ...] = (), **question: Any,
    ) -> Outcome:  # fmt: skip
        asked = replace(Question("1", "en", "How long?", answerable=True), **question)
        citations = tuple(citation(evidence(n, passage(document=name))) for n, name in enumerate(cited, start=1))
        answer = an_answer(
            "c", said, abstained=abstained, citations=citations, signals={"support": 0.5},
            route=Route(tier, "m", "clear_evidence", escalated=escalated),  # type: ignore[arg-type]
        )  # fmt: skip
        return Outcome(asked, None if error else answer, total, first, evidence_ms, error, verbatim)

    return make
