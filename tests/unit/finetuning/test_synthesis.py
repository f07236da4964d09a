"""Questions made up from documents: what code finds wrong never comes before a person, and nothing is asked twice."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import BaseMessage

from assistant.errors import InvalidRequest, ModelUnavailable
from assistant.finetuning.datasets import DatasetDesk
from assistant.finetuning.layout import ReaderLayout
from assistant.finetuning.synthesis import running
from assistant.finetuning.synthesis.asking import Draft
from assistant.finetuning.synthesis.checking import fault_of, is_found
from assistant.finetuning.synthesis.making import Synthesiser, tasks_of
from assistant.finetuning.synthesis.notes import Notes, Task
from assistant.finetuning.synthesis.running import Wanted, synthesise
from assistant.grounding.citations import Citer
from assistant.grounding.vectors import SentenceVectors
from assistant.settings import Settings
from assistant.turn import trained_prompts
from assistant.turn.answer import Evidence
from finetune.asked import question_of
from knowledge.errors import DocumentNotFound
from knowledge.lexical.analyzer import Analyzer
from knowledge.library import Library
from knowledge.passage import Sentence
from knowledge.testing.embedder import HashingEmbedder

LINE = "Batteries of every appliance have a warranty of 18 months."
DOCUMENTS = [
    ("warranty.md", "Warranty", f"{LINE} New appliances have a warranty of 2 years from the purchase."),
    ("secret.md", "Board", "The board meets on the first Monday of every month in the annex."),
]
GOOD = {"question": "How long is the warranty of the batteries?", "line": 1, "answer": "The warranty is 18 months."}


class Model:
    """Replies in turn; the last one again and again."""

    def __init__(self, *replies: Mapping[str, Any] | str | Exception) -> None:
        self.replies, self.asked = list(replies), list[Sequence[BaseMessage]]()

    def __call__(self, messages: Sequence[BaseMessage], **options: Any) -> str:
        self.asked.append(messages)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, str) else json.dumps(reply)


class House:
    def __init__(self, home: Path, library: Library) -> None:
        embedder = HashingEmbedder()
        self.library, self.settings = library, Settings(home=home)
        self.vectors = SentenceVectors(embedder)
        self.none = 0.9
        self.models = SimpleNamespace(
            embedder=lambda: embedder, has_reader=True, first_token_logprobs=lambda *_: {"0": log(self.none)}
        )

    def sentences(self) -> SentenceVectors:
        return self.vectors


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Library.open(tmp_path / "knowledge", HashingEmbedder()) as library:
        library.add_texts(DOCUMENTS)
        library.set_audience("secret.md", ["board"])
        found = House(tmp_path, library)
        yield found
        found.vectors.close()


@pytest.fixture
def maker(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[[Model], Synthesiser]:
    """The synthesiser of an installation, whose large model is a script."""

    def made(model: Model) -> Synthesiser:
        layout = ReaderLayout(house.vectors, Citer(house.vectors, Analyzer()))
        audiences = {each.id: each.audience for each in house.library.documents()}
        search = running._Search(house, "everyone")  # type: ignore[arg-type]
        return Synthesiser(model, search, layout, audiences, lambda _: {"0": log(house.none)})

    return made


def _task(house: House, *, answerable: bool = True) -> tuple[Task, Any]:
    (passage,) = house.library.passages_of(house.library.document("warranty.md").id)
    return Task(passage.chunk_id, "en", answerable), passage


def test_a_row_is_asked_as_a_turn_asks_and_names_its_line(house: House, maker: Callable[[Model], Synthesiser]) -> None:
    made = maker(Model(GOOD)).make(*_task(house)).example
    assert made is not None
    assert question_of(made) == GOOD["question"]
    label, _, said = made.completion.partition("\n")
    assert said == GOOD["answer"]
    assert f"{label}. {LINE}" in made.messages[-1].content
    origin = made.origin
    assert (origin.source, origin.groups, origin.reviewed_by) == ("synthetic", ("everyone",), "")
    assert origin.documents == (house.library.document("warranty.md").id,)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("no JSON at all", "the model replied with something else"),
        ({**GOOD, "line": 7}, "the model replied with something else"),
        ({**GOOD, "answer": "The warranty is 24 months."}, "the answer has figures that its line lacks"),
        ({**GOOD, "answer": "Ask the kitchen for lasagne."}, "its line does not back the answer"),
        ({**GOOD, "question": "Warranty?"}, "the question is too short or too long"),
        ({**GOOD, "question": "Tell me about the batteries now"}, "it is no question"),
        ({**GOOD, "question": "¿Cuánto dura la garantía de las baterías?"}, "it is in another language"),
        ({**GOOD, "question": "What warranty does this document give batteries?"}, "it points at the document"),
        ({**GOOD, "question": f"{LINE[:-1]}?"}, "it repeats its line"),
    ],
)
def test_what_is_wrong_is_not_used(house: House, maker: Callable[[Model], Synthesiser], reply: Any, why: str) -> None:
    made = maker(Model(reply)).make(*_task(house))
    assert (made.example, made.why) == (None, why)


def test_a_line_that_a_search_does_not_find_is_not_learnt(
    house: House, maker: Callable[[Model], Synthesiser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.finetuning.synthesis.making.is_found", lambda *_: False)
    assert maker(Model(GOOD)).make(*_task(house)).why == "a search does not find its line"


def test_found_means_among_the_lines_that_are_read(house: House) -> None:
    _, passage = _task(house)
    draft = Draft(str(GOOD["question"]), passage.sentences[0], "18 months.")
    other = Evidence(1, passage, passage.sentences[1], 0.9, passage.sentences[1:])
    assert not is_found(draft, passage.document_id, [other])
    assert is_found(draft, passage.document_id, [replace(other, selected=passage.sentences)])
    assert not is_found(draft, "another", [replace(other, selected=passage.sentences)])


def test_an_unanswerable_question_is_refused_by_the_row(house: House, maker: Callable[[Model], Synthesiser]) -> None:
    house.none = 0.6
    model = Model({"question": "How long is the warranty of the umbrellas?"})
    made = maker(model).make(*_task(house, answerable=False))
    assert made.example is not None
    assert made.example.completion == trained_prompts.NONE


def test_an_unanswerable_question_that_the_documents_may_answer_is_not_used(
    house: House, maker: Callable[[Model], Synthesiser]
) -> None:
    house.none = 0.1
    model = Model({"question": "Do new appliances have a warranty?"})
    assert maker(model).make(*_task(house, answerable=False)).why == "the documents may answer it"
    house.none = 0.9
    assert maker(model).make(*_task(house, answerable=False)).example is not None


def test_tasks_go_through_documents_in_turn_in_both_languages(house: House) -> None:
    passages = [house.library.passages_of(each.id, {"board"}) for each in house.library.documents()]
    tasks = [task for task, _ in tasks_of(passages * 5)]
    assert {task.language for task in tasks} == {"en", "es"}
    assert sum(not task.answerable for task in tasks) == len(tasks) // 5


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Model]:
    def use(*replies: Any) -> Model:
        model = Model(*replies)
        monkeypatch.setattr(running, "_synthesiser", lambda assistant, wanted: _Fixed(model))
        return model

    return use


class _Fixed:
    """Takes every question as it is."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def make(self, task: Task, passage: Any) -> Any:
        from assistant.finetuning.synthesis.making import Made
        from finetune.examples import Origin
        from finetune.testing.examples import an_example

        self._model([])
        origin = Origin("synthetic", documents=(passage.document_id,), groups=("everyone",))
        return Made(task, an_example(f"A question about {task.chunk_id} in {task.language}?", origin=origin))


