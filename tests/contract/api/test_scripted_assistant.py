"""The fake keeps the contract of the real assistant."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.storage.conversations import Conversations
from assistant.testing.conformance import AssistantConformance
from assistant.testing.scripted import ScriptedAssistant


class TestScriptedAssistant(AssistantConformance):
    @pytest.fixture
    def assistant(self, tmp_path: Path) -> Iterator[ScriptedAssistant]:  # type: ignore[override]
        with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as conversations:
            yield ScriptedAssistant(conversations)
