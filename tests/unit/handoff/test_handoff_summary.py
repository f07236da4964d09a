"""The summary for the colleague: the stored words, bounded, with what stayed open."""

from dataclasses import replace
from datetime import UTC, datetime

from assistant.handoff.record import Handoff, Message, Summary
from assistant.handoff.summary import EXCHANGES, LONGEST_ANSWER, OPEN, summary_of
from assistant.handoff.telling import told
from assistant.storage.records import Feedback, Turn
from assistant.testing.answers import an_answer

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)


def a_turn(question: str, text: str = "", *, abstained: bool = False, reason: str = "one_line", **more: object) -> Turn:
    answer = an_answer("c1", text) if text else None
    if answer is not None:
        answer = replace(answer, abstained=abstained, route=replace(answer.route, reason=reason))
    state = "failed" if answer is None else "finished"
    return Turn(question, "c1", 1, question, state, NOW, answer=answer, **more)  # type: ignore[arg-type]


def test_it_holds_what_was_asked_answered_and_left_open() -> None:
    turns = [
        a_turn("How long is the warranty?", "Two years [1]."),
        a_turn("And who repairs it?", "The documents do not say.", abstained=True),
        a_turn("Are you there?"),
    ]
    summary = summary_of(turns, "a person, please")
    first, second, third = summary.exchanges
    assert (first.asked, first.answered, first.withheld) == ("How long is the warranty?", "Two years.", False)
    assert first.quotes
    assert second.withheld
    assert third.answered == ""
    assert summary.open == ("And who repairs it?", "Are you there?")
    assert summary.request == "a person, please"


def test_a_bad_answer_stayed_open() -> None:
    bad = Feedback("f", "a", "ana", "down", "", "", "ui", True, NOW)
    assert summary_of([a_turn("How long?", "Two years.", feedback=bad)], "x").open == ("How long?",)


def test_it_is_bounded_and_leaves_out_itself() -> None:
    turns = [a_turn(f"question {number} " + "x" * 2_000, "y" * 5_000, abstained=True) for number in range(20)]
    turns.append(a_turn("I want a person", "I have told a colleague.", reason="handoff"))
    turns.append(Turn("now", "c1", 9, "now", "running", NOW))
    summary = summary_of(turns, "z" * 9_000)
    assert len(summary.exchanges) == EXCHANGES
    assert summary.earlier == 20 - EXCHANGES
    assert len(summary.open) == OPEN
    assert max(len(each.answered) for each in summary.exchanges) == LONGEST_ANSWER
    assert len(summary.request) == 500
    assert all("person" not in each.asked for each in summary.exchanges)


def test_a_colleague_can_read_it_in_either_language() -> None:
    summary = summary_of([a_turn("¿Cuánto dura?", "Dos años."), a_turn("¿Y quién lo repara?")], "una persona")
    handoff = Handoff(
        "h", "c1", "ana", "es", "asked", "urgent", "negative", "open", summary, (Message("¿Hola?", NOW),), NOW, NOW
    )
    spanish, english = told(handoff, "es"), told(handoff, "en")
    assert "Preguntó: ¿Cuánto dura?" in spanish
    assert "Quedó abierto:\n- ¿Y quién lo repara?" in spanish
    assert "2026-06-01 09:30Z ¿Hola?" in spanish
    assert "Asked: ¿Cuánto dura?" in english
    assert told(replace(handoff, summary=Summary("x"), messages=()), "en") == "Asked for a person: x"
