"""A set of questions, and an assistant that answers it from a script out of a real library."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from assistant.errors import InvalidRequest
from assistant.settings import Settings
from assistant.testing.answers import an_answer
from assistant.turn.answer import Citation, Evidence, Route, TurnRequest
from assistant.turn.events import Failed, Finished, Found, TurnEvent, Wrote
from knowledge.library import Library
from knowledge.testing.embedder import HashingEmbedder

THINKING_S = 0.03
DOCUMENTS = {
    "hr/leave.md": "# Leave\n\nEvery employee has 25 days of annual leave. It is requested two weeks ahead.\n",
    "viajes.md": "# Viajes\n\nLos gastos de viaje se presentan en 30 días con sus recibos.\n",
}
QUESTIONS: list[dict[str, Any]] = [
    {"id": "right", "lang": "en", "question": "How many days of annual leave?", "answerable": True, "kind": "single",
     "docs": ["hr/leave.md"], "answer_any": [["25 days"]]},
    {"id": "follow", "lang": "es", "question": "¿Y los gastos de viaje?", "answerable": True, "kind": "follow_up",
     "docs": ["viajes.md"], "answer_any": [["30 días"]], "history": [{"role": "user", "content": "Hola"},
                                                                     {"role": "assistant", "content": "¡Hola!"}]},
    {"id": "withheld", "lang": "en", "question": "Who withholds?", "answerable": False, "kind": "unanswerable"},
    {"id": "fails", "lang": "en", "question": "Will this fail?", "answerable": True, "kind": "single",
     "docs": ["hr/leave.md"], "answer_any": [["yes"]]},
    {"id": "refused", "lang": "en", "question": "Is this refused?", "answerable": False, "kind": "unanswerable"},
    {"id": "hello", "lang": "en", "question": "hello", "answerable": True, "kind": "small_talk"},
]  # fmt: skip


class ScriptedTurns:
    """Finds in the real library; what it then says hangs on a word of the question."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.requests: list[TurnRequest] = []
        self.interrupt_at: int | None = None
        self.interrupt_with = signal.SIGINT
        self.shift = 0
        self.refined = 0

    def refine(self, progress: Callable[[int, int], None] | None = None) -> None:
        self.refined = self.library.stats().documents
        assert not self.requests

    def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
        self.requests.append(request)
        if self.interrupt_at == len(self.requests):
            signal.raise_signal(self.interrupt_with)
        if "refused" in request.text:
            raise InvalidRequest("The question is refused.")
        yield from self._events(request.text)

    def _events(self, text: str) -> Iterator[TurnEvent]:
        if text == "hello":
            yield Wrote("Hi!")
            yield Finished(replace(an_answer("c", "Hi!"), citations=(), evidence=()))
            return
        passage = self.library.search(text, k=1)[0]
        best = max(passage.sentences, key=lambda sentence: len(sentence.text))
        evidence = Evidence(1, passage, best, 0.9)
        sleep(THINKING_S)
        yield Found((evidence,), 2)
        if "fail" in text:
            yield Wrote("I was about to")
            yield Failed("The model stopped half-way.", "c")
        elif "withhold" in text:
            route = Route("none", "", "no_evidence")
            yield Finished(an_answer("c", "Not found.", abstained=True, citations=(), route=route))
        else:
            yield Wrote("")
            sleep(THINKING_S)
            yield Wrote(best.text)
            start, end = best.start + self.shift, best.end + self.shift
            name, title = passage.document, passage.title
            cited = Citation(1, passage.document_id, name, title, best.text, start, end, None)
            yield Finished(an_answer("c", f"{best.text} [1]", evidence=(evidence,), citations=(cited,)))


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> Iterator[None]:
    """A shell starts background jobs with SIGINT ignored, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A folder of questions with its documents."""
    folder = tmp_path / "set"
    for name, text in DOCUMENTS.items():
        (folder / "corpus" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in QUESTIONS)
    (folder / "questions.jsonl").write_text(rows, encoding="utf-8")
    return folder


class Opening:
    """Opens scripted assistants, and remembers the last one and its settings."""

    def __init__(self) -> None:
        self.last: ScriptedTurns | None = None
        self.settings: Settings | None = None
        self.interrupt_at: int | None = None
        self.interrupt_with = signal.SIGINT
        self.shift = 0

    @contextmanager
    def __call__(self, settings: Settings) -> Iterator[ScriptedTurns]:
        with Library.open(settings.knowledge_folder, HashingEmbedder(), settings.knowledge) as library:
            self.last, self.settings = ScriptedTurns(library), settings
            self.last.interrupt_at, self.last.interrupt_with = self.interrupt_at, self.interrupt_with
            self.last.shift = self.shift
            yield self.last


@pytest.fixture
def opening() -> Opening:
    """What to open assistants with."""
    return Opening()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own home folder, with a setting and intents in it."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "pilares.toml").write_text("[turn]\npassages = 3\n", encoding="utf-8")
    (home / "intents.toml").write_text("# mine\n", encoding="utf-8")
    monkeypatch.setenv("PILARES_HOME", str(home))
    return home