def test_rows_wait_for_review_and_what_was_tried_is_not_tried_again(
    house: House, scripted: Callable[..., Model]
) -> None:
    model = scripted(GOOD)
    found = synthesise(house, Wanted(5))  # type: ignore[arg-type]
    assert (found.taken, found.exhausted) == (1, True), "the board's document is not everyone's"
    assert [each.state for each in DatasetDesk(house.settings.home).queue.rows()] == ["proposed"]
    again = synthesise(house, Wanted(5))  # type: ignore[arg-type]
    assert (again.taken, len(model.asked)) == (0, 1)


def test_what_was_interrupted_goes_on_with_what_is_left(house: House, scripted: Callable[..., Model]) -> None:
    house.library.add_texts([("more.md", "More", "The canteen serves lunch from noon until two every day.")])
    model = scripted(GOOD, KeyboardInterrupt(), GOOD)  # type: ignore[arg-type]
    model.replies = [GOOD, ModelUnavailable("The large model is down. Start it again."), GOOD]
    with pytest.raises(ModelUnavailable):
        synthesise(house, Wanted(5))  # type: ignore[arg-type]
    assert len(DatasetDesk(house.settings.home).queue.rows()) == 1
    assert synthesise(house, Wanted(5)).taken == 1  # type: ignore[arg-type]


def test_nothing_to_ask_about_is_said(tmp_path: Path) -> None:
    with Library.open(tmp_path / "knowledge", HashingEmbedder()) as library:
        empty = House(tmp_path, library)
        with pytest.raises(InvalidRequest, match="no document to ask about"):
            synthesise(empty, Wanted())  # type: ignore[arg-type]
        with pytest.raises(DocumentNotFound):
            synthesise(empty, Wanted(documents=("nothing.md",)))  # type: ignore[arg-type]
        empty.vectors.close()


def test_notes_survive_half_a_line(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "notes.jsonl")
    notes.add(Task("c", "en", True), "")
    with (tmp_path / "notes.jsonl").open("a") as file:
        file.write('{"chunk": "d", ')
    notes.add(Task("e", "es", False), "it is no question")
    assert notes.done() == {Task("c", "en", True), Task("e", "es", False)}


def test_a_question_without_a_line_may_have_any_figures() -> None:
    draft = Draft("Is the warranty of the umbrellas 5 years?")
    assert fault_of(draft, "en", Analyzer()) == ""
    with_line = Draft("How long is the warranty of batteries?", Sentence(LINE, 0, len(LINE)), "It is 5 years.")
    assert "figures" in fault_of(with_line, "en", Analyzer())
