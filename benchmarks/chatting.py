"""First-token time of the chat while documents are being added, against the same questions with nothing else to do.

Every question is asked twice, once each way, and which way comes first alternates, so that both find as much in the
model's prompt cache. Documents are added one after the other, by a thread of the same process, through the same door as
the web page's; each is new text, so that all of it is embedded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import mean
from threading import Event, Thread
from time import perf_counter, sleep

from rich.console import Console

from assistant.app import Assistant, build_app
from assistant.evaluation.formats import read_questions
from assistant.evaluation.home import temporary_home
from assistant.evaluation.metrics import percentile
from assistant.paths import sample_documents
from assistant.settings import load_settings
from assistant.turn.answer import TurnRequest
from assistant.turn.events import Failed, Finished, Found, Wrote
from benchmarks.table import Row, options, parsed, publish, ratio

WAYS = ("alone", "while documents are added")
_PARTS = 40
_UNDER_WAY_S = 1.0


class Adding:
    """Adds documents until it is told to stop."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._numbers = count()
        self.documents = 0
        self.passages = 0

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Documents are being added inside the block; what was begun is finished before it is left."""
        stopped = Event()
        thread = Thread(target=self._add, args=(stopped,), name="adding")
        thread.start()
        sleep(_UNDER_WAY_S)
        try:
            yield
        finally:
            stopped.set()
            thread.join()

    def _add(self, stopped: Event) -> None:
        while not stopped.is_set():
            number = next(self._numbers)
            upload = self._assistant.documents.add_upload(f"added-{number}.md", document(number).encode())
            self.documents += 1
            self.passages += upload.document.passages


def document(number: int) -> str:
    """A made-up report of some 10,000 tokens that says nothing about any question."""
    parts = [f"# Report {number} of the observatory"]
    for part in range(_PARTS):
        lines = [
            f"On night {number}.{part}.{line} the dome was opened at {line % 12} o'clock; {(number + part) * line} "
            f"meteors were counted before the clouds came, and the seeing was {(part * line) % 90 / 10} arc seconds."
            for line in range(6)
        ]
        parts.append(f"## Night {part}\n\n" + "\n\n".join(lines))
    return "\n\n".join(parts)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=sample_documents(), metavar="DIR", help="a folder of questions")
    parser.add_argument("--questions", type=int, default=12, metavar="N", help="how many, spread over the set")
    chosen = parsed(parser)
    questions = [each.text for each in read_questions(chosen.data).chosen(limit=chosen.questions).questions]
    console = Console(stderr=True)
    first_token: dict[str, list[float]] = {way: [] for way in WAYS}
    evidence: dict[str, list[float]] = {way: [] for way in WAYS}
    with temporary_home(load_settings()) as settings, build_app(settings) as assistant:
        assistant.library.ingest(sample_documents() / "corpus")
        assistant.refine()
        assistant.warm()
        adding = Adding(assistant)
        for round_number in range(2):
            for place, question in enumerate(questions):
                way = WAYS[(place + round_number) % 2]
                if way == WAYS[0]:
                    found, wrote = ask(assistant, question)
                else:
                    with adding.under_way():
                        found, wrote = ask(assistant, question)
                    assistant.refine()  # what is left to do with the new documents does not count for the next turn
                first_token[way].append(wrote)
                evidence[way].append(found)
                console.print(f"{way}: first token {wrote:.2f} s", highlight=False)
        console.print(f"added {adding.documents} documents, {adding.passages} passages")
    publish("chatting", rows(first_token, evidence), chosen.json)


def ask(assistant: Assistant, question: str) -> tuple[float, float]:
    """Seconds until the evidence is shown, and until the first piece of the answer; the answer is read to its end."""
    began = perf_counter()
    found = wrote = 0.0
    for event in assistant.stream(TurnRequest(question)):
        match event:
            case Found():
                found = found or perf_counter() - began
            case Wrote():
                wrote = wrote or perf_counter() - began
            case Failed(message):
                raise SystemExit(message)
            case Finished():
                wrote = wrote or perf_counter() - began  # an answer that withholds is written in one go
    return found, wrote


def rows(first_token: dict[str, list[float]], evidence: dict[str, list[float]]) -> list[Row]:
    """One row per way, against the chat alone."""
    alone = first_token[WAYS[0]]
    return [
        {
            "chat": way,
            "turns": len(times),
            "evidence_s_mean": mean(evidence[way]),
            "first_token_s_p50": percentile(times, 50),
            "first_token_s_p95": percentile(times, 95),
            "p50 of alone": ratio(percentile(times, 50), percentile(alone, 50)),
            "p95 of alone": ratio(percentile(times, 95), percentile(alone, 95)),
        }
        for way, times in first_token.items()
    ]


if __name__ == "__main__":
    main()
