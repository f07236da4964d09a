"""An archive is written as it is read, and shows nothing of documents that its person may not read any more."""

import io
import json
import tracemalloc
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from assistant.finetuning.datasets import DatasetDesk
from assistant.personal.export import README, write_export
from assistant.personal.subject import Places, Subject
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.storage.schema import conversations, turns
from assistant.testing.answers import LEAVE, TRAVEL, an_answer
from finetune.examples import Origin
from finetune.testing.examples import an_example

ANA = Subject("ana", "ana", is_account=False)


class Granted:
    """Documents that may be read now."""

    def __init__(self) -> None:
        self.documents = {"id-hr/leave.md", "id-finance/travel.md"}

    def __call__(self, user: str, documents: Collection[str]) -> Collection[str]:
        return self.documents & set(documents)


@pytest.fixture
def granted() -> Granted:
    return Granted()


@pytest.fixture
def places(tmp_path: Path, granted: Granted) -> Iterator[Places]:
    settings = Settings(home=tmp_path)
    with Conversations.open(settings.conversations_url, permitted=granted) as conversations:
        yield Places(settings, conversations)


def archive(places: Places) -> dict[str, str]:
    target = io.BytesIO()
    write_export(target, places, ANA)
    with ZipFile(target) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


def test_documents_that_were_taken_from_somebody_are_not_in_it(places: Places, granted: Granted) -> None:
    begun = places.conversations.start("ana")
    turn = places.conversations.begin_turn("ana", begun.id, "How many days?")
    places.conversations.finish_turn(turn.id, an_answer(begun.id, support=()))
    origin = Origin("feedback", "ana", begun.id, ("id-hr/leave.md",))
    row = an_example("Question: how many?", "25 days of annual leave", origin=origin)
    DatasetDesk(places.settings.home).queue.add([row], "proposed")
    whole = archive(places)
    assert "25 days" in whole["conversations.json"]
    assert "25 days" in whole["examples.json"]
    said = "".join(whole.values())
    assert TRAVEL[:20] not in said, "what was only found is the organisation's"
    assert LEAVE[-40:] not in said
    granted.documents.clear()
    said = "".join(archive(places).values())
    for word in ("25 days", "Leave policy", "hr/leave.md"):
        assert word not in said
    assert "How many days?" in said


def test_it_says_what_is_in_it_in_both_languages(places: Places) -> None:
    described = archive(places)[README]
    assert "conversations.json (0): conversations" in described
    assert "conversations.json (0): conversaciones" in described
    assert "{" not in described


def test_text_that_no_file_keeps_breaks_nothing(places: Places) -> None:
    begun = places.conversations.start("ana")
    places.conversations.begin_turn("ana", begun.id, 'a "quote", a \\ and \u2028 \ud800 end')
    (talk,) = json.loads(archive(places)["conversations.json"])
    assert talk["turns"][0]["question"].startswith('a "quote", a \\ and \u2028')


class Pipe:
    """Takes what is written, and keeps nothing of it; there is no going back."""

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        return len(data)

    def flush(self) -> None: ...


def test_much_is_not_kept_in_memory(places: Places) -> None:
    many, long = 100, 60_000
    now, words = datetime.now(UTC), "words " * (long // 6)
    talks = [{"id": str(n), "user_id": "ana", "title": "", "created": now, "updated": now} for n in range(many)]
    said = [
        {"id": str(n), "conversation_id": str(n), "position": 1, "question": words, "state": "failed", "created": now}
        for n in range(many)
    ]
    with places.database.write() as connection:
        connection.execute(sa.insert(conversations), talks)
        connection.execute(sa.insert(turns), said)
    pipe: Any = Pipe()
    tracemalloc.start()
    write_export(pipe, places, ANA)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert pipe.bytes > 10_000
    assert peak < many * long / 4, f"{peak:,} bytes for {many * long:,}"
