"""What every `Assistant` must do; a new one subclasses `AssistantConformance` and overrides one fixture."""

from collections.abc import Iterator

import pytest

from assistant.api.ports import Assistant
from assistant.errors import NotFound
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.events import Finished, Found, Routed, TurnEvent, Understood, Wrote

USER = "conformance"


class AssistantConformance:
    """Ready tests. `question` is one that the assistant answers with some words from its documents."""

    question = "How many days of annual leave do I get?"

    @pytest.fixture
    def assistant(self) -> Iterator[Assistant]:
        """The assistant under test."""
        raise NotImplementedError("override the fixture `assistant`")

    def run(self, assistant: Assistant, text: str = "", conversation_id: str | None = None) -> list[TurnEvent]:
        """One whole turn."""
        return list(assistant.stream(TurnRequest(text or self.question, conversation_id, user_id=USER)))

    def test_events_come_in_the_order_of_a_turn(self, assistant: Assistant) -> None:
        """Understood, Found, Routed, words, Finished."""
        events = self.run(assistant)
        kinds = [type(event) for event in events]
        assert kinds.index(Understood) < kinds.index(Found) < kinds.index(Routed) < kinds.index(Wrote)
        assert kinds[-1] is Finished
        assert kinds.count(Finished) == kinds.count(Understood) == kinds.count(Found) == 1

    def test_the_answer_is_stored_before_it_is_announced(self, assistant: Assistant) -> None:
        """What Finished carries is what the conversation holds."""
        answer = _answer(self.run(assistant))
        assert assistant.conversations.answer(USER, answer.id) == answer
        (turn,) = assistant.conversations.turns(USER, answer.conversation_id)
        assert (turn.question, turn.state) == (self.question, "finished")

    def test_a_conversation_goes_on(self, assistant: Assistant) -> None:
        """The second turn lands where the first one did."""
        first = _answer(self.run(assistant))
        second = _answer(self.run(assistant, conversation_id=first.conversation_id))
        assert second.conversation_id == first.conversation_id
        assert len(assistant.conversations.turns(USER, first.conversation_id)) == 2

    def test_quotes_stand_verbatim_in_their_document(self, assistant: Assistant) -> None:
        """Offsets of citations count in `documents.text`, and so do those of passages."""
        answer = _answer(self.run(assistant))
        assert answer.evidence
        for citation in answer.citations:
            text = assistant.documents.text(citation.document_id)
            assert text[citation.start : citation.end] == citation.quote
            assert citation.marker in {each.number for each in answer.evidence}
        for each in answer.evidence:
            text = assistant.documents.text(each.passage.document_id)
            assert text[each.passage.start : each.passage.end] == each.passage.text
            assert text[each.best.start : each.best.end] == each.best.text

    def test_closing_the_stream_interrupts_the_turn(self, assistant: Assistant) -> None:
        """What was asked is kept."""
        begun = assistant.conversations.start(USER)
        stream = assistant.stream(TurnRequest(self.question, begun.id, user_id=USER))
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        (turn,) = assistant.conversations.turns(USER, begun.id)
        assert (turn.question, turn.state) == (self.question, "interrupted")

    def test_a_conversation_of_someone_else_does_not_exist(self, assistant: Assistant) -> None:
        """NotFound, and nothing is written into it."""
        theirs = assistant.conversations.start("someone else")
        with pytest.raises(NotFound):
            self.run(assistant, conversation_id=theirs.id)
        assert assistant.conversations.turns("someone else", theirs.id) == []

    def test_a_document_comes_and_goes(self, assistant: Assistant) -> None:
        """add_upload, list, text, again unchanged, delete."""
        told: list[tuple[int, int]] = []
        words = "The cafeteria opens at seven.\n"
        added = assistant.documents.add_upload(
            "cafeteria.md", words.encode(), lambda done, all_: told.append((done, all_))
        )
        assert not added.unchanged
        assert added.document.id in {each.id for each in assistant.documents.list()}
        assert words.strip() in assistant.documents.text(added.document.id)
        assert all(0 <= done <= all_ for done, all_ in told)
        assert assistant.documents.add_upload("cafeteria.md", words.encode()).unchanged
        assistant.documents.delete(added.document.id)
        assert added.document.id not in {each.id for each in assistant.documents.list()}

    def test_the_state_is_told(self, assistant: Assistant) -> None:
        """One of the three, whatever is going on."""
        assert assistant.state().status in ("ok", "degraded", "starting")


def _answer(events: list[TurnEvent]) -> Answer:
    last = events[-1]
    assert isinstance(last, Finished), last
    return last.answer
