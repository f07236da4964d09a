"""The assistant as chat platforms see it."""

from asyncio import sleep, timeout, to_thread
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from assistant.connecting import ConnectedAssistant
from assistant.handoff.record import Summary
from assistant.handoff.store import Circumstances
from assistant.platform_people import PlatformPeople
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts
from assistant.testing.scripted import ScriptedAssistant
from connectors.answering import Answered, AnswerEvent, Failed, Judgement, KeptFile, OfferedFile, Turn, Wrote

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[ScriptedAssistant]:
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as conversations, blockbuster_ctx():
        yield ScriptedAssistant(conversations)


def _turn(text: str, conversation: str | None = None, **more: object) -> Turn:
    return Turn(text, "telegram:person/1", frozenset({"everyone", "staff"}), conversation, **more)  # type: ignore[arg-type]


async def _events(whole: ScriptedAssistant, turn: Turn) -> list[AnswerEvent]:
    return [event async for event in ConnectedAssistant(whole).answer(turn)]


async def test_a_turn_is_streamed_and_ends_with_its_answer(whole: ScriptedAssistant) -> None:
    *pieces, last = await _events(whole, _turn("When does the gym open?", language="es", model="llm"))
    assert isinstance(last, Answered)
    assert "".join(piece.text for piece in pieces if isinstance(piece, Wrote))
    (request,) = whole.requests
    assert (request.user_id, request.model, request.interface_language) == ("telegram:person/1", "llm", "es")
    assert request.groups == {"everyone", "staff"}


async def test_a_conversation_goes_on_and_one_that_was_deleted_begins_anew(whole: ScriptedAssistant) -> None:
    last = (await _events(whole, _turn("one")))[-1]
    assert isinstance(last, Answered)
    again = (await _events(whole, _turn("two", last.conversation)))[-1]
    assert isinstance(again, Answered)
    assert again.conversation == last.conversation
    await to_thread(whole.conversations.delete, "telegram:person/1", last.conversation)
    anew = (await _events(whole, _turn("three", last.conversation)))[-1]
    assert isinstance(anew, Answered)
    assert anew.conversation != last.conversation


async def test_a_verdict_is_kept_with_the_platform_it_came_from(whole: ScriptedAssistant) -> None:
    last = (await _events(whole, _turn("one")))[-1]
    assert isinstance(last, Answered)
    connected = ConnectedAssistant(whole)
    judgement = Judgement(last.answer, "telegram:person/1", "telegram:1", "telegram", "down", "wrong", "At six.")
    assert await connected.judge(judgement)
    (kept,) = await to_thread(whole.conversations.feedback)
    assert (kept.verdict, kept.reason, kept.correction, kept.surface) == ("down", "wrong", "At six.", "telegram")
    assert not await connected.judge(Judgement("nothing", "telegram:person/1", "telegram:1", "telegram", "up"))
    assert not await connected.judge(Judgement(last.answer, "telegram:person/2", "telegram:2", "telegram", "up"))


async def test_thumb_reason_and_correction_add_up_and_none_is_lost_for_its_length(whole: ScriptedAssistant) -> None:
    last = (await _events(whole, _turn("one")))[-1]
    assert isinstance(last, Answered)
    connected = ConnectedAssistant(whole)
    down = Judgement(last.answer, "telegram:person/1", "telegram:1", "telegram", "down")
    said = (replace(down, reason="w" * 1001), replace(down, correction="At six."), down)
    for judgement in said:
        assert await connected.judge(judgement)
    (kept,) = await to_thread(whole.conversations.feedback)
    assert (kept.reason, kept.correction) == ("w" * 1000, "At six.")
    assert await connected.judge(replace(down, verdict="up"))
    (kept,) = await to_thread(whole.conversations.feedback)
    assert (kept.verdict, kept.reason, kept.correction) == ("up", "", "")


async def test_while_a_person_has_the_conversation_nothing_is_said(whole: ScriptedAssistant) -> None:
    last = (await _events(whole, _turn("one")))[-1]
    assert isinstance(last, Answered)
    why = Circumstances("en", "asked", "normal", "neutral")
    handoffs = whole.conversations.handoffs
    made = await to_thread(handoffs.begin, "telegram:person/1", last.conversation, why, Summary("a person"))
    waiting = (await _events(whole, _turn("hello?", last.conversation)))[-1]
    assert isinstance(waiting, Answered)
    assert (waiting.silent, waiting.handed_over) == (True, True)
    await to_thread(handoffs.close, made.id)
    back = (await _events(whole, _turn("and now?", last.conversation)))[-1]
    assert isinstance(back, Answered)
    assert (back.silent, back.handed_over) == (False, False)


async def test_what_a_person_gave_back_is_answered_and_its_handoff_is_closed(whole: ScriptedAssistant) -> None:
    last = (await _events(whole, _turn("one")))[-1]
    assert isinstance(last, Answered)
    why, handoffs = Circumstances("en", "asked", "normal", "neutral"), whole.conversations.handoffs
    made = await to_thread(handoffs.begin, "telegram:person/1", last.conversation, why, Summary("a person"))
    back = (await _events(whole, _turn("and now?", last.conversation, handed_back=True)))[-1]
    assert isinstance(back, Answered)
    assert (back.silent, back.handed_over) == (False, False)
    assert (await to_thread(handoffs.get, made.id)).state == "closed"


