"""The way of a turn with a small model that was trained to read documents."""

from typing import Any

from assistant.adapting import at_work
from assistant.errors import ModelUnavailable
from assistant.routing.router import Decision
from assistant.turn.answer import Answer, Message
from assistant.turn.events import Failed, Finished, Reading, Revised, TurnEvent, Understood, Wrote

ASKED = "what warranty do batteries have?"
SAID = "Batteries have a warranty of 18 months."


def _answer(events: list[TurnEvent]) -> Answer:
    assert isinstance(events[-1], Finished), events[-1]
    return events[-1].answer


def test_the_small_model_names_the_line_and_answers_from_it(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    stage.models.reader.lines = [SAID]
    answer = _answer(stage.ask(ASKED, model="slm"))
    assert (answer.route.tier, answer.route.reason) == ("slm", "forced_slm")
    assert answer.text == "Batteries have a warranty of 18 months [1]."
    assert answer.signals["found"] > 0.8
    (asked,) = stage.models.reader.asked
    label, rest = asked[-1].text[0], asked[-1].text[1:]
    assert rest == "\n"  # it goes on from the line it named
    assert f"{label}. Batteries have a warranty of 18 months." in asked[-2].text
    assert stage.models.llm.asked == stage.models.slm.asked == []


def test_when_no_line_answers_the_answer_is_withheld(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    stage.models.verdict = 0.02
    answer = _answer(stage.ask(ASKED, model="slm"))
    assert answer.abstained
    assert "do not say" in answer.text
    assert stage.models.reader.asked == []


def test_the_nearest_lines_are_read_first_and_the_rest_only_when_they_do_not_answer(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    stage.library.add_texts([("rules.md", "Rules", " ".join(f"Rule {n} is about batteries too." for n in range(9)))])
    stage.models.sure = {"18 months": 0.95}
    stage.models.reader.lines = [SAID]
    read = [(each.line, each.lines) for each in stage.ask(ASKED, model="slm") if isinstance(each, Reading)]
    assert len(read) == 1
    assert read[0][0] < read[0][1]
    stage.models.verdict = 0.02
    read = [(each.line, each.lines) for each in stage.ask(ASKED, model="slm") if isinstance(each, Reading)]
    assert [line == lines for line, lines in read] == [False, True]


def test_a_question_of_several_parts_gets_a_line_for_each(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    stage.models.sure = {"18 months": 0.6, "14 days": 0.7}
    said = "The warranty of batteries is 18 months. Used machines can be returned within 14 days."
    stage.models.reader.lines = [said]
    answer = _answer(stage.ask(f"{ASKED} and when can used coffee machines be returned?", model="slm"))
    assert {each.document for each in answer.citations} == {"warranty.md", "returns.md"}


def test_words_that_lose_the_figures_are_replaced_by_the_line(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    stage.models.reader.lines = ["They have a warranty of 24 months."]
    events = stage.ask(ASKED, model="slm")
    assert _answer(events).text == "The documents say:\n\n- Batteries have a warranty of 18 months [1]."
    assert any(isinstance(event, Revised) and event.reason == "revised_quoted" for event in events)


def test_a_reader_that_is_down_is_stood_in_for_by_the_large_model(stage_with_reader: Any, monkeypatch: Any) -> None:
    stage = stage_with_reader

    judged = stage.models.first_token

    def down(role: str, *asked: Any) -> Any:
        if role == "reader":
            raise ModelUnavailable("the small model is not there")
        return judged(role, *asked)

    monkeypatch.setattr(stage.models, "first_token", down)
    stage.models.llm.lines = [f"Quote: {SAID}\nAnswer: {SAID}"]
    answer = _answer(stage.ask(ASKED, model="slm"))
    assert (answer.route.tier, answer.route.reason) == ("llm", "slm_unavailable")
    assert "18 months" in answer.text
    stage.models.llm.lines = [OSError("refused")]
    assert isinstance(stage.ask(ASKED, model="slm")[-1], Failed)


def test_a_follow_up_is_rewritten_by_the_reader(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    stage.models.sure = {"New appliances": 0.9}
    stage.models.reader.lines = [
        "What warranty do new appliances have?",
        "New appliances have a warranty of 2 years.",
    ]
    history = (Message("user", "What warranty do batteries have?"), Message("assistant", "18 months [1]."))
    events = stage.ask("and new appliances?", *history, model="slm")
    understood = [event.understanding for event in events if isinstance(event, Understood)]
    assert understood[-1].question == "What warranty do new appliances have?"
    asked = stage.models.reader.asked[0]
    assert asked[-1].text == "Q: What warranty do batteries have?\nA: 18 months.\nLast question: and new appliances?"
    assert "2 years" in _answer(events).text


def test_a_change_of_subject_is_left_as_it_was_typed(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    stage.models.sure = {"14 days": 0.9}
    stage.models.reader.lines = ["And when can they be returned?", "Used coffee machines can be returned in 14 days."]
    history = (Message("user", "What warranty do batteries have?"), Message("assistant", "18 months [1]."))
    events = stage.ask("and when can they be returned?", *history, model="slm")
    understood = [event.understanding for event in events if isinstance(event, Understood)]
    assert understood[-1].question.casefold() == "and when can they be returned?"


def test_priming_asks_the_reader_once(stage_with_reader: Any) -> None:
    stage_with_reader.agent.prime()
    assert stage_with_reader.models.checks == 1


def test_stopping_while_it_reads_writes_nothing(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    running = stage.run(ASKED, model="slm")
    for event in running:
        if isinstance(event, Reading):
            break
    running.close()
    assert not any(isinstance(event, Wrote) for event in running)


def test_what_the_reader_is_unsure_of_is_given_to_a_large_model_that_reads_well(
    stage_with_both: Any, monkeypatch: Any
) -> None:
    stage = stage_with_both
    monkeypatch.setattr("assistant.routing.desk.decide", lambda _: Decision("slm", "one_line"))
    stage.models.llm.lines = [f"Quote: {SAID}\nAnswer: {SAID}"]
    events = stage.ask(ASKED)
    answer = _answer(events)
    assert (answer.route.tier, answer.route.reason, answer.route.escalated) == ("llm", "escalated", True)
    assert answer.text == "Batteries have a warranty of 18 months [1]."
    assert "".join(event.text for event in events if isinstance(event, Wrote)).strip() == SAID  # and nothing before it
    stage.models.llm.lines, stage.models.reader.lines = [OSError("refused")], [SAID]
    answer = _answer(stage.ask(ASKED))  # it is down: what the reader found stays
    assert answer.route.tier == "slm"
    assert "18 months [1]" in answer.text


def test_the_large_model_judges_for_itself(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    stage.models.llm.lines = [SAID]
    answer = _answer(stage.ask(ASKED, model="llm"))
    assert "18 months" in answer.text
    assert "sure" in answer.signals
    assert "found" not in answer.signals


def test_what_is_hopeless_without_reading_is_not_given_to_the_large_model(
    stage_with_both: Any, monkeypatch: Any
) -> None:
    stage = stage_with_both
    monkeypatch.setattr("assistant.routing.desk.decide", lambda _: Decision("slm", "one_line"))
    answer = _answer(stage.ask("what warranty do batteries of the X500 have?"))
    assert answer.abstained
    assert stage.models.llm.asked == []


def test_the_version_that_read_is_stored_with_the_answer_and_let_go(stage_with_reader: Any, monkeypatch: Any) -> None:
    stage = stage_with_reader
    stage.models.reader.lines = [SAID]
    first_token, let_go = stage.models.first_token, []

    class Engine:
        def let_go(self, held: Any) -> None:
            let_go.append(held)

    def with_adapter(role: str, messages: Any) -> Any:
        turn = at_work()
        assert turn is not None
        turn.used = turn.used or turn.wanted
        turn.held.setdefault(Engine(), "copy")
        return first_token(role, messages)

    monkeypatch.setattr(stage.models, "first_token", with_adapter)
    events = stage.run(ASKED, model="slm")
    stage.last.adapting.wanted = "help@v2"  # the turn begins with its first event
    answer = _answer(list(events))
    assert answer.route.adapter == "help@v2"
    assert stage.store.answer("local", answer.id).route.adapter == "help@v2"
    assert let_go
    assert stage.last.adapting.over


def test_an_answer_that_no_adapter_read_for_names_none(stage: Any) -> None:
    stage.models.llm.lines = [SAID]
    assert _answer(list(stage.ask(ASKED, model="llm"))).route.adapter == ""
