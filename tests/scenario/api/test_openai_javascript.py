"""The official JavaScript client, unchanged, under node: what its readme shows, against a served application."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.testing.replies import DEMO
from assistant.testing.service import Service

FOLDER = Path(__file__).parent / "javascript"
LEAVE = DEMO["leave"].text
Run = Callable[..., dict[str, Any]]

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine"),
    pytest.mark.skipif(
        not (FOLDER / "node_modules" / "openai").is_dir(), reason=f"npm ci in {FOLDER.name} (make clients)"
    ),
]


@pytest.fixture
def run(service: Service) -> Run:
    """Runs examples by their names; what each got."""

    def run(*names: str) -> dict[str, Any]:
        told = {
            "PILARES_TEST_URL": f"{service.address}v1",
            "PILARES_TEST_KEY": service.ana.key["authorization"].removeprefix("Bearer "),
            "PILARES_TEST_OPERATOR_KEY": service.boss.key["authorization"].removeprefix("Bearer "),
        }
        done = subprocess.run(
            [str(shutil.which("node")), "examples.mjs", *names],
            cwd=FOLDER, env=told, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def test_questions_are_answered_from_the_documents(run: Run) -> None:
    got = run("chat", "stream", "streamHelper", "responses", "responsesStream")
    chat, stream = got["chat"], got["stream"]
    assert (chat["content"], chat["reason"], chat["tier"]) == (LEAVE, "stop", "slm")
    assert chat["quotes"][0] == "Every employee has 25 days of annual leave a year."
    assert chat["usage"]["total_tokens"] == chat["usage"]["prompt_tokens"] + chat["usage"]["completion_tokens"] > 0
    assert (stream["content"], stream["citations"]) == (LEAVE, len(chat["quotes"]))
    assert stream["usage"]["total_tokens"] > 0
    assert got["streamHelper"] == {"content": LEAVE, "pieces": LEAVE}
    responses = got["responses"]
    assert (responses["text"], responses["kept"], responses["cited"]) == (LEAVE, LEAVE, "file_citation")
    assert responses["previous"].startswith("resp_")
    assert responses["gone"]["status"] == 404
    assert got["responsesStream"] == {"text": LEAVE, "first": "response.created", "last": "response.completed"}


def test_leaving_a_stream_stops_the_model(run: Run, service: Service) -> None:
    service.assistant.word_s = 0.05
    assert run("stopped")["stopped"] == {"aborted": True}
    deadline = time.monotonic() + 5
    while not service.assistant.stopped and time.monotonic() < deadline:
        time.sleep(0.01)
    assert service.assistant.stopped == 1


@pytest.mark.usefixtures("weather_calls")
def test_tools_are_called_and_their_results_go_back(run: Run, service: Service) -> None:
    got = run("tools", "responsesTools")
    assert got["tools"] == {"content": "It is 18 degrees.", "called": [{"city": "Lima"}]}
    assert got["responsesTools"] == {"name": "weather", "given": {"city": "Lima"}, "text": "It is 18 degrees."}
    results = [each for body in service.gateway.bodies for each in body["messages"] if each["role"] == "tool"]
    assert [each["content"] for each in results] == ["18 degrees", "18 degrees"]
    assert service.assistant.requests == []


def test_a_json_schema_comes_back_parsed(run: Run, service: Service) -> None:
    service.gateway.message = {"role": "assistant", "content": '{"city": "Lima", "degrees": 18}'}
    lima = {"city": "Lima", "degrees": 18}
    assert run("schema")["schema"] == {"chat": lima, "responses": lima}
    for body in service.gateway.bodies:
        assert body["response_format"]["json_schema"]["schema"]["required"] == ["city", "degrees"]


def test_embeddings_files_and_models(run: Run) -> None:
    got = run("embeddings", "files", "models")
    assert got["embeddings"]["count"] == 2
    assert got["embeddings"]["size"] > 1
    assert got["embeddings"]["apart"] < 1e-6
    files = got["files"]
    assert (files["name"], files["content"], files["bytes"]) == ("gate.md", "The gate opens at seven.", 24)
    assert (files["listed"], files["deleted"], files["gone"]["status"]) == (True, True, 404)
    assert got["models"]["names"][:4] == ["auto", "auto-cheap", "auto-quality", "local-only"]
    assert got["models"]["owner"] == "pilares"


def test_errors_are_the_clients_own(run: Run) -> None:
    got = run("errors")["errors"]
    assert {name: (each["name"], each["code"]) for name, each in got.items()} == {
        "key": ("AuthenticationError", "invalid_api_key"),
        "model": ("NotFoundError", "not_found"),
        "body": ("BadRequestError", "invalid_request"),
        "rights": ("PermissionDeniedError", got["rights"]["code"]),
    }
    assert got["rights"]["type"] == "permission_error"
