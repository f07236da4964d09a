"""Summaries, translations and drafts, from a person's words to the stored answer; the language models are scripted."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ModelUnavailable
from assistant.grounding.citations import without_markers
from assistant.grounding.vectors import SentenceVectors
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.models import ScriptedModels
from assistant.turn.agent import TurnAgent
from assistant.turn.answer import Answer, Evidence, TurnRequest
from assistant.turn.context import TurnContext
from assistant.turn.events import Failed, Finished, Found, Reading, TurnEvent, Wrote
from assistant.turn.strategies.writing import writing_strategies
from knowledge.library import Library

TRAVEL = """# Travel policy

## Booking

Flights must be booked at least 21 days before departure. They are in economy class.

## Meals

Meals are paid up to 52 euros per day in Ireland. Alcohol is not paid.

## Claims

Claims are made within 30 days of the end of the trip. Late claims need the finance director.
"""
LEAVE = """# Vacaciones

## Días

La plantilla tiene 23 días laborables de vacaciones al año. En agosto se cierra la oficina.

## Solicitud

Las vacaciones se piden con 15 días de antelación en el portal.
"""
PAY = "# Pay policy\n\n## Bands\n\nThe highest band begins at 90000 euros a year. It is reviewed every March.\n"
DOCUMENTS = [
    ("travel_policy.md", "Travel policy", TRAVEL),
    ("vacaciones.md", "Vacaciones", LEAVE),
    ("kettle_manual.md", "Kettle manual", "The kettle holds 2 litres. It must be descaled every 3 months."),
    ("lamp_manual.md", "Lamp manual", "The lamp uses 9 watts. It may only be cleaned with a dry cloth."),
]


@dataclass
class Desk:
    """A conversation with somebody."""

    models: ScriptedModels
    store: Conversations
    library: Library
    agent: TurnAgent
    conversation: str = ""
    context: TurnContext | None = None

    def run(self, text: str, **request: Any) -> Iterator[TurnEvent]:
        self.conversation = self.conversation or self.store.start("local").id
        history = tuple(self.store.history("local", self.conversation, 6))
        turn = self.store.begin_turn("local", self.conversation, text)
        asked = TurnRequest(text, self.conversation, history, **request)
        self.context = TurnContext(asked, turn.id, self.conversation, f"answer-{turn.id}")
        return self.agent.run(self.context)

    def ask(self, text: str, **request: Any) -> tuple[Answer, list[TurnEvent]]:
        events = list(self.run(text, **request))
        assert isinstance(events[-1], Finished), events[-1]
        answer = events[-1].answer
        for each in answer.citations:
            assert self.library.text(each.document_id)[each.start : each.end] == each.quote
        return answer, events


@cache
def _intents() -> IntentClassifier:
    return IntentClassifier(ScriptedModels().embedder(), load_intents(SHIPPED))


@dataclass
class Stopping:
    """A line of a model, during which the person stops the turn."""

    desk: Desk

    def __str__(self) -> str:
        assert self.desk.context is not None
        self.desk.context.stopped.set()
        return "The staff have 23 working days."


@contextmanager
def opened(home: Path, **settings: Any) -> Iterator[Desk]:
    composed, models = Settings(home=home, **settings), ScriptedModels()
    with (
        Library.open(composed.knowledge_folder, models.embedder()) as library,
        Conversations.open(composed.conversations_url) as store,
    ):
        for name, title, text in DOCUMENTS:
            (home / name).write_text(text if text.startswith("#") else f"# {title}\n\n{text}\n", encoding="utf-8")
        library.ingest([home / name for name, _, _ in DOCUMENTS], source="texts")
        (home / "pay_policy.md").write_text(PAY, encoding="utf-8")
        library.ingest([home / "pay_policy.md"], source="secret", audience=["managers"])
        vectors = SentenceVectors(models.embedder())

        def lock_of(_: TurnRequest, __: str, evidence: Sequence[Evidence]) -> str:
            return "restricted" if any(each.passage.title == "Pay policy" for each in evidence) else ""

        strategies = writing_strategies(composed, models, library, vectors, store, lock_of, "local")
        agent = TurnAgent(models, library, vectors, _intents(), store, composed, before_search=strategies)
        yield Desk(models, store, library, agent)
        vectors.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("home")) as desk:
        yield desk


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """A new conversation with models that have nothing to say yet."""
    shared.conversation, shared.context = "", None
    for model in (shared.models.llm, shared.models.slm):
        model.lines.clear()
        model.asked.clear()
    return shared


def _written(events: Sequence[TurnEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Wrote))


def _progress(events: Sequence[TurnEvent], unit: str) -> list[tuple[int, int]]:
    return [(each.line, each.lines) for each in events if isinstance(each, Reading) and each.unit == unit]


# Summaries


def test_a_summary_is_lines_of_every_section_each_cited_and_no_model_is_asked(desk: Desk) -> None:
    answer, events = desk.ask("Please summarise the travel policy")
    assert answer.text.startswith("**Travel policy**: the main points.")
    assert "**Booking**\n- Flights must be booked at least 21 days before departure [1]." in answer.text
    assert "- Meals are paid up to 52 euros per day in Ireland [1]." in answer.text
    assert {each.document for each in answer.citations} == {"travel_policy.md"}
    assert (answer.route.tier, answer.route.reason, answer.abstained) == ("none", "document_summary", False)
    assert _progress(events, "section") == [(1, 3), (2, 3), (3, 3)]
    assert _written(events).strip() == without_markers(answer.text)
    assert [event for event in events if isinstance(event, Found)]


def test_a_document_in_another_language_is_told_in_the_persons_and_quoted_in_its_own(desk: Desk) -> None:
    desk.models.llm.lines += [
        "The staff have 23 working days of holidays a year.",
        "The office closes in August.",
        "Holidays are asked for 99 days ahead in the portal.",  # a figure that the line does not have, twice
        "Holidays are asked for 99 days ahead in the portal.",
    ]
    answer, events = desk.ask("summarise the document vacaciones in English in 3 points")
    assert "The staff have 23 working days of holidays a year [1]." in answer.text
    assert "99" not in answer.text
    assert "Las vacaciones se piden con 15 días de antelación en el portal [1]." in answer.text
    assert answer.citations[0].quote == "La plantilla tiene 23 días laborables de vacaciones al año."
    assert answer.route.tier == "llm"
    assert _progress(events, "section")[-1] == (2, 2)


def test_a_summary_does_without_the_model_when_none_can_be_reached(desk: Desk) -> None:
    desk.models.llm.lines += [ModelUnavailable("down")] * 9
    desk.models.slm.lines += [ModelUnavailable("down")] * 9
    answer, _ = desk.ask("Summarise the document vacaciones in English")
    assert "La plantilla tiene 23 días laborables" in answer.text


def test_nobody_is_told_of_a_document_they_may_not_read(desk: Desk) -> None:
    answer, events = desk.ask("Summarise the pay policy")
    assert answer.abstained
    assert "no document called “pay policy”" in answer.text
    assert "Pay policy" not in _written(events)
    assert "90000" not in answer.text


def test_a_restricted_document_stays_here(desk: Desk) -> None:
    answer, _ = desk.ask("Summarise the pay policy", groups=frozenset({"everyone", "managers"}))
    assert "90000" in answer.text
    assert answer.route.lock == "restricted"
    assert desk.context is not None
    assert desk.context.keeping.lock == "restricted"


def test_which_document_is_asked_and_the_next_words_choose(desk: Desk) -> None:
    asked, _ = desk.ask("Summarise the manual")
    assert "Kettle manual" in asked.text
    assert "Lamp manual" in asked.text
    assert asked.task is not None
    told, _ = desk.ask("the lamp one")
    assert "9 watts" in told.text
    assert "litres" not in told.text
    assert told.task is None


def test_a_number_chooses_too_and_anything_else_leaves_it(desk: Desk) -> None:
    first, _ = desk.ask("Resume el manual")
    titles = [line for line in first.text.splitlines() if line.startswith(("1.", "2."))]
    told, _ = desk.ask("el segundo")
    assert titles[1].split("**")[1] in told.text
    desk.conversation = ""
    desk.ask("Summarise the manual")
    desk.models.llm.lines += ["Nothing."] * 4
    left, _ = desk.ask("Where is Lisbon?")
    assert left.route.reason not in ("document_summary", "which_document")


def test_this_document_is_the_one_of_the_last_answer(desk: Desk) -> None:
    unknown, _ = desk.ask("Summarise this document")
    assert "Which document" in unknown.text
    desk.ask("Summarise the kettle manual")
    answer, _ = desk.ask("Give me the key points of this document")
    assert "descaled" in answer.text


@pytest.mark.parametrize("text", ["Summarise what happened in the meeting about the new lift", "What is life about?"])
def test_a_summary_of_no_document_is_a_question_like_others(desk: Desk, text: str) -> None:
    desk.models.llm.lines += ["Nothing."] * 4
    answer, _ = desk.ask(text)
    assert answer.route.reason not in ("document_summary", "which_document")


def test_a_stopped_summary_tells_no_more(desk: Desk) -> None:
    desk.models.llm.lines += [Stopping(desk)] * 9
    events = list(desk.run("Summarise the document vacaciones in English"))
    assert not [event for event in events if isinstance(event, Finished | Failed)]
    assert len(desk.models.llm.asked) == 1


def test_a_model_that_reads_well_words_a_section_and_is_checked(tmp_path: Path) -> None:
    with opened(tmp_path, llm={"name": "large", "line_by_line": False}) as desk:
        desk.models.llm.lines += [
            "Flights: 21 days before departure, economy class.",
            "Meals are paid up to 80 euros a day in Ireland.",  # the line says 52
            "Claims are made within 30 days of the end of the trip.",
        ]
        answer, _ = desk.ask("Summarise the travel policy")
    assert "Flights: 21 days before departure, economy class" in answer.text
    assert "80" not in answer.text
    assert "Meals are paid up to 52 euros per day in Ireland" in answer.text


# Translations


def test_a_text_is_translated_paragraph_by_paragraph(desk: Desk) -> None:
    desk.models.llm.lines += ["Estimada señora:", "Su pedido QM-20418 cuesta 249,90 €."]
    answer, events = desk.ask("Translate this into Spanish:\nDear madam,\n\nYour order QM-20418 costs €249.90.")
    assert answer.text.startswith(
        "Estimada señora:\n\nSu pedido QM-20418 cuesta 249,90 €.\n\n(Translated by a small model"
    )
    assert _written(events) == answer.text
    assert _progress(events, "paragraph") == [(1, 2), (2, 2)]
    assert (answer.route.tier, answer.route.reason) == ("llm", "translation")


def test_a_lost_figure_is_translated_again_and_noted_if_it_stays_lost(desk: Desk) -> None:
    desk.models.llm.lines += ["Pague en unos días.", "Pague en 14 días.", "Llame pronto.", "Llame a tiempo."]
    answer, _ = desk.ask("Translate into Spanish:\nPay within 14 days.\nCall before 17:30.")
    first, *rest = answer.text.split("\n")
    assert first == "Pague en 14 días."
    assert "Check this paragraph: the translation lacks 17:30" in " ".join(rest)
    assert "«Call before 17:30.»" in answer.text
    assert "14" in desk.models.llm.asked[1][-1].text.splitlines()[0]  # named in the second prompt
    assert [each.supported for each in answer.support] == [True, False]


def test_the_last_answer_is_translated_and_keeps_its_citations(desk: Desk) -> None:
    said, _ = desk.ask("Summarise the kettle manual")
    desk.models.llm.lines += [
        "**El manual**",
        "- El hervidor tiene 2 litros.",
        "- Hay que descalcificarlo cada 3 meses.",
    ]
    desk.models.llm.lines += ["Nada."] * 9
    answer, _ = desk.ask("Traduce la respuesta anterior al español")
    assert answer.citations == said.citations
    assert "[1]" in answer.text
    assert answer.evidence == said.evidence


def test_there_has_to_be_something_to_translate(desk: Desk) -> None:
    answer, _ = desk.ask("translate that into Spanish")
    assert "What shall I translate?" in answer.text


def test_a_language_it_is_not_good_at_is_left(desk: Desk) -> None:
    answer, _ = desk.ask("Translate this into German: good morning")
    assert "English and Spanish" in answer.text
    assert not desk.models.llm.asked


def test_a_model_behind_an_address_may_try_another_language(tmp_path: Path) -> None:
    with opened(tmp_path, llm={"name": "large", "line_by_line": False}) as desk:
        desk.models.llm.lines += ["guten Morgen"]
        answer, _ = desk.ask("Translate this into German: good morning")
    assert answer.text == "guten Morgen"


def test_a_section_of_a_document_is_translated_with_its_original_cited(desk: Desk) -> None:
    desk.models.llm.lines += [
        "Comidas",
        "Las comidas se pagan hasta 52 euros al día en Irlanda. El alcohol no se paga.",
    ]
    answer, _ = desk.ask("Translate the section on meals of the travel policy into Spanish")
    assert "Las comidas se pagan hasta 52 euros al día en Irlanda." in answer.text
    assert [each.quote for each in answer.citations] == [
        "Meals are paid up to 52 euros per day in Ireland. Alcohol is not paid."
    ]
    missing, _ = desk.ask("Translate the section on drones of the travel policy into Spanish")
    assert missing.abstained
    assert "Booking, Meals, Claims" in missing.text


def test_what_is_in_that_language_already_is_said_so(desk: Desk) -> None:
    answer, _ = desk.ask("Translate into English: The office is closed on Fridays in August this year.")
    assert "already" in answer.text
    assert not desk.models.llm.asked


# Drafts


def _frame(subject: str = "", greeting: str = "", opening: str = "", ending: str = "") -> str:
    return json.dumps({"subject": subject, "greeting": greeting, "opening": opening, "ending": ending})


def test_a_draft_is_a_frame_around_lines_of_the_documents(desk: Desk) -> None:
    desk.models.llm.lines.append(
        _frame(
            "Your claim of 3 May",
            "Dear Ms Rossi,",
            "We are sorry for the delay. We guarantee you 75 euros.",
            "Write to us at any time.",
        )
    )
    answer, events = desk.ask("Draft an email to a colleague about claims after the end of the trip")
    draft, _, notes = answer.text.partition("---")
    assert draft.startswith(
        "**Draft: check it before you send it.**\n\nSubject: Your claim of [date]\n\nDear Ms [name],"
    )
    assert "We are sorry for the delay.\n\nPlease note:\n\n- Claims are made within 30 days" in draft
    assert "Write to us at any time.\n\nKind regards,\n[your name]" in draft
    for made_up in ("Rossi", "guarantee", "75", "3 May"):
        assert made_up not in answer.text
    assert "Nothing has been sent." in notes
    assert "To be filled in: [date], [name], [your name]." in notes
    assert "One sentence was left out" in notes
    assert "Claims are made within 30 days of the end of the trip [1]." in notes
    assert {each.document for each in answer.citations} == {"travel_policy.md"}
    assert _written(events).rstrip() == without_markers(answer.text)


@pytest.mark.parametrize("said", ["I cannot do that.", "{}", '{"subject": 3}', "[]", ""])
def test_a_model_that_does_not_keep_to_the_form_leaves_the_facts(desk: Desk, said: str) -> None:
    desk.models.llm.lines.append(said)
    answer, _ = desk.ask("Draft an email to a colleague about claims after the end of the trip")
    assert "Please note:\n\n- Claims are made within 30 days" in answer.text


def test_without_facts_it_holds_what_was_said(desk: Desk) -> None:
    desk.models.llm.lines.append(_frame("Picnic", "Dear team,", "We invite you to the picnic on 12 July.", ""))
    answer, _ = desk.ask("Draft an invitation to the picnic on 12 July")
    assert "We invite you to the picnic on 12 July." in answer.text
    assert "No document clearly bears on this" in answer.text
    assert answer.citations == ()


def test_a_model_that_reads_well_writes_the_whole_and_is_vetted(tmp_path: Path) -> None:
    with opened(tmp_path, llm={"name": "large", "line_by_line": False}) as desk:
        desk.models.llm.lines.append(
            "Subject: Your claim\n\nDear Ms Rossi,\n\nClaims are made within 30 days of the end of the trip. "
            "We guarantee you a voucher. Your 75 euros come on 3 May.\n\nKind regards,\nJohn Smith"
        )
        answer, events = desk.ask("Draft an email to a colleague about claims after the end of the trip")
    assert "Dear Ms [name]," in answer.text
    assert "within 30 days" in answer.text.partition("---")[0]
    for made_up in ("Rossi", "voucher", "75", "3 May", "John"):
        assert made_up not in answer.text + _written(events)
    assert "[your name]" in answer.text


def test_the_house_has_its_style_and_signature(tmp_path: Path) -> None:
    house = {"style": "Nunca más de cinco líneas.", "signature": "Un saludo,\nAtención al cliente", "formality": "tú"}
    with opened(tmp_path, drafting=house) as desk:
        desk.models.llm.lines.append(_frame("Tu consulta", "Hola:", "Te escribimos por tu consulta.", "Gracias."))
        answer, _ = desk.ask("Redacta un correo para una clienta sobre su consulta")
        system, *shown = [each.text for each in desk.models.llm.asked[0]]
    assert "Nunca más de cinco líneas." in system
    assert "Te escribimos por el ascensor" in " ".join(shown)
    assert "Borrador: revísalo antes de enviarlo." in answer.text
    assert "Te escribimos por tu consulta.\n\nUn saludo,\nAtención al cliente" in answer.text
    assert "No se ha enviado nada." in answer.text


def test_a_style_document_counts_for_those_who_may_read_it(tmp_path: Path) -> None:
    with opened(tmp_path, drafting={"style_document": "Pay policy"}) as desk:
        desk.models.llm.lines += ["Hello,"] * 2
        desk.ask("Draft a note to the team about the picnic")
        assert "highest band" not in desk.models.llm.asked[0][0].text
        desk.ask("Draft a note to the team about the picnic", groups=frozenset({"managers"}))
        assert "highest band" in desk.models.llm.asked[1][0].text


def test_a_draft_about_that_takes_the_lines_of_the_last_answer(desk: Desk) -> None:
    desk.ask("Summarise the kettle manual")
    desk.models.llm.lines.append(_frame(greeting="Dear all,"))
    answer, _ = desk.ask("Write an email about that")
    assert "descaled every 3 months" in answer.text
    assert {each.document for each in answer.citations} == {"kettle_manual.md"}


def test_no_model_at_all_is_an_error_a_person_can_act_on(desk: Desk) -> None:
    desk.models.llm.lines += [ModelUnavailable("down")]
    desk.models.slm.lines += [ModelUnavailable("down as well")]
    events = list(desk.run("Draft a note to the team about the picnic"))
    assert isinstance(events[-1], Failed)
    assert "down as well" in events[-1].message
