"""Listening, and stopping in an orderly way: a real server process."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant.api.server import address_of, bind
from assistant.errors import ConfigurationError
from assistant.settings import ServerSettings

PROGRAM = """
import sys
from assistant.api.app import create_app
from assistant.api.server import run
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.scripted import ScriptedAssistant

settings = Settings(home=sys.argv[1], server={"port": 0})
with Conversations.open(settings.conversations_url) as conversations:
    run(create_app(ScriptedAssistant(conversations, word_s=0.05), settings, page=False), settings)
print("closed", flush=True)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    yield process, line.split()[3]
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_port_in_use_is_told_with_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"127\.0\.0\.1:{port} is in use.*pilares serve --port"):
            bind(ServerSettings(port=port))


def test_an_unknown_host_is_told_with_a_way_out() -> None:
    with pytest.raises(ConfigurationError, match=r"server\.host.*127\.0\.0\.1"):
        bind(ServerSettings(host="no-such-host.invalid", port=0))


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "localhost"), ("127.0.0.1", "127.0.0.1")])
def test_the_printed_address_can_be_opened(host: str, shown: str) -> None:
    with bind(ServerSettings(host=host, port=0)) as listener:
        assert address_of(listener, host) == f"http://{shown}:{listener.getsockname()[1]}/"


def test_the_server_prints_its_address_and_answers(server: tuple[subprocess.Popen[str], str]) -> None:
    _, address = server
    assert httpx.get(f"{address}health").json()["status"] == "ok"


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_in_an_orderly_return(server: tuple[subprocess.Popen[str], str], kind: int) -> None:
    process, _ = server
    os.kill(process.pid, kind)
    output, _ = process.communicate(timeout=15)
    assert process.returncode == 0
    assert output.strip() == "closed"


def test_a_running_answer_is_finished_before_the_server_stops(server: tuple[subprocess.Popen[str], str]) -> None:
    process, address = server
    with httpx.stream("POST", f"{address}api/ask", json={"question": "leave", "stream": True}, timeout=20) as response:
        lines = response.iter_lines()
        assert next(lines) == "event: understood"
        os.kill(process.pid, signal.SIGTERM)
        time.sleep(0.2)
        assert httpx.post(f"{address}api/ask", json={"question": "late"}).status_code == 503
        rest = list(lines)
    assert "event: finished" in rest
    assert process.wait(timeout=15) == 0


def test_a_reader_that_leaves_stops_the_model(server: tuple[subprocess.Popen[str], str]) -> None:
    _, address = server
    with httpx.stream(
        "POST", f"{address}api/ask", json={"question": "compare", "stream": True}, timeout=20
    ) as response:
        assert next(response.iter_lines()) == "event: understood"
    deadline = time.monotonic() + 5
    states: list[str] = []
    while states != ["interrupted"] and time.monotonic() < deadline:
        (made,) = httpx.get(f"{address}api/conversations").json()["conversations"]
        states = [turn["state"] for turn in httpx.get(f"{address}api/conversations/{made['id']}").json()["turns"]]
        time.sleep(0.05)
    assert states == ["interrupted"]
