"""A recommendation as a turn: real documents and grants, no model at all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.grounding.vectors import SentenceVectors
from assistant.testing.models import ScriptedModels
from assistant.turn.answer import Message, TurnRequest, Understanding
from assistant.turn.catalogues.wanted import asks_for_recommendation
from assistant.turn.context import TurnContext
from assistant.turn.events import Found, Routed, TurnEvent, Wrote
from assistant.turn.outcome import Outcome
from assistant.turn.strategies.recommending import RecommendingStrategy
from assistant.turn.strategies.strategy import Scene
from knowledge.library import Library

GOLD = Path(__file__).parents[3] / "samples" / "questions.jsonl"
CATALOGUE = """Model,Kind,Load (kg),Price (€),Noise (dB),Colour,Notes
Ola 6,Washing machine,6,319,53,White,Narrow
Ola 7,Washing machine,7,419,49,White,Starts by telephone
Ola 8,Washing machine,8,529,46,Grey,Very quiet motor
Ola 9,Washing machine,9,579,51,White,Large drum
Sol 7,Tumble dryer,7,449,64,White,Heat pump
"""
LISTA = """modelo,tipo,carga (kg),precio (€),ruido (dB),color
Mar 7,Lavavajillas,7,"399,00",47,Blanco
Mar 8,Lavavajillas,8,"489,00",43,Inox
"""
SECRET = CATALOGUE.replace("Ola", "Prototype").replace("319", "99")


class Stage:
    """A library with catalogues, and how to let the strategy begin a turn on it."""

    def __init__(self, library: Library, vectors: SentenceVectors, models: ScriptedModels) -> None:
        self.library, self.models = library, models
        self.events: list[TurnEvent] = []
        self.meant = True
        self.strategy = RecommendingStrategy(library, vectors, lambda _: self.meant, lambda *_: "")

    def ask(self, text: str, *before: str, groups: frozenset[str] = frozenset({"everyone"})) -> Outcome | None:
        history = tuple(message for said in before for message in (Message("user", said), Message("assistant", "...")))
        context = TurnContext(TurnRequest(text, history=history, groups=groups), "t", "c", "a")
        understanding = Understanding(text, text, "en", "recommending", 0.9)
        return self.strategy.begin(Scene(context, understanding, self.models, self.library, self.events.append))

    def text(self, text: str, *before: str) -> str:
        outcome = self.ask(text, *before)
        assert outcome is not None
        return outcome.text


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    models, home = ScriptedModels(), tmp_path_factory.mktemp("home")
    with Library.open(home, models.embedder()) as library:
        for name, text in (("machines.csv", CATALOGUE), ("lavavajillas.csv", LISTA)):
            library.add_upload(name, text.encode())
        library.add_upload("prototypes.csv", SECRET.encode(), audience=["lab"])
        library.add_texts([("fridges.md", "Fridges", "Our fridges are quiet. A fridge costs 500 €.")])
        vectors = SentenceVectors(models.embedder())
        yield Stage(library, vectors, models)
        vectors.close()


@pytest.fixture(autouse=True)
def fresh(stage: Stage) -> None:
    stage.events.clear()
    stage.meant = True


def test_options_keep_every_limit_and_come_with_their_own_values(stage: Stage) -> None:
    outcome = stage.ask("Which washing machine would you recommend for a family of five under 550 €?")
    assert outcome is not None
    assert outcome.text.splitlines() == [
        "3 of 4 in **machines** have what you ask for (under 550 €):",
        "",
        "1. **Ola 8**: 529 €, 8 kg, 46 dB (the highest load of these). Very quiet motor [1].",
        "2. **Ola 7**: 419 €, 7 kg, 49 dB. Starts by telephone [1].",
        "3. **Ola 6**: 319 €, 6 kg, 53 dB. Narrow [1].",
    ]
    assert outcome.route.tier == "none"
    assert [type(event) for event in stage.events] == [Found, Routed, Wrote]


def test_every_option_cites_its_row_verbatim(stage: Stage) -> None:
    outcome = stage.ask("Recommend me a quiet washing machine")
    assert outcome is not None
    assert len(outcome.citations) == 3
    for citation in outcome.citations:
        assert stage.library.text(citation.document_id)[citation.start : citation.end] == citation.quote
        assert citation.quote.startswith("Model: Ola ")
    assert outcome.text.splitlines()[2].startswith("1. **Ola 8**: 529 €, 46 dB")


def test_spanish_in_spanish(stage: Stage) -> None:
    assert stage.text("Recomiéndame un lavavajillas silencioso de menos de 600 euros").splitlines() == [
        "2 de 2 opciones de **lavavajillas** cumplen lo que pides (menos de 600 euros):",
        "",
        "1. **Mar 8**: 489,00 €, 43 dB, 8 kg (lo más bajo en ruido) [1].",
        "2. **Mar 7**: 399,00 €, 47 dB, 7 kg [1].",
    ]


def test_without_a_wish_the_range_is_told_and_one_question_asked(stage: Stage) -> None:
    text = stage.text("What washing machine should I buy?")
    assert "Price from 319 € to 579 €" in text or "price from 319 € to 579 €" in text
    assert text.splitlines()[-1] == "What may it cost at most, between 319 € and 579 €?"
    assert text.count("?") == 1


def test_what_is_said_next_goes_on_with_it(stage: Stage) -> None:
    assert "Ola 6" in stage.text("under 400 €", "What washing machine should I buy?")
    narrowed = stage.text("and under 500 €?", "Recommend me a quiet washing machine")
    assert narrowed.splitlines()[2].startswith("1. **Ola 7**")
    assert stage.ask("How long is the warranty?", "Recommend me a quiet washing machine") is None
    assert stage.ask("under 400 €", "How long is the warranty?") is None


def test_when_none_fits_the_nearest_is_shown_as_such(stage: Stage) -> None:
    text = stage.text("Recommend a washing machine of at least 9 kg under 400 €")
    assert text.startswith("None of the 4 in **machines** has all you ask for")
    assert "Misses: under 400 € (it has 579 €)" in text


def test_what_the_catalogue_does_not_say_is_named(stage: Stage) -> None:
    assert "could not go by it: 1400 rpm" in stage.text("Recommend a washing machine with 1400 rpm under 500 €")


def test_words_that_stand_in_no_row_are_told(stage: Stage) -> None:
    text = stage.text("I need a washing machine with steam, max 55 dB")
    assert text.endswith("These words of yours stand nowhere in it: steam.")
    assert "nowhere" not in stage.text("I need a washing machine with a large drum")


def test_a_table_of_rules_is_no_catalogue(stage: Stage) -> None:
    rules = b"What you bought,Time to return it,Fee\nA used bicycle,14 days,none\nA bicycle in its box,30 days,none\n"
    stage.library.add_upload("rules.csv", rules)
    assert stage.ask("Which bicycle would you recommend?") is None


def test_rows_of_documents_that_the_person_may_not_read_are_never_seen(stage: Stage) -> None:
    assert "Prototype" not in stage.text("Recommend the cheapest washing machine")
    allowed = stage.ask("Recommend the cheapest washing machine", groups=frozenset({"lab"}))
    assert allowed is not None
    assert "Prototype 6" in allowed.text


def test_without_a_catalogue_of_such_things_the_turn_is_left_alone(stage: Stage) -> None:
    assert stage.ask("Which fridge would you recommend?") is None
    assert stage.ask("What would you recommend?") is None
    assert stage.ask("Recommend a washing machine", groups=frozenset()) is None
    assert stage.events == []


def test_the_shape_alone_is_not_enough(stage: Stage) -> None:
    stage.meant = False
    assert stage.ask("Recommend me a quiet washing machine") is None


def test_values_of_rows_cannot_forge_citations(stage: Stage) -> None:
    stage.library.add_upload("odd.csv", b"Model,Kind,Price (EUR)\nZ [9],Kettle,20\nY [8],Kettle,30\n")
    outcome = stage.ask("Recommend me a cheap kettle")
    assert outcome is not None
    assert "[9]" not in outcome.text
    assert {each.marker for each in outcome.citations} == {1}


def test_no_question_of_the_demo_company_is_taken(stage: Stage) -> None:
    asked = [json.loads(line)["question"] for line in GOLD.read_text(encoding="utf-8").splitlines()]
    assert asked
    assert [each for each in asked if asks_for_recommendation(each) and stage.ask(each) is not None] == []
