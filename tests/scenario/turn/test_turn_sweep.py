"""Questions about the documents as a whole are answered by going through all of them."""

from typing import Any

import pytest

from assistant.turn.answer import Answer, Message
from assistant.turn.events import Finished, Found, Routed, Wrote
from assistant.turn.listing import MOST_ROWS

CONTRACTS = [
    (f"contracts/{name}.md", f"Contract with {name}", f"The contract with {name} runs until 203{n}. It is renewed.")
    for n, name in enumerate(("Alder", "Birch", "Cedar"))
]
RULES = [(f"rules/{n}.md", f"House rule {n}", f"Rule {n} is about doors, keys and lights.") for n in range(8)]


@pytest.fixture
def library_stage(stage: Any) -> Any:
    stage.library.add_texts([*CONTRACTS, *RULES])
    return stage


def _answer(events: list[Any]) -> Answer:
    assert isinstance(events[-1], Finished), events[-1]
    return events[-1].answer


def test_every_document_is_gone_through_and_each_line_cited(library_stage: Any) -> None:
    events = library_stage.ask("How many contracts do we have?")
    answer = _answer(events)
    opening, _, *lines = answer.text.split("\n")
    assert opening == "I went through all 14 documents; 3 of them speak of “contracts”:"
    assert len(lines) == 3
    assert [line.split("**")[1] for line in lines] == [each.title for each in answer.citations]
    assert {each.document for each in answer.citations} == {name for name, _, _ in CONTRACTS}
    for each in answer.citations:
        assert library_stage.library.text(each.document_id)[each.start : each.end] == each.quote
        assert f"[{each.marker}]" in answer.text
    assert (answer.route.tier, answer.route.reason, answer.abstained) == ("none", "all_documents", False)
    assert [type(event) for event in events if not isinstance(event, Wrote)][1:3] == [Found, Routed]
    assert "".join(event.text for event in events if isinstance(event, Wrote)).startswith("I went through")
    assert library_stage.models.checks == 0
    assert library_stage.store.answer("local", answer.id).text == answer.text


def _table(names: list[str], kind: str = "lamp") -> str:
    """A table as it is stored, whatever the format it came in."""
    rows = [f"Product: {name} | Kind: {kind} | Price: {price} €" for price, name in enumerate(names, start=10)]
    return "\n".join(["# Lamps and heaters", "", *rows])


def test_a_table_that_speaks_of_it_is_listed_row_by_row(library_stage: Any) -> None:
    names = [f"Lucero {number}" for number in range(30)]
    library_stage.library.add_texts([("prices.md", "Price list", _table(names))])
    answer = _answer(library_stage.ask("List all products and their prices"))
    assert answer.text.startswith("I went through all 15 documents; 1 of them speaks of “products and their prices”:")
    rows = [line for line in answer.text.split("\n") if line.startswith("  - ")]
    assert len(rows) == 30
    assert rows[29].startswith("  - Product: Lucero 29; Kind: lamp; Price: 39 €")
    for each in answer.citations:
        assert library_stage.library.text(each.document_id)[each.start : each.end] == each.quote
    assert len({each.marker for each in answer.citations}) > 1  # the table is longer than a passage


def test_only_rows_that_say_as_much_are_listed(library_stage: Any) -> None:
    heaters = _table(["Brasa", "Ascua"], "heater").split("\n")[2:]
    text = "\n".join([_table(["Lucero", "Farol"]), *heaters])
    library_stage.library.add_texts([("prices.md", "Price list", text)])
    answer = _answer(library_stage.ask("List all heaters and their prices"))
    rows = [line for line in answer.text.split("\n") if line.startswith("  - ")]
    assert [row.split("Product: ")[1].split(";")[0] for row in rows] == ["Brasa", "Ascua"]


def test_rows_beyond_what_is_listed_are_told(library_stage: Any) -> None:
    names = [f"Lucero {number}" for number in range(60)]
    library_stage.library.add_texts([("prices.md", "Price list", _table(names))])
    answer = _answer(library_stage.ask("List all products and their prices"))
    assert sum(line.startswith("  - ") for line in answer.text.split("\n")) == MOST_ROWS
    assert "the first 40 of 60 rows" in answer.text


def test_a_table_for_which_no_rows_are_left_says_so(library_stage: Any) -> None:
    tables = [_table([f"{name} {number}" for number in range(40)]) for name in ("Lucero", "Farol")]
    library_stage.library.add_texts([(f"{n}.md", f"Price list {n}", table) for n, table in enumerate(tables)])
    answer = _answer(library_stage.ask("List all products and their prices"))
    assert sum(line.startswith("  - ") for line in answer.text.split("\n")) == MOST_ROWS
    (last,) = [line for line in answer.text.split("\n") if "one of 40 rows: Product:" in line]
    assert last.startswith("- **Price list ")


def test_in_a_conversation_it_is_the_same_list(library_stage: Any) -> None:
    library_stage.library.add_texts([("prices.md", "Price list", _table(["Lucero", "Farol"]))])
    said = (Message("user", "How many days of leave are there?"), Message("assistant", "22 days."))
    library_stage.models.llm.lines = ["List all products and their prices and days of leave"]
    events = library_stage.ask("List all products and their prices", *said)
    assert sum(isinstance(event, Found) for event in events) == 1
    rows = [line for line in _answer(events).text.split("\n") if line.startswith("  - ")]
    assert [row.split("Product: ")[1].split(";")[0] for row in rows] == ["Lucero", "Farol"]


def test_in_spanish_too(library_stage: Any) -> None:
    answer = _answer(library_stage.ask("¿Qué documentos hablan de vacaciones?"))
    assert answer.text.startswith("He revisado los 14 documentos; 1 de ellos habla de «vacaciones»:")
    assert answer.citations[0].quote == "La plantilla tiene 23 días de vacaciones."


def test_what_one_may_not_read_is_not_counted(library_stage: Any) -> None:
    library_stage.library.set_audience("contracts/Birch.md", ["board"])
    answer = _answer(library_stage.ask("How many contracts do we have?"))
    assert answer.text.startswith("I went through all 13 documents; 2 of them")
    assert "Birch" not in answer.text


def test_more_than_can_be_listed_are_counted_all(library_stage: Any) -> None:
    library_stage.library.add_texts(
        [(f"more/{n}.md", f"Contract {n}", f"Contract number {n} is signed.") for n in range(30)]
    )
    answer = _answer(library_stage.ask("list all contracts"))
    assert "33 of them speak of “contracts”: These are the 20 that fit best:" in answer.text
    assert len(answer.citations) == 20


def test_a_count_of_something_else_stays_a_question_for_a_model(library_stage: Any) -> None:
    events = library_stage.ask("How many days can used coffee machines be returned in?")
    assert _answer(events).route.reason != "all_documents"
    assert _answer(events).understanding.intent == "question"


def test_a_model_that_was_chosen_is_asked(library_stage: Any) -> None:
    library_stage.models.llm.lines = ["Quote: x\nAnswer: Three."]
    assert _answer(library_stage.ask("How many contracts do we have?", model="llm")).route.tier == "llm"


def test_nothing_on_a_subject_is_answered_like_any_question(library_stage: Any) -> None:
    library_stage.models.verdict = 0.02
    answer = _answer(library_stage.ask("Which documents mention zeppelins?"))
    assert answer.abstained
    assert "do not say" in answer.text
