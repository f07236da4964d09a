"""What is learnt from a thumb is, word for word, what the reader was asked in that turn, and what it said."""

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import BaseMessage

from assistant.finetuning.collecting import Collector
from assistant.finetuning.layout import ReaderLayout
from assistant.grounding.citations import Citer
from assistant.grounding.vectors import SentenceVectors
from assistant.turn.events import Finished
from knowledge.lexical.analyzer import Analyzer

QUESTION = "How long is the warranty of batteries?"


def test_the_prompt_of_a_collected_row_is_the_one_of_its_turn(
    stage_with_reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, asked = stage_with_reader, list[list[tuple[str, str]]]()
    first_token = stage.models.first_token

    def heard(role: str, messages: Sequence[BaseMessage]) -> Any:
        if role == "reader" and messages[0].text.startswith("Find the line"):
            asked.append([(each.type, each.text) for each in messages])
        return first_token(role, messages)

    monkeypatch.setattr(stage.models, "first_token", heard)
    stage.models.reader.lines = ["Batteries have a warranty of 18 months."]
    answer = stage.ask(QUESTION, model="slm")[-1]
    assert isinstance(answer, Finished)
    assert not answer.answer.abstained
    stage.store.add_feedback("local", answer.answer.id, "up")

    vectors = SentenceVectors(stage.models.embedder())
    layout = ReaderLayout(vectors, Citer(vectors, Analyzer()))
    audiences = {document.id: document.audience for document in stage.library.documents()}
    (row,) = Collector(stage.store.answer, layout, audiences).collect(stage.store.feedback()).examples
    roles = {"system": "system", "human": "user"}
    turns = [[(roles[kind], text) for kind, text in each[:2]] for each in asked]
    assert [(each.role, each.content) for each in row.messages] in turns
    label, _, said = row.completion.partition("\n")
    assert said == "Batteries have a warranty of 18 months."
    assert f"{label}. {said}" in row.messages[-1].content
