"""What a question compares, and the questions it asks about each thing."""

import json

import pytest

from assistant.paths import sample_documents
from assistant.turn.parts import named
from assistant.turn.strategies.comparing import compares, things_compared
from assistant.turn.strategies.pairs import joined_things
from assistant.turn.strategies.several import several_questions
from knowledge.lexical.analyzer import Analyzer

GOLD = [json.loads(each) for each in (sample_documents() / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
# The kinds that ask for one thing, or for nothing that documents say.
ORDINARY = [each for each in GOLD if each["kind"] not in ("two_document", "cross_language")]


@pytest.mark.parametrize(
    ("question", "labels", "questions"),
    [
        ("Compare the standard and the extended warranty", ("standard warranty", "extended warranty"),
         ("the standard warranty", "the extended warranty")),
        ("¿Qué diferencia hay entre el plan básico y el premium?", ("plan básico", "plan premium"),
         ("el plan básico", "el plan premium")),
        ("What is the difference between the hotel limits for Oslo and Rome?",
         ("hotel limits for Oslo", "hotel limits for Rome"),
         ("the hotel limits for Oslo", "the hotel limits for Rome")),
        ("Which is cheaper in Ireland, the small toner or the large toner?", ("small toner", "large toner"),
         ("How much does the small toner cost in Ireland?", "How much does the large toner cost in Ireland?")),
        ("¿Qué depósito es más caro, el del K12 o el del K20?", ("K12", "K20"),
         ("¿Cuánto cuesta el depósito del K12?", "¿Cuánto cuesta el depósito del K20?")),
        ("is the warranty longer in Spain or in Ireland?", ("Spain", "Ireland"),
         ("is the warranty longer in Spain?", "is the warranty longer in Ireland?")),
        ("price per km, old policy vs new policy?", ("old policy", "new policy"),
         ("price per km: old policy?", "price per km: new policy?")),
        ("días de permiso con 5 años de antigüedad frente a 12 años de antigüedad",
         ("5 años de antigüedad", "12 años de antigüedad"),
         ("días de permiso con 5 años de antigüedad", "días de permiso con 12 años de antigüedad")),
        ("¿Qué diferencia hay entre el envío a Lugo y el envío a Ceuta y Melilla?",
         ("envío a Lugo", "envío a Ceuta y Melilla"), ("el envío a Lugo", "el envío a Ceuta y Melilla")),
        ("Compara el plan A, el plan B y el plan C", ("plan A", "plan B", "plan C"),
         ("el plan A", "el plan B", "el plan C")),
        ("monthly or yearly payment, which works out better?", ("monthly payment", "yearly payment"),
         ("which works out better: monthly payment?", "which works out better: yearly payment?")),
        ("What does a locker cost in Lyon and in Porto?", ("Lyon", "Porto"),
         ("What does a locker cost in Lyon?", "What does a locker cost in Porto?")),
        ("¿Cuánto pagan por kilómetro en Lyon y cuánto en Porto?", ("Lyon", "Porto"),
         ("¿Cuánto pagan por kilómetro en Lyon?", "¿Cuánto pagan por kilómetro en Porto?")),
    ],
)  # fmt: skip
def test_each_thing_is_asked_about_by_itself(
    question: str, labels: tuple[str, ...], questions: tuple[str, ...]
) -> None:
    found = things_compared(question)
    assert tuple(each.label for each in found) == labels
    assert tuple(each.question for each in found) == questions


@pytest.mark.parametrize(
    "question",
    [
        "Do I need form A or form B?", "How long is the warranty?", "¿Puedo ir hoy o mañana?", "", "and", "vs", "A vs",
        "Compare", "What is the difference between", "¿Qué diferencia hay entre el?", "compare " + "x " * 400,
        "Can I pay by card or do I have to bring cash?", "Necesito más cajas, ¿las pido yo o las pide almacén?",
    ],
)  # fmt: skip
def test_nothing_is_compared(question: str) -> None:
    assert things_compared(question) == ()


def test_no_ordinary_question_of_the_demo_organisation_is_taken_apart() -> None:
    analyzer = Analyzer()
    taken = [
        each["id"]
        for each in ORDINARY
        if things_compared(each["question"]) or several_questions(each["question"], each["lang"], analyzer)
    ]
    assert taken == []


def test_the_questions_about_two_documents_are_told_from_them() -> None:
    analyzer = Analyzer()
    double = [each for each in GOLD if each["kind"] == "two_document"]
    taken = [
        each for each in double
        if things_compared(each["question"]) or several_questions(each["question"], each["lang"], analyzer)
    ]  # fmt: skip
    assert len(taken) >= 0.6 * len(double)


def test_what_is_built_like_a_comparison_is_told_where_its_things_are_not() -> None:
    assert compares("what is the difference between them?")
    assert compares("¿es mejor comprarlo o alquilarlo más tiempo?")
    assert not compares("what does it cost?")


def test_things_are_made_whole() -> None:
    assert joined_things("the L2 and the L5") == ("the L2", "the L5")
    assert joined_things("la Brisa 300 y la 500") == ("la Brisa 300", "la Brisa 500")
    assert joined_things("basic and premium plan") == ("basic plan", "premium plan")
    assert joined_things("it") == ()


def test_a_question_that_asks_twice_for_the_same_is_one() -> None:
    analyzer = Analyzer()
    assert several_questions("Do you post to Belfast and how much is it?", "en", analyzer) == ()
    assert several_questions("¿Abre el domingo? ¿Hasta qué hora?", "es", analyzer) == ()
    two = several_questions("How many days of leave do I get in Spain and who approves the leave?", "en", analyzer)
    assert [each.label for each in two] == ["how many days of leave do I get in Spain", "who approves the leave"]
    whom = several_questions("How many days from home may support work, and who decides?", "en", analyzer)
    assert [each.label for each in whom] == ["how many days from home may support work", "who decides"]
    assert several_questions("Who pays, and who decides?", "en", analyzer) == ()
    assert several_questions("a" * 5_000, "en", analyzer) == ()


def test_a_part_is_named_without_what_leads_to_it() -> None:
    assert named("Para nuestra oficina: ¿cuándo viene el técnico?") == "cuándo viene el técnico"
    assert named("and who approves them?") == "who approves them"
    assert named("L5 page address?") == "L5 page address"
