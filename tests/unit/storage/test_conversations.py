"""A person's conversations: stored before the model runs, found again, never anyone else's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import ConfigurationError, InvalidRequest, NotFound, StorageError
from assistant.storage.conversations import Conversations
from assistant.storage.database import Database
from assistant.storage.migrate import migrate
from assistant.storage.rows import title_of
from assistant.storage.schema import metadata
from assistant.testing.answers import an_answer
from assistant.turn.answer import Message
from knowledge.testing.servers import PASSWORD, Server, free_port


def ask(conversations: Conversations, conversation_id: str, question: str, text: str = "Twenty-five. [1]"):
    turn = conversations.begin_turn("ana", conversation_id, question)
    answer = an_answer(conversation_id, text)
    conversations.finish_turn(turn.id, answer)
    return turn, answer


def test_an_answer_comes_back_exactly_as_it_was_stored(conversations: Conversations) -> None:
    begun = conversations.start("ana", language="en")
    turn, answer = ask(conversations, begun.id, "How many days?")
    assert conversations.answer("ana", answer.id) == answer
    (stored,) = conversations.turns("ana", begun.id)
    assert (stored.id, stored.question, stored.state, stored.answer) == (turn.id, "How many days?", "finished", answer)


def test_the_question_is_durable_before_the_model_runs(conversations: Conversations, url: str) -> None:
    begun = conversations.start("ana")
    conversations.begin_turn("ana", begun.id, "  ¿Cuántos días?\n")
    with Conversations.open(url, recover=False) as other:
        (turn,) = other.turns("ana", begun.id)
    assert turn.question == "  ¿Cuántos días?\n"
    assert turn.state == "running"


def test_turns_left_running_by_a_crash_become_interrupted(url: str) -> None:
    first = Conversations.open(url)
    begun = first.start("ana")
    turn = first.begin_turn("ana", begun.id, "How many days?")
    first.close()
    with Conversations.open(url) as again:
        assert [t.state for t in again.turns("ana", begun.id)] == ["interrupted"]
        again.finish_turn(turn.id, an_answer(begun.id))  # another process was still at it
        assert [t.state for t in again.turns("ana", begun.id)] == ["finished"]


def test_a_stopped_turn_keeps_what_was_written(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    turn = conversations.begin_turn("ana", begun.id, "How many days?")
    conversations.interrupt_turn(turn.id, "You have 25")
    (stored,) = conversations.turns("ana", begun.id)
    assert (stored.state, stored.partial, stored.answer) == ("interrupted", "You have 25", None)
    conversations.finish_turn(turn.id, an_answer(begun.id))  # the model had not noticed that it was stopped
    (stored,) = conversations.turns("ana", begun.id)
    assert (stored.state, stored.partial) == ("finished", "")


def test_a_failed_turn_keeps_the_question_and_what_the_person_was_told(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    turn = conversations.begin_turn("ana", begun.id, "How many days?")
    conversations.fail_turn(turn.id, "The model does not answer. Run `pilares doctor`.")
    (stored,) = conversations.turns("ana", begun.id)
    assert (stored.state, stored.question) == ("failed", "How many days?")
    assert stored.error.startswith("The model does not answer")


def test_a_finished_turn_cannot_be_failed_afterwards(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    turn, _ = ask(conversations, begun.id, "How many days?")
    conversations.fail_turn(turn.id, "late")
    conversations.interrupt_turn(turn.id, "late")
    assert [t.state for t in conversations.turns("ana", begun.id)] == ["finished"]


def test_history_is_the_answered_branch_oldest_first_and_limited(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    for number in range(4):
        ask(conversations, begun.id, f"q{number}", f"a{number}")
    conversations.fail_turn(conversations.begin_turn("ana", begun.id, "q-failed").id, "no")
    whole = conversations.history("ana", begun.id, 100)
    assert [m.content for m in whole] == ["q0", "a0", "q1", "a1", "q2", "a2", "q3", "a3"]
    assert conversations.history("ana", begun.id, 3) == [
        Message("assistant", "a2"),
        Message("user", "q3"),
        Message("assistant", "a3"),
    ]
    assert conversations.history("ana", begun.id, 0) == []


def test_an_edited_turn_takes_the_later_ones_off_the_branch(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    ask(conversations, begun.id, "q0", "a0")
    second, answer = ask(conversations, begun.id, "q1", "a1")
    ask(conversations, begun.id, "q2", "a2")
    assert conversations.supersede("ana", second.id).question == "q1"
    ask(conversations, begun.id, "q1 better", "a1 better")
    assert [t.question for t in conversations.turns("ana", begun.id)] == ["q0", "q1 better"]
    assert [m.content for m in conversations.history("ana", begun.id, 10)] == ["q0", "a0", "q1 better", "a1 better"]
    assert conversations.answer("ana", answer.id).text == "a1"  # feedback on it still has something to refer to


def test_a_turn_replaced_while_it_ran_stays_replaced(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    turn = conversations.begin_turn("ana", begun.id, "q0")
    conversations.supersede("ana", turn.id)
    conversations.finish_turn(turn.id, an_answer(begun.id))
    assert conversations.turns("ana", begun.id) == []


def test_the_first_question_names_the_conversation_until_it_is_renamed(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    assert begun.title == ""
    ask(conversations, begun.id, "How many\n days   of leave?")
    assert conversations.get("ana", begun.id).title == "How many days of leave?"
    assert conversations.rename("ana", begun.id, "  My \n leave ").title == "My leave"
    ask(conversations, begun.id, "And in Spain?")
    assert conversations.get("ana", begun.id).title == "My leave"


def test_long_titles_are_cut_between_words() -> None:
    title = title_of("What happens with the days of annual leave that I have not taken by the end of the year, please?")
    assert len(title) <= 80
    assert title.endswith("…")
    assert title[:-1] in "What happens with the days of annual leave that I have not taken by the end of the year"
    assert len(title_of("x" * 500)) == 80


def test_the_list_is_latest_first_and_the_persons_own(url: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    ticking = iter(now + timedelta(minutes=minute) for minute in range(100))
    database = Database(url)
    migrate(database)
    conversations = Conversations(database, clock=lambda: next(ticking))
    old, new = conversations.start("ana"), conversations.start("ana")
    conversations.start("ben")
    assert [c.id for c in conversations.list("ana")] == [new.id, old.id]
    ask(conversations, old.id, "again")
    assert [c.id for c in conversations.list("ana")] == [old.id, new.id]
    assert [c.id for c in conversations.list("ana", limit=1)] == [old.id]
    assert conversations.get("ana", old.id).updated.tzinfo is not None
    conversations.close()


def test_search_ignores_case_and_accents_and_needs_every_word(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    ask(conversations, begun.id, "¿Cómo cambio la contraseña?", "En el portal, apartado «Cuenta».")
    other = conversations.start("ana")
    ask(conversations, other.id, "100% remote work_day?", "Yes.")
    find = lambda words: [c.id for c in conversations.list("ana", search=words)]  # noqa: E731
    assert find("CONTRASENA portal") == [begun.id]
    assert find("contraseña remote") == []
    assert find("100%") == [other.id]
    assert find("work_d") == [other.id]
    assert find("workXd") == []
    assert find("%") == [other.id]
    assert find("' OR 1=1 --") == []


def test_search_does_not_find_replaced_turns(conversations: Conversations) -> None:
    begun = conversations.start("ana", title="x")
    turn, _ = ask(conversations, begun.id, "zebra")
    conversations.supersede("ana", turn.id)
    assert conversations.list("ana", search="zebra") == []


def test_deleting_erases_the_words(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    _, answer = ask(conversations, begun.id, "supersecretquestion", "supersecretanswer")
    conversations.add_feedback("ana", answer.id, "down", correction="supersecretcorrection")
    running = conversations.begin_turn("ana", begun.id, "supersecretlater")
    conversations.delete("ana", begun.id)
    assert conversations.list("ana") == []
    with pytest.raises(NotFound):
        conversations.finish_turn(running.id, an_answer(begun.id))
    with conversations._database.read() as connection:
        dump = str([connection.execute(sa.select(table)).all() for table in metadata.sorted_tables])
    assert "supersecret" not in dump


def test_nothing_of_another_person_exists(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    turn, answer = ask(conversations, begun.id, "How many days?")
    for attempt in (
        lambda: conversations.get("ben", begun.id),
        lambda: conversations.turns("ben", begun.id),
        lambda: conversations.history("ben", begun.id, 5),
        lambda: conversations.begin_turn("ben", begun.id, "mine now"),
        lambda: conversations.supersede("ben", turn.id),
        lambda: conversations.rename("ben", begun.id, "mine"),
        lambda: conversations.delete("ben", begun.id),
        lambda: conversations.answer("ben", answer.id),
        lambda: conversations.add_feedback("ben", answer.id, "up"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert conversations.list("ben") == []
    assert [t.state for t in conversations.turns("ana", begun.id)] == ["finished"]


def test_one_current_verdict_per_person_and_the_history_kept(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    _, answer = ask(conversations, begun.id, "How many days?")
    conversations.add_feedback("ana", answer.id, "up", surface="slack")
    last = conversations.add_feedback("ana", answer.id, "down", reason="wrong", correction="It is 30 days.")
    assert conversations.feedback() == [last]
    assert [f.verdict for f in conversations.feedback(history=True)] == ["down", "up"]
    assert conversations.feedback(verdict="up") == []
    assert conversations.feedback(since=datetime.now(UTC) + timedelta(minutes=1)) == []
    (turn,) = conversations.turns("ana", begun.id)
    assert turn.feedback == last


@pytest.mark.parametrize("given_", [{"verdict": "maybe"}, {"reason": "x" * 1_001}, {"correction": "x" * 20_001}])
def test_feedback_that_cannot_be_kept_is_refused_with_a_sentence(conversations: Conversations, given_: dict) -> None:
    with pytest.raises(InvalidRequest, match=r"\.$"):
        conversations.add_feedback("ana", "any", **{"verdict": "up", **given_})


@settings(max_examples=50, deadline=None)
@given(question=st.text(max_size=200), text=st.text(max_size=200))
def test_any_text_can_be_asked_and_answered(tmp_path_factory: pytest.TempPathFactory, question: str, text: str) -> None:
    folder: Path = tmp_path_factory.getbasetemp() / "any-text"
    with Conversations.open(f"sqlite:///{folder / 'p.db'}") as conversations:
        begun = conversations.start("ana")
        ask(conversations, begun.id, question, text)
        (turn,) = conversations.turns("ana", begun.id)
        assert turn.question == question.replace("\0", "\ufffd")
        assert turn.answer is not None
        conversations.list("ana", search=question)


def test_text_no_database_keeps_is_made_storable(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    ask(conversations, begun.id, "a\0b\ud800c", "answer \udfff\0")
    (turn,) = conversations.turns("ana", begun.id)
    assert turn.question == "a\ufffdb\ufffdc"


def test_an_unusable_address_names_the_usable_ones() -> None:
    with pytest.raises(ConfigurationError, match="sqlite:///PATH"):
        Conversations.open("no such thing")


def test_a_damaged_file_is_a_storage_error_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "pilares.db"
    path.write_bytes(b"this is not a database, " * 100)
    with pytest.raises(StorageError, match=r"pilares\.db.*doctor"):
        Conversations.open(f"sqlite:///{path}")


@pytest.mark.parametrize("url", ["postgresql://u:secret@h:port/d", "mysql://u:secret@h/d", "//secret no address"])
def test_an_unusable_address_is_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not usable") as caught:
        Conversations.open(url)
    assert "secret" not in str(caught.value)


def test_a_server_that_is_away_or_refuses_is_a_storage_error_without_the_password(
    postgres_server: Server, postgres_url: str
) -> None:
    for changed in ({"port": free_port()}, {"password": "wrong"}):
        url = sa.make_url(postgres_url).set(**changed).render_as_string(hide_password=False)
        with pytest.raises(StorageError, match="Check that the server runs") as caught:
            Conversations.open(url)
        assert PASSWORD not in str(caught.value)
        assert "wrong" not in str(caught.value)


def test_a_restart_of_the_server_is_lived_through(postgres_server: Server, postgres_url: str) -> None:
    with Conversations.open(postgres_url) as conversations:
        begun = conversations.start("ana")
        postgres_server.stop()
        with pytest.raises(StorageError):
            conversations.get("ana", begun.id)
        postgres_server.start()
        assert conversations.get("ana", begun.id) == begun