async def test_a_turn_that_is_left_is_stopped(whole: ScriptedAssistant) -> None:
    whole.word_s = 0.05
    events = ConnectedAssistant(whole).answer(_turn("one"))
    assert isinstance(await anext(events), Wrote)
    await events.aclose()
    async with timeout(5):
        while not whole.stopped:
            await sleep(0.02)


async def test_a_failure_is_told_in_words(whole: ScriptedAssistant) -> None:
    from assistant.errors import ModelUnavailable

    whole.replies = {"": replace(next(iter(whole.replies.values())), error=ModelUnavailable("The model is not here."))}
    last = (await _events(whole, _turn("one")))[-1]
    assert isinstance(last, Failed)
    assert last.text == "The model is not here."


@pytest.fixture
def people(whole: ScriptedAssistant) -> PlatformPeople:
    users = cheap_accounts(whole.conversations.database).users
    users.add("ana", groups=["board"])
    return PlatformPeople({}, users)


async def test_somebody_with_an_account_reads_what_it_reads_where_they_are_alone(
    whole: ScriptedAssistant, people: PlatformPeople
) -> None:
    connected = ConnectedAssistant(whole, people)
    for turn in (_turn("one", account="ana"), _turn("two", account="ana", alone=False), _turn("three")):
        assert isinstance([event async for event in connected.answer(turn)][-1], Answered)
    given = {"everyone", "staff"}
    assert [request.groups for request in whole.requests] == [given | {"board"}, given, given]


async def test_a_suspended_person_is_out_on_chat_platforms_too(
    whole: ScriptedAssistant, people: PlatformPeople
) -> None:
    connected, turn = ConnectedAssistant(whole, people), _turn("one", account="ana", alone=False, language="es")
    last = [event async for event in connected.answer(turn)][-1]
    assert isinstance(last, Answered)
    judgement = Judgement(last.answer, "telegram:person/1", "telegram:1", "telegram", "up", account="ana")
    assert await connected.judge(judgement)
    await to_thread(people._users.suspend, "ana")
    said = [event async for event in connected.answer(turn)]
    assert said == [Failed("Tu cuenta está suspendida. Pregunta a un administrador.")]
    assert len(whole.requests) == 1
    assert not await connected.judge(judgement)


async def test_a_file_is_a_document_of_its_conversation_and_is_read_in_its_turns(whole: ScriptedAssistant) -> None:
    connected = ConnectedAssistant(whole, max_file_bytes=1000)
    kept = await connected.keep(OfferedFile("telegram:person/1", None, "../hours\u202e.md", b"# Hours\n\nAt six."))
    assert kept.trouble == ""
    assert "hours.md" in [each.name for each in whole.files.of(kept.conversation).list()]
    again = await connected.keep(OfferedFile("telegram:person/1", kept.conversation, "b.md", b"# B\n\nMore."))
    assert again.conversation == kept.conversation
    await _events(whole, _turn("When?", kept.conversation))
    assert whole.requests[-1].groups == {"everyone", "staff", f"conversation/{kept.conversation}"}
    await _events(whole, _turn("And elsewhere?"))
    assert whole.requests[-1].groups == {"everyone", "staff"}


async def test_no_file_is_kept_of_a_suspended_person_and_they_are_told_why(
    whole: ScriptedAssistant, people: PlatformPeople
) -> None:
    connected = ConnectedAssistant(whole, people)
    offered = OfferedFile("telegram:person/1", None, "hours.md", b"# Hours\n\nAt six.", "es", "ana")
    kept = await connected.keep(offered)
    assert kept.trouble == ""
    await to_thread(people._users.suspend, "ana")
    for conversation in (kept.conversation, None):
        again = await connected.keep(replace(offered, conversation=conversation, name="later.md"))
        assert again == KeptFile(conversation or "", "Tu cuenta está suspendida. Pregunta a un administrador.")
    assert "later.md" not in [each.name for each in whole.files.of(kept.conversation).list()]
    assert len(await to_thread(whole.conversations.list, "telegram:person/1")) == 1
    gone = await connected.keep(replace(offered, account="nobody-there"))
    assert gone.trouble == "Tu cuenta ya no existe. Pregunta a un administrador."


async def test_what_is_wrong_with_a_file_is_said_in_words(whole: ScriptedAssistant) -> None:
    connected = ConnectedAssistant(whole, max_file_bytes=10)
    kept = await connected.keep(OfferedFile("telegram:person/1", None, "hours.md", b"x" * 11, "es"))
    assert "el límite es" in kept.trouble
    strangers = await connected.keep(OfferedFile("telegram:person/2", kept.conversation, "hours.md", b"Six."))
    assert strangers.conversation != kept.conversation
