"""What is a request for a summary, a translation or a draft, and what is a question to the documents like any other."""

import json
from pathlib import Path

import pytest

from assistant.routing.examples import load_labels
from assistant.routing.intents import SHIPPED
from assistant.turn.strategies.draft_request import draft_asked
from assistant.turn.strategies.naming import named
from assistant.turn.strategies.summary_request import summary_asked
from assistant.turn.strategies.translation_request import translation_asked

QUESTIONS = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "samples" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
_ORDINARY = {"question", "comparison", "listing", "greeting", "thanks", "goodbye", "about_assistant", "chitchat", "oos"}


def _taken(text: str) -> object | None:
    return summary_asked(text) or translation_asked(text) or draft_asked(text)


EXAMPLES = {label.name: label.examples for label in load_labels(SHIPPED)}


@pytest.mark.parametrize(
    ("text", "words", "sure", "points", "language"),
    [
        ("Summarise the travel policy", "travel policy", True, None, None),
        ("Resume el manual de la caldera", "manual de la caldera", True, None, None),
        ("give me the key points of the employee handbook", "employee handbook", True, None, None),
        ("¿qué dice en resumen la política de devoluciones?", "política de devoluciones", False, None, None),
        ("Can you please summarize travel_policy.md in 5 points?", "travel_policy.md", True, 5, None),
        ("TL;DR of the privacy notice", "privacy notice", True, None, None),
        ("resúmeme la política de teletrabajo en inglés", "política de teletrabajo", True, None, "en"),
        ("necesito que me resumas la guía en tres puntos, por favor", "guía", True, 3, None),
        ("I need a short summary of the incident procedure", "incident procedure", True, None, None),
        ("What are the main points of the code of conduct?", "code of conduct", False, None, None),
        ("sum up our “Fire plan” in Spanish", "Fire plan", True, None, "es"),
        ("puntos clave del manual", "manual", True, None, None),
        ("Resume acta_2026.pdf", "acta_2026.pdf", True, None, None),
        ("Summarise it in 400 points", "it", True, 15, None),
    ],
)
def test_summaries(text: str, words: str, sure: bool, points: int | None, language: str | None) -> None:
    asked = summary_asked(text)
    assert asked is not None
    assert (asked.document.words, asked.sure, asked.points, asked.language) == (words, sure, points, language)


@pytest.mark.parametrize(
    ("text", "what", "language", "rest"),
    [
        ("Translate this into Spanish: The refund is late.", "text", "es", "The refund is late."),
        ("Traduce al inglés: El reembolso llega tarde.", "text", "en", "El reembolso llega tarde."),
        ("Can you translate the following text to Spanish?\n\nDear all,\nhello.", "text", "es", "Dear all,\nhello."),
        ("Traduce: I would like to return this", "text", None, "I would like to return this"),
        ("how do you say 'return label' in Spanish?", "text", "es", "return label"),
        ("¿Cómo se dice «etiqueta» en inglés?", "text", "en", "etiqueta"),
        ("what's the Spanish for invoice?", "text", "es", "invoice"),
        ("translate 'no refunds' into Spanish", "text", "es", "no refunds"),
        ("translate the word 'shelf' into Spanish for me", "text", "es", "shelf"),
        ("translate the answer above into Spanish", "answer", "es", ""),
        ("Traduce eso al inglés", "answer", "en", ""),
        ("dímelo en inglés", "answer", "en", ""),
        ("and in Spanish, please?", "answer", "es", ""),
        ("and now into English", "answer", "en", ""),
        ("y ahora al inglés", "answer", "en", ""),
        ("translate the warranty policy into Spanish", "named", "es", "warranty policy"),
        ("traduce al inglés la política de devoluciones", "named", "en", "política de devoluciones"),
        ("Translate this into German: hello", "text", "German", "hello"),
        ("Traduce esto al francés: hola", "text", "French", "hola"),
    ],
)
def test_translations(text: str, what: str, language: str | None, rest: str) -> None:
    asked = translation_asked(text)
    assert asked is not None
    assert (asked.what, asked.language) == (what, language)
    assert (asked.document.words if asked.document is not None else asked.text) == rest


