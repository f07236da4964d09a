"""A run of questions from its folder to its figures."""

import io
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
from rich.console import Console

from assistant.evaluation.answers import ask
from assistant.evaluation.formats import Question, read_questions
from assistant.evaluation.measure import measure_answers
from assistant.evaluation.summary import details_row
from assistant.settings import load_settings
from assistant.testing.answers import an_answer
from assistant.turn.answer import Message, TurnRequest
from assistant.turn.events import Finished, Revised, TurnEvent, Wrote

THINKING_S = 0.02


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


@pytest.fixture
def measured(asked: Path, home: Path, opening, console: Console):
    """Measure the set; returns the figures and the rows of the details by id."""

    def measure(**choice):
        rows = []
        figures = measure_answers(
            read_questions(asked).chosen(**choice), load_settings(), console,
            open_assistant=opening, on_judged=lambda judged: rows.append(details_row(judged)),
        )  # fmt: skip
        return figures, {row["id"]: row for row in rows}

    return measure


def test_every_question_is_asked_and_judged(measured) -> None:
    figures, rows = measured()
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "right": "correct", "follow": "correct", "withheld": "abstained_right", "fails": "wrong", "refused": "wrong",
        "hello": "correct",
    }  # fmt: skip
    assert (figures["n"], figures["answerable"], figures["unanswerable"], figures["errors"]) == (6, 4, 2, 2)
    assert figures["answered_correct"] == 0.75
    assert figures["wrong"] == pytest.approx(2 / 6)
    assert figures["abstained_right"] == 0.5
    assert figures["by_language"]["es"]["answered_correct"] == 1.0
    assert figures["by_kind"]["small_talk"]["answered_correct"] == 1.0
    assert figures["citation_document_recall"] == figures["citation_precision"] == figures["citation_verbatim"] == 1.0
    assert (figures["documents"], figures["documents_failed"], figures["partial"]) == (2, 0, False)


def test_documents_are_prepared_before_the_first_question(measured, opening) -> None:
    measured()
    assert opening.last.refined == 2


def test_documents_are_named_by_their_path_in_the_corpus(measured) -> None:
    _, rows = measured()
    assert rows["right"]["sources"] == ["hr/leave.md"]
    assert [each["document"] for each in rows["right"]["citations"]] == ["hr/leave.md"]


def test_errors_are_kept_in_the_details_and_stop_nothing(measured) -> None:
    _, rows = measured()
    assert rows["fails"]["error"] == "The model stopped half-way."
    assert rows["refused"]["error"] == "The question is refused."
    assert "error" not in rows["hello"]


def test_history_and_nothing_but_history_goes_with_a_question(measured, opening) -> None:
    measured()
    by_text = {request.text: request for request in opening.last.requests}
    assert by_text["¿Y los gastos de viaje?"].history == (Message("user", "Hola"), Message("assistant", "¡Hola!"))
    assert by_text["hello"].history == ()
    assert all(request.conversation_id is None for request in opening.last.requests)
    assert all(request.interface_language is None for request in opening.last.requests)


def test_times_are_those_of_the_events(measured) -> None:
    figures, rows = measured()
    assert 0.06 <= rows["right"]["first_token_s"] <= rows["right"]["total_s"]
    assert rows["withheld"]["first_token_s"] is None
    assert figures["abstention_s_p50"] == pytest.approx(rows["withheld"]["total_s"])
    assert figures["evidence_ms_p50"] >= 30


def test_a_quote_that_is_not_in_the_document_is_found_out(measured, opening) -> None:
    opening.shift = 1
    figures, _ = measured()
    assert figures["citation_verbatim"] == 0.0


def test_ctrl_c_keeps_what_was_done(measured, opening) -> None:
    opening.interrupt_at = 3
    figures, rows = measured()
    assert figures["partial"] is True
    assert figures["n"] == 2
    assert list(rows) == ["right", "follow"]


def test_ctrl_c_closes_the_stream_so_that_the_model_stops() -> None:
    class Interrupted:
        closed = False

        def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
            return self  # type: ignore[return-value]

        def __iter__(self) -> Iterator[TurnEvent]:
            raise KeyboardInterrupt

        def close(self) -> None:
            self.closed = True

    assistant = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        ask(assistant, str, Question("1", "en", "?", True), "auto")
    assert assistant.closed


def test_a_turn_that_just_ends_is_an_error() -> None:
    class Silent:
        def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
            yield Wrote("half an ans")

    assert ask(Silent(), str, Question("1", "en", "?", True), "auto").error == "The turn ended without an answer."


@pytest.mark.parametrize(
    ("events", "abstained", "first"),
    [
        ((), False, "the end"),
        ((), True, "never"),
        ((Revised("Ten.", "revised_unsupported"),), False, "at once"),
        ((Revised("", "revised_escalated"),), False, "the end"),
        ((Revised("No.", "revised_unsupported"),), True, "never"),
        ((Wrote("Ten"), Revised("No.", "revised_unsupported")), True, "at once"),
    ],
)
def test_the_first_text_of_an_answer_is_what_a_person_sees_first(events, abstained: bool, first: str) -> None:
    class Turns:
        def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
            yield from events
            sleep(THINKING_S)
            yield Finished(an_answer("c", "Ten.", citations=(), abstained=abstained))

    outcome = ask(Turns(), str, Question("1", "en", "?", True), "auto")
    if first == "never":
        assert outcome.first_token_s is None
    elif first == "the end":
        assert outcome.first_token_s == outcome.total_s
    else:
        assert outcome.first_token_s <= outcome.total_s - THINKING_S


def test_the_users_home_is_read_and_left_alone(measured, opening, home: Path) -> None:
    before = {path: path.read_bytes() for path in home.iterdir()}
    measured()
    assert {path: path.read_bytes() for path in home.iterdir()} == before
    assert opening.settings.home != home
    assert not opening.settings.home.exists()
    assert opening.settings.turn.passages == 3


def test_own_intents_come_along(asked: Path, home: Path, opening, console: Console) -> None:
    seen = []

    def looking(settings):
        seen.append((settings.home / "intents.toml").read_text(encoding="utf-8"))
        return opening(settings)

    measure_answers(read_questions(asked).chosen(limit=1), load_settings(), console, open_assistant=looking)
    assert seen == ["# mine\n"]


def test_what_would_spoil_the_figures_is_said(asked: Path, measured, console: Console) -> None:
    (asked / "corpus/hr/leave.md").unlink()
    (asked / "corpus/broken.pdf").write_bytes(b"no pdf")
    figures, _ = measured(kind="follow_up")
    assert figures["documents_failed"] == 1
    measured()
    written = console.file.getvalue()
    assert "Not taken in: broken.pdf" in written
    assert "Gold documents that are not in the corpus (1): hr/leave.md" in written
