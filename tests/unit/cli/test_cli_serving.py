"""`pilares serve`: what is done as soon as it starts."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.models.models import Models
from assistant.storage.conversations import Conversations
from assistant.talks import ConversationFiles
from knowledge.library import Library
from knowledge.testing.embedder import HashingEmbedder


@pytest.mark.parametrize("load_models", ["at-start", "first-use"])
def test_files_of_conversations_that_are_gone_go_when_the_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load_models: str
) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    monkeypatch.setenv("PILARES_SERVER__LOAD_MODELS", load_models)
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    monkeypatch.setattr("assistant.app.Assistant._start", lambda _: None)  # it may be hours until its end
    monkeypatch.setattr("assistant.app.Assistant.start_learning", lambda _: None)
    monkeypatch.setattr("assistant.api.server.run", lambda *_, **__: None)
    with (
        Library.open(tmp_path / "knowledge", HashingEmbedder()) as library,
        Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as conversations,
    ):
        files = ConversationFiles(library, lambda: None)
        kept, gone = (conversations.start("telegram:person/1").id for _ in range(2))
        for each in (kept, gone):
            files.of(each).add_upload("pump.txt", b"The pump has the serial number 4711.")
        conversations.delete("telegram:person/1", gone)
    done = CliRunner().invoke(app, ["serve"])
    assert done.exit_code == 0, done.output
    with Library.open(tmp_path / "knowledge", HashingEmbedder()) as library:
        assert [each.name for each in library.documents()] == [f"{kept}/pump.txt"]