def test_a_section_is_told_from_its_document() -> None:
    for text in ("translate the section on refunds of the returns policy into Spanish",
                 "traduce al inglés el apartado refunds de la returns policy"):  # fmt: skip
        asked = translation_asked(text)
        assert asked is not None
        assert asked.document is not None
        assert (asked.section, asked.document.words) == ("refunds", "returns policy")


@pytest.mark.parametrize(
    ("text", "kind", "topic", "language"),
    [
        ("Draft an email to a customer whose refund is late", "email", "to a customer whose refund is late", None),
        ("Redacta un aviso para los empleados sobre el teletrabajo", "aviso", "para los empleados sobre el teletrabajo",
         None),
        ("Could you help me write a reply to this customer: where is it?", "reply", "to this customer: where is it",
         None),
        ("draft a short, friendly message to the team in Spanish about the move", "message",
         "to the team about the move", "es"),
        ("I need a draft email about the new limits", "email", "about the new limits", None),
        ("necesito que me escribas un mensaje para el equipo", "mensaje", "para el equipo", None),
        ("haz un borrador de carta de disculpa", "carta", "de disculpa", None),
        ("Draft an email about that", "email", "", None),
        ("Redacta un correo electrónico sobre eso", "correo electrónico", "", None),
    ],
)  # fmt: skip
def test_drafts(text: str, kind: str, topic: str, language: str | None) -> None:
    asked = draft_asked(text)
    assert asked is not None
    assert (asked.kind, asked.topic, asked.language) == (kind, topic, language)


@pytest.mark.parametrize("question", [each["question"] for each in QUESTIONS])
def test_no_question_to_the_documents_is_taken(question: str) -> None:
    assert _taken(question) is None


@pytest.mark.parametrize("example", [text for name in sorted(_ORDINARY) for text in EXAMPLES[name]])
def test_nor_is_what_people_say_when_they_want_something_else(example: str) -> None:
    assert _taken(example) is None


@pytest.mark.parametrize(
    "text",
    [
        "Can I get the form in English?", "Is it valid in Spanish law?", "what is the return time in Spanish shops?",
        "how do I write to support in Spanish?", "resume my playlist", "put the form on the shelf in English order",
        "How do I write an email to support?", "Who writes the letter to the supplier?", "¿Quién redacta el aviso?",
        "give me some ideas for the party", "x" * 5_000, "", "?", "Summarise", "Translate", "in", "draft",
    ],
)  # fmt: skip
def test_what_only_looks_like_one(text: str) -> None:
    assert _taken(text) is None


def test_most_examples_of_the_intents_have_the_shape() -> None:
    for name, asked in (("summary", summary_asked), ("translation", translation_asked), ("draft", draft_asked)):
        texts = EXAMPLES[name]
        missed = [text for text in texts if asked(text) is None]
        assert len(missed) <= len(texts) * 0.35, missed


@pytest.mark.parametrize("text", ["translate " + "a " * 4_000 + "into spanish", "resume el " * 900, "write a " * 1_500])
def test_long_texts_take_no_time(text: str) -> None:
    _taken(text)


@pytest.mark.parametrize(
    ("phrase", "words", "pointing", "kind"),
    [
        ("the travel policy, please.", "travel policy", False, True),
        ("el documento llamado «Plan de emergencia»", "Plan de emergencia", False, False),
        ("this document", "", True, True),
        ("ese manual", "", True, True),
        ("report_2026.pdf", "report_2026.pdf", False, True),
        ("our holidays", "holidays", False, False),
        ("", "", False, False),
    ],
)
def test_the_name_in_a_phrase(phrase: str, words: str, pointing: bool, kind: bool) -> None:
    found = named(phrase)
    assert (found.words, found.pointing, found.kind) == (words, pointing, kind)
