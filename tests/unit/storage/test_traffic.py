"""Which way answers went, as routing and the ledger read it, and what feedback makes of it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from assistant.ledger import Ledger
from assistant.routing.feedback import samples_of
from assistant.routing.report import report_of
from assistant.settings import RoutingSettings, Settings
from assistant.storage.conversations import Conversations
from assistant.testing.answers import an_answer
from assistant.turn.answer import Route, Usage

SMALL, LARGE = Route("slm", "small", "judged_easy", p_slm=0.9), Route("llm", "large", "judged_hard", p_slm=0.2)


def _answered(store: Conversations, route: Route, verdict: str | None = None, cost: float = 0.0) -> str:
    begun = store.start("ana")
    turn = store.begin_turn("ana", begun.id, "How many days?")
    answer = an_answer(begun.id, route=route, usage=Usage(100, 10, 0.5, 0.2, "estimate: made up", cost))
    store.finish_turn(turn.id, answer)
    if verdict:
        store.add_feedback("ana", answer.id, verdict)  # type: ignore[arg-type]
    return begun.id


@pytest.fixture
def store(tmp_path: Path):
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as store:
        yield store


def test_a_route_is_read_back_with_all_its_numbers(store: Conversations) -> None:
    route = replace(LARGE, score=0.31, threshold=0.55, version="20260101.1-abcdef12", profile="auto-quality", lock="x")
    conversation = _answered(store, route)
    assert store.traffic.routes(conversation, 3) == [route]
    assert store.traffic.routes("another", 3) == []


def test_a_route_of_before_is_read_with_defaults() -> None:
    from assistant.storage.traffic import _ROUTE

    old = {"tier": "slm", "model": "m", "reason": "one_line", "p_slm": None, "escalated": False}
    assert _ROUTE.validate_python(old) == Route("slm", "m", "one_line")


def test_feedback_makes_samples(store: Conversations) -> None:
    _answered(store, SMALL, "up")
    _answered(store, SMALL, "down")
    _answered(store, LARGE, "up")
    _answered(store, replace(LARGE, escalated=True, reason="escalated"))
    _answered(store, SMALL)  # nobody said anything
    _answered(store, Route("none", "", "no_evidence"), "down")
    samples = samples_of(store.traffic.answered(), store.traffic.evidence_of)
    outcomes = sorted((str(each.small), str(each.large)) for each in samples)
    assert outcomes == [("False", "None"), ("False", "None"), ("None", "True"), ("True", "None")]
    assert {each.text for each in samples} == {"How many days of leave do I get?"}
    assert all(each.situation[0] == 1.0 for each in samples)


def test_the_report_counts_what_was_chosen(store: Conversations) -> None:
    _answered(store, SMALL, "up")
    _answered(store, LARGE, "down")
    _answered(store, Route("llm", "large", "forced_llm"))
    found = report_of(store.traffic.answered(), RoutingSettings(llm_share=0.3))
    assert found["share"] == {"turns": 2, "llm": 0.5, "target": 0.3}
    assert found["models"] == {"llm large": 2, "slm small": 1}
    assert found["feedback"]["judged_hard"] == {"up": 0, "down": 1, "turns": 1}


def test_the_ledger_beside_always_the_large_model(store: Conversations, tmp_path: Path) -> None:
    _answered(store, SMALL)
    _answered(store, SMALL)
    _answered(store, LARGE, cost=0.001)
    settings = Settings(
        home=tmp_path, llm={"name": "large", "url": "http://127.0.0.1:1/v1", "price_in": 8, "price_out": 20}
    )
    found = Ledger.of(store.traffic.answered()).as_json(settings)
    assert (found["answers"], found["input_tokens"], found["output_tokens"]) == (3, 300, 30)
    assert found["cost"] == pytest.approx(0.001)
    assert found["always_llm"]["cost"] == pytest.approx(0.001 + 2 * (100 * 8 + 10 * 20) / 1e6)
    assert found["saved"]["cost"] == pytest.approx(0.002)
    assert found["methods"] == {"estimate: made up": 3}
    assert found["by_tier"]["slm"]["wh"] == 1.0
    assert sum(day["answers"] for day in found["by_day"].values()) == 3


def test_with_enough_answers_of_its_own_their_mean_energy_is_taken(store: Conversations, tmp_path: Path) -> None:
    for route in [SMALL] * 2 + [LARGE] * 5:
        _answered(store, route)
    found = Ledger.of(store.traffic.answered()).as_json(Settings(home=tmp_path))
    assert found["always_llm"]["wh"] == pytest.approx(3.5)
    assert "mean of its own" in found["always_llm"]["method"]


def test_an_empty_period_is_a_ledger_too(store: Conversations, tmp_path: Path) -> None:
    found = Ledger.of(store.traffic.answered()).as_json(Settings(home=tmp_path))
    assert (found["answers"], found["saved"]["wh"]) == (0, 0.0)


def _thumb(store: Conversations, conversation: str, adapter: str, verdict: Literal["up", "down"]) -> None:
    turn = store.begin_turn("ana", conversation, "How long?")
    answer = an_answer(conversation, route=replace(SMALL, adapter=adapter))
    store.finish_turn(turn.id, answer)
    store.add_feedback("ana", answer.id, verdict)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_thumbs_are_counted_by_adapter_and_conversation(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A person who gives ten thumbs in one conversation weighs no more than another."""
    url = f"sqlite:///{tmp_path / 'p.db'}" if kind == "sqlite" else str(request.getfixturevalue("postgres_url"))
    before = datetime.now(UTC)
    with Conversations.open(url) as store:
        for _ in range(2):
            _thumb(store, store.start("ana").id, "help@v1", "up")
        angry = store.start("ana").id
        for _ in range(10):
            _thumb(store, angry, "help@v2", "down")
        _thumb(store, angry, "help@v2", "up")
        _thumb(store, store.start("ana").id, "", "down")
        assert store.traffic.thumbs(before) == {"help@v1": (2, 0), "help@v2": (0, 1)}
        assert store.traffic.thumbs(datetime.now(UTC)) == {}
