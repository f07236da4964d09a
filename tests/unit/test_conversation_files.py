"""Files of a conversation: found there and nowhere else, in its past as well, and gone with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import InvalidRequest, NotFound
from assistant.security.user import clean_groups
from assistant.storage.conversations import Conversations
from assistant.talks import MOST_FILES, SOURCE, ConversationFiles, group_of
from knowledge.library import EVERYONE, Library
from knowledge.testing.embedder import HashingEmbedder

TEXT = b"The pump of the customer has the serial number 4711."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "knowledge", HashingEmbedder()) as library:
        library.add_texts([("handbook", "Handbook", "The pump has a warranty of three years.")])
        yield library


@pytest.fixture
def files(library: Library) -> ConversationFiles:
    return ConversationFiles(library, lambda: None)


def test_only_its_conversation_finds_it(library: Library, files: ConversationFiles) -> None:
    for conversation in ("a1", "b2"):  # two conversations, one name
        files.of(conversation).add_upload("pump.txt", TEXT + conversation.encode(), groups=EVERYONE, audience=EVERYONE)
    assert library.count_documents(EVERYONE) == 1
    assert library.count_documents(EVERYONE | files.groups("a1")) == 2
    (mine,) = library.documents({group_of("a1")})
    assert (mine.source, mine.name) == (SOURCE, "a1/pump.txt")
    assert mine.title == "pump"
    assert files.groups("c3") == frozenset()
    assert files.groups(None) == frozenset()


def test_no_account_can_have_its_group() -> None:
    with pytest.raises(InvalidRequest):
        clean_groups([group_of("a1")])


def test_an_answer_of_the_past_that_rests_on_it_is_shown_to_whose_conversation_it_is(
    library: Library, files: ConversationFiles
) -> None:
    kept = files.of("a1").add_upload("pump.txt", TEXT).document
    (handbook,) = library.documents(EVERYONE)

    def owned(user: str, conversation: str) -> None:
        if (user, conversation) != ("ana", "a1"):
            raise NotFound("not theirs")

    assert files.readable("ana", [kept.id, handbook.id, "unknown"], owned) == {kept.id}
    assert files.readable("bob", [kept.id], owned) == frozenset()


def test_they_go_with_their_conversation_and_there_is_an_end_to_them(
    library: Library, files: ConversationFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.talks.MOST_FILES", 2)
    assert MOST_FILES > 2
    for number in range(2):
        files.of("a1").add_upload(f"{number}.txt", TEXT)
    with pytest.raises(InvalidRequest, match="2 files already"):
        files.of("a1").add_upload("2.txt", TEXT)
    files.of("b2").add_upload("other.txt", TEXT)
    files.of("a10").add_upload("other.txt", TEXT)
    files.forget("a1")
    assert {each.name for each in library.documents() if each.source == SOURCE} == {"a10/other.txt", "b2/other.txt"}
    assert files.groups("a1") == frozenset()
    assert files.groups("b2") == {group_of("b2")}


def test_files_of_conversations_that_were_deleted_elsewhere_are_swept(
    library: Library, files: ConversationFiles, tmp_path: Path
) -> None:
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as conversations:
        kept, gone = (conversations.start("ana").id for _ in range(2))
        for each in (kept, gone, "f" * 32):
            files.of(each).add_upload("pump.txt", TEXT)
        conversations.delete("ana", gone)
        files.sweep(conversations.database)
    assert {each.name for each in library.documents() if each.source == SOURCE} == {f"{kept}/pump.txt"}
    assert library.count_documents(EVERYONE) == 1
