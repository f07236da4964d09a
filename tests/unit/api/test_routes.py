"""What the routes do for whoever has the right; `test_authorisation` has who that is."""

from fastapi.testclient import TestClient

from assistant.testing.documents import LEAVE, document_id
from assistant.testing.scripted import ScriptedAssistant


def test_the_ledger_tells_what_answers_cost(client: TestClient) -> None:
    client.post("/api/ask", json={"question": "How many days of leave?"})
    found = client.get("/api/ledger", params={"since": "2020-01-01T00:00:00"}).json()
    assert (found["answers"], found["since"]) == (1, "2020-01-01T00:00:00+00:00")
    assert {"cost", "wh", "gco2e"} <= found["always_llm"].keys()
    assert client.get("/api/ledger", params={"since": "yesterday"}).status_code == 422


def test_conversations_are_listed_searched_renamed_and_deleted(client: TestClient) -> None:
    made = client.post("/api/ask", json={"question": "How many days of leave?"}).json()["conversation_id"]
    assert client.get("/api/conversations", params={"search": "LEAVE"}).json()["conversations"][0]["id"] == made
    assert client.get("/api/conversations", params={"search": "zebra"}).json()["conversations"] == []
    assert client.patch(f"/api/conversations/{made}", json={"title": " Leave "}).json()["title"] == "Leave"
    assert client.delete(f"/api/conversations/{made}").status_code == 204
    assert client.get(f"/api/conversations/{made}").status_code == 404


def test_feedback_is_stored_with_its_surface(client: TestClient, assistant: ScriptedAssistant) -> None:
    answer = client.post("/api/ask", json={"question": "How many days of leave?"}).json()
    given = {"answer_id": answer["id"], "verdict": "down", "reason": "incomplete", "correction": "25, pro rata."}
    assert client.post("/api/feedback", json=given).status_code == 201
    (stored,) = assistant.conversations.feedback()
    assert (stored.surface, stored.verdict, stored.correction) == ("api", "down", "25, pro rata.")
    assert client.post("/api/feedback", json={**given, "reason": "x" * 2_000}).status_code == 422


def test_documents_are_added_listed_read_and_deleted(client: TestClient) -> None:
    assert client.post("/api/documents", files={"other": ("note.md", b"Hello")}).status_code == 422
    response = client.post("/api/documents", files=[("files", ("note.md", b"Hello")), ("files", ("bad.bin", b"\xff"))])
    assert response.status_code == 201
    added, refused = response.json()["results"]
    assert (added["status"], refused["status"]) == ("added", "refused")
    assert "not a text file" in refused["error"]
    assert (
        client.post("/api/documents", files={"files": ("note.md", b"Hello")}).json()["results"][0]["status"]
        == "unchanged"
    )
    made = added["document"]["id"]
    assert client.get(f"/api/documents/{made}/text").json()["text"] == "Hello"
    assert client.delete(f"/api/documents/{made}").status_code == 204
    assert client.delete(f"/api/documents/{made}").status_code == 404
    assert client.get(f"/api/documents/{made}/text").status_code == 404
    assert made not in {each["id"] for each in client.get("/api/documents").json()["documents"]}


def test_markup_in_a_document_leaves_as_json_that_no_browser_renders(client: TestClient) -> None:
    client.post("/api/documents", files={"files": ("x.html", b"<script>alert(1)</script>", "text/html")})
    made = next(each for each in client.get("/api/documents").json()["documents"] if each["name"] == "x.html")
    response = client.get(f"/api/documents/{made['id']}/text")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_only_refused_files_take_the_status_of_the_first_refusal(client: TestClient) -> None:
    assert client.post("/api/documents", files={"files": ("bad.bin", b"\xff")}).status_code == 422
    large = client.post("/api/documents", files={"files": ("large.txt", b"x" * 20_001)})
    assert large.status_code == 413
    assert "the limit is 20 kB" in large.json()["results"][0]["error"]


def test_health_tells_which_parts_work(client: TestClient, assistant: ScriptedAssistant) -> None:
    from assistant.api.ports import ServiceState

    assert client.get("/health").json() == {
        "status": "ok", "parts": {"slm": "ready", "llm": "ready", "index": "ready"}, "documents": 4,
    }  # fmt: skip
    assistant.service = ServiceState(slm="starting", llm="unavailable")
    assert client.get("/health").json()["status"] == "starting"
    assistant.service = ServiceState(llm="unavailable")
    assert client.get("/health").json()["status"] == "degraded"


def test_a_document_that_is_stored_is_found_by_its_id(client: TestClient) -> None:
    assert client.get(f"/api/documents/{document_id(LEAVE)}/text").json()["text"] == LEAVE.text
