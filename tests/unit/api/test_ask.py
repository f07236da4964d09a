"""POST /api/ask: server-sent events and JSON, limits, leaving early."""

import json
import threading
import time
from datetime import UTC, datetime

import httpx
import pytest
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.errors import ModelUnavailable
from assistant.settings import Settings
from assistant.testing.replies import Reply
from assistant.testing.scripted import ScriptedAssistant
from knowledge.search.filters import Filter


def events_of(response: httpx.Response) -> list[tuple[str, dict]]:
    blocks = [block for block in response.text.split("\n\n") if block and not block.startswith(":")]
    return [(block.split("\n")[0][7:], json.loads(block.split("\n")[1][6:])) for block in blocks]


def test_the_events_come_in_the_order_of_a_turn(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "How many days of leave?", "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    names = [name for name, _ in events_of(response)]
    assert names[:3] == ["understood", "found", "routed"]
    assert set(names[3:-1]) == {"wrote"}
    assert names[-1] == "finished"


def test_the_streamed_words_are_the_answer(client: TestClient) -> None:
    response = client.post(
        "/api/ask", json={"question": "How many days of leave?"}, headers={"accept": "text/event-stream"}
    )
    events = events_of(response)
    final = events[-1][1]
    assert "".join(data["text"] for name, data in events if name == "wrote") == final["answer"]
    assert final["citations"][0]["quote"] == "Every employee has 25 days of annual leave a year."


def test_json_has_the_fields_of_the_contract(client: TestClient) -> None:
    answer = client.post("/api/ask", json={"question": "How many days of leave?"}).json()
    for name in ("answer", "abstained", "language", "intent", "question", "route", "citations", "support", "passages",
                 "timings", "usage", "id", "conversation_id"):  # fmt: skip
        assert name in answer
    assert {"model", "tier", "reason", "p_slm", "escalated"} <= answer["route"].keys()
    assert {"marker", "document", "title", "quote", "start", "end", "page"} <= answer["citations"][0].keys()
    assert {"sentence", "score", "supported", "citations"} <= answer["support"][0].keys()
    assert {"understand_ms", "retrieve_ms", "route_ms", "first_token_ms", "total_ms"} <= answer["timings"].keys()


def test_a_conversation_goes_on(client: TestClient, assistant: ScriptedAssistant) -> None:
    first = client.post("/api/ask", json={"question": "How many days of leave?"}).json()
    client.post("/api/ask", json={"question": "compare", "conversation_id": first["conversation_id"], "model": "llm"})
    assert assistant.requests[-1].conversation_id == first["conversation_id"]
    assert assistant.requests[-1].model == "llm"
    shown = client.get(f"/api/conversations/{first['conversation_id']}").json()
    assert [turn["question"] for turn in shown["turns"]] == ["How many days of leave?", "compare"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question": "x" * 1_001}, 413),
        ({"question": "  \n "}, 422),
        ({"question": 7}, 422),
        ({}, 422),
        ({"question": "x", "model": "gpt"}, 422),
        ({"question": "x", "surprise": 1}, 422),
        ({"question": "x", "conversation_id": "none"}, 404),
        ({"question": "x", "conversation_id": "'; DROP TABLE turns; --"}, 404),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(client: TestClient, body: dict, status: int) -> None:
    response = client.post("/api/ask", json=body)
    assert response.status_code == status
    assert response.json()["error"]["message"].rstrip().endswith(".")


def test_refusals_speak_the_language_of_the_caller(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": ""}, headers={"accept-language": "es-MX,es;q=0.9,en;q=0.5"})
    assert response.json()["error"]["message"] == "Escribe antes una pregunta."


@pytest.mark.parametrize("body", ["[" * 100_000, "{", '{"question": "x"', "\xff\xfe"])
def test_malformed_json_is_refused(client: TestClient, body: str) -> None:
    response = client.post("/api/ask", content=body.encode("latin-1"), headers={"content-type": "application/json"})
    assert response.status_code in (400, 413, 422)
    assert "error" in response.json()


def test_lone_surrogates_are_asked_as_replacement_characters(client: TestClient) -> None:
    response = client.post(
        "/api/ask", content=b'{"question": "a\\ud800b\\u0000"}', headers={"content-type": "application/json"}
    )
    assert response.status_code == 200
    conversation = response.json()["conversation_id"]
    assert client.get(f"/api/conversations/{conversation}").json()["turns"][0]["question"] == "a\ufffdb\ufffd"


def test_a_failed_turn_says_why_and_keeps_the_question(client: TestClient, assistant: ScriptedAssistant) -> None:
    assistant.replies = {
        "": Reply("Some words", error=ModelUnavailable("The model is gone. Run `pilares models pull`."))
    }
    response = client.post("/api/ask", json={"question": "anything"})
    assert response.status_code == 503
    assert "pilares models pull" in response.json()["error"]["message"]
    streamed = events_of(client.post("/api/ask", json={"question": "anything", "stream": True}))
    assert streamed[-1][0] == "failed"
    (turn,) = client.get(f"/api/conversations/{streamed[-1][1]['conversation_id']}").json()["turns"]
    assert (turn["state"], turn["question"]) == ("failed", "anything")


def test_an_unexpected_error_is_told_without_its_details(
    client: TestClient, assistant: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_request: object) -> object:
        raise RuntimeError("secret path /etc/shadow")
        yield

    monkeypatch.setattr(assistant, "stream", broken)
    response = client.post("/api/ask", json={"question": "anything"})
    assert response.status_code == 503
    assert "secret" not in response.text


def test_too_many_turns_at_once_are_refused(assistant: ScriptedAssistant, settings: Settings) -> None:
    assistant.word_s = 0.05
    app = create_app(assistant, settings, page=False)
    app.state.turns._limit = 1
    with TestClient(app, base_url="http://127.0.0.1") as client:
        slow = threading.Thread(target=client.post, args=("/api/ask",), kwargs={"json": {"question": "leave"}})
        slow.start()
        deadline = time.monotonic() + 5
        while not len(app.state.turns) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert client.post("/api/ask", json={"question": "leave"}).status_code == 503
        slow.join()
        assert client.post("/api/ask", json={"question": "leave"}).status_code == 200


def test_a_question_is_asked_of_some_documents(client: TestClient, assistant: ScriptedAssistant) -> None:
    limits = {"sources": ["hr"], "types": ["PDF"], "tags": ["Old"], "since": "2026-01-01T00:00:00"}
    assert client.post("/api/ask", json={"question": "How many days?", "filter": limits}).status_code == 200
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert assistant.requests[-1].filter == Filter(sources=("hr",), types=("pdf",), tags=("old",), since=since)
    client.post("/api/ask", json={"question": "How many days?"})
    assert not assistant.requests[-1].filter


@pytest.mark.parametrize("limits", [{"owner": ["me"]}, {"since": "yesterday"}, {"tags": ["x" * 501]}, []])
def test_a_filter_that_is_none_is_refused(client: TestClient, limits: object) -> None:
    answer = client.post("/api/ask", json={"question": "How many days?", "filter": limits})
    assert answer.status_code == 422
    assert "filter" in answer.json()["error"]["message"]
