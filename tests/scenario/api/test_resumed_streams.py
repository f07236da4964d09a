"""Streams whose connection is lost in the middle, gone on with by a real HTTP client."""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from assistant.testing.replies import Reply
from assistant.testing.service import Service

QUESTION = {"question": "How many days of leave?", "stream": True, "resumable": True}
ID = re.compile(r"[0-9a-f]{32}\.\d+")


@pytest.fixture
def web(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.address, headers=service.ana.key, timeout=20) as client:
        yield client


class Blocks:
    """A stream read block by block; `last` is the id of the newest event."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()
        self.last = ""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Names and data of the events; comments and what has no data are passed over."""
        block: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if line:
                block[name] = value
                continue
            self.last = block.get("id", self.last)
            if "data" in block:
                yield block["event"], block["data"]
            block = {}


def waited(until: Any, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(until())


def whole(web: httpx.Client) -> list[str]:
    """What is answered without any loss: the names of the events, and the words."""
    with web.stream("POST", "/api/v1/ask", json=QUESTION) as response:
        return [name if name != "wrote" else data for name, data in Blocks(response)]


@pytest.mark.parametrize("again", ["the same request", "its stream"])
def test_whoever_comes_back_gets_what_was_missed_and_the_rest_and_nothing_is_asked_twice(
    service: Service, web: httpx.Client, again: str
) -> None:
    undisturbed = whole(web)
    service.assistant.requests.clear()
    service.assistant.go.clear()  # no word until the connection is lost
    with web.stream("POST", "/api/v1/ask", json=QUESTION) as response:
        stream = response.headers["x-pilares-stream"]
        blocks = Blocks(response)
        (begun, _) = next(iter(blocks))
        left = blocks.last
    assert (begun, left) == ("understood", f"{stream}.1")
    service.assistant.go.set()
    back = {"last-event-id": left}
    way = ("POST", "/api/v1/ask") if again == "the same request" else ("GET", f"/api/v1/streams/{stream}")
    sent = {"json": QUESTION} if way[0] == "POST" else {}
    with web.stream(*way, headers=back, **sent) as response:
        rest = [name if name != "wrote" else data for name, data in Blocks(response)]
    assert [begun, *rest] == undisturbed
    assert len(service.assistant.requests) == 1
    assert service.assistant.stopped == 0


def test_an_answer_that_was_finished_meanwhile_is_there(service: Service, web: httpx.Client) -> None:
    with web.stream("POST", "/api/v1/ask", json=QUESTION) as response:
        stream = response.headers["x-pilares-stream"]
    assert waited(lambda: service.assistant.requests and not service.assistant.stopped)
    found = web.get(f"/api/v1/streams/{stream}")
    assert found.headers["content-type"].startswith("text/event-stream")
    assert found.text.count("event: finished") == 1
    ids = ID.findall(found.text)
    assert ids == [f"{stream}.{number}" for number in range(len(ids))]
    last = web.get(f"/api/v1/streams/{stream}", headers={"last-event-id": ids[-1]})
    assert "event:" not in last.text


def test_a_stream_that_nobody_comes_back_to_is_stopped(
    service: Service, web: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(service.settings.server.__dict__, "resume_s", 0.2)
    service.assistant.replies = {"": Reply("word " * 2_000)}
    service.assistant.word_s = 0.01
    with web.stream("POST", "/api/v1/ask", json=QUESTION) as response:
        stream = response.headers["x-pilares-stream"]
        next(iter(Blocks(response)))
    assert waited(lambda: service.assistant.stopped == 1)
    assert web.get(f"/api/v1/streams/{stream}").status_code == 404


def test_one_that_is_not_resumable_stops_with_its_reader(service: Service, web: httpx.Client) -> None:
    service.assistant.replies = {"": Reply("word " * 2_000)}
    service.assistant.word_s = 0.01
    with web.stream("POST", "/api/v1/ask", json={**QUESTION, "resumable": False}) as response:
        blocks = Blocks(response)
        next(iter(blocks))
    assert waited(lambda: service.assistant.stopped == 1, 2)
    again = web.post("/api/v1/ask", json=QUESTION, headers={"last-event-id": blocks.last})
    assert again.status_code == 404
    assert len(service.assistant.requests) == 1


def test_one_can_be_stopped(service: Service, web: httpx.Client) -> None:
    service.assistant.replies = {"": Reply("word " * 2_000)}
    service.assistant.word_s = 0.01
    with web.stream("POST", "/api/v1/ask", json=QUESTION) as response:
        assert web.delete(f"/api/v1/streams/{response.headers['x-pilares-stream']}").status_code == 204
        names = [name for name, _ in Blocks(response)]
    assert "finished" not in names
    assert waited(lambda: service.assistant.stopped == 1, 2)


@pytest.mark.parametrize("said", ["nonsense", "0" * 32 + ".1", "." * 90, "\u00b2.\u00b2"])
def test_an_event_that_never_was_is_not_found(service: Service, web: httpx.Client, said: str) -> None:
    response = web.post("/api/v1/ask", json=QUESTION, headers={"last-event-id": said.encode()})
    assert response.status_code == 404
    assert service.assistant.requests == []


@pytest.mark.parametrize("number", ["99", "9" * 60, "-1", "\u0663"])
def test_a_number_that_was_not_sent_is_no_way_out(service: Service, web: httpx.Client, number: str) -> None:
    with web.stream("POST", "/api/v1/ask", json=QUESTION) as response:
        stream = response.headers["x-pilares-stream"]
        sent = response.read().count(b"event: ")
    found = web.get(f"/api/v1/streams/{stream}", headers={"last-event-id": f"{stream}.{number}".encode()})
    assert found.status_code == 200
    assert found.text.count("event: ") == (0 if number == "99" else sent)


def test_an_event_of_another_stream_says_nothing_of_this_one(service: Service, web: httpx.Client) -> None:
    streams = list[str]()
    for _ in range(2):
        with web.stream("POST", "/api/v1/ask", json=QUESTION) as response:
            streams.append(response.headers["x-pilares-stream"])
            sent = response.read().count(b"event: ")
    for other in (streams[0], "0" * 32, streams[1][:-1]):
        found = web.get(f"/api/v1/streams/{streams[1]}", headers={"last-event-id": f"{other}.2"})
        assert found.headers["x-pilares-stream"] == streams[1]
        assert found.text.count("event: ") == sent
    own = web.get(f"/api/v1/streams/{streams[1]}", headers={"last-event-id": f"{streams[1]}.2"})
    assert own.text.count("event: ") == sent - 2


def test_somebody_elses_stream_is_not_found(service: Service, web: httpx.Client) -> None:
    with web.stream("POST", "/api/v1/ask", json=QUESTION) as response:
        stream = response.headers["x-pilares-stream"]
        response.read()
    for ask in ("get", "delete"):
        assert getattr(httpx, ask)(
            f"{service.address}api/v1/streams/{stream}", headers=service.boss.key
        ).status_code == 404  # fmt: skip
    theirs = {**service.boss.key, "last-event-id": f"{stream}.1"}
    assert httpx.post(f"{service.address}api/v1/ask", json=QUESTION, headers=theirs).status_code == 404
