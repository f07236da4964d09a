"""The catalogue: both languages, the same placeholders, nothing forgotten."""

import re
from pathlib import Path
from string import Formatter

import pytest

import assistant
from assistant.messages import CATALOGUE, counted, message, preferred, speech
from assistant.messages.access import ACCESS
from assistant.messages.answers import ANSWERS
from assistant.messages.chat import CHAT
from assistant.messages.checking import CHECKING
from assistant.messages.errors import ERRORS
from assistant.messages.handoff import HANDOFF
from assistant.messages.library import LIBRARY
from assistant.messages.operating import OPERATING
from assistant.messages.parts import PARTS
from assistant.messages.personal import PERSONAL
from assistant.messages.programs import PROGRAMS
from assistant.messages.recommending import RECOMMENDING
from assistant.messages.routes import ROUTES
from assistant.messages.tasks import TASKS
from assistant.messages.writing import WRITING

REASONS = {
    "small_talk", "clear_evidence", "hard_question", "several_parts", "follow_up_hard", "forced_slm", "forced_llm",
    "no_evidence", "slm_unavailable", "llm_unavailable", "comparison", "one_line",
}  # fmt: skip


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", CATALOGUE)
def test_both_languages_say_the_same_with_the_same_placeholders(key: str) -> None:
    english, spanish = CATALOGUE[key]
    assert english.strip()
    assert spanish.strip()
    assert placeholders(english) == placeholders(spanish)
    assert all(name.isidentifier() for name in placeholders(english))  # no attribute access through a template


def test_no_key_stands_in_two_tables() -> None:
    assert len(CATALOGUE) == sum(
        len(table)
        for table in (
            ACCESS,
            ANSWERS,
            CHAT,
            CHECKING,
            ERRORS,
            HANDOFF,
            LIBRARY,
            OPERATING,
            PARTS,
            PERSONAL,
            PROGRAMS,
            RECOMMENDING,
            ROUTES,
            TASKS,
            WRITING,
        )
    )


def test_singular_and_plural_come_in_pairs() -> None:
    ones, many = ({key.rsplit("_", 1)[0] for key in CATALOGUE if key.endswith(end)} for end in ("_one", "_many"))
    assert ones == many


def test_every_reason_of_a_route_has_words() -> None:
    assert ROUTES.keys() >= REASONS


def test_every_key_the_code_names_is_in_the_catalogue() -> None:
    root = Path(assistant.__file__).parent
    named: set[str] = set()
    for path in (*(root / "ui").glob("*.py"), *(root / "api").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'\b(?:message|say)\(\s*[\'"](\w+)[\'"]', text))
        named |= {f"{key}_many" for key in re.findall(r'\bcounted\(\s*[\'"](\w+)[\'"]', text)}
    assert named - CATALOGUE.keys() == set()
    assert len(named) > 60


def test_the_abstention_names_what_was_searched() -> None:
    assert counted("abstention_searched", 2, "en", names="A, B") == (
        "The documents do not say. I searched 2 documents, among them: A, B."
    )
    assert counted("abstention_searched", 1, "es", names="A") == (
        "Los documentos no lo dicen. He buscado en 1 documento: A."
    )


def test_values_are_never_read_as_templates() -> None:
    assert "{0.__class__}" in message("upload_title", "en") + message("document_deleted", "en", name="{0.__class__}")


@pytest.mark.parametrize(
    ("tag", "found"), [("es", "es"), ("es-MX", "es"), ("ES_es", "es"), ("en-GB", "en"), ("fr", "en"), (None, "en")]
)
def test_language_tags_become_one_of_ours(tag: str | None, found: str) -> None:
    assert speech(tag) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("es-ES,es;q=0.9,en;q=0.8", "es"),
        ("en;q=0.5, es;q=0.7", "es"),
        ("fr-FR, de;q=0.9", "en"),
        ("fr, es;q=0.1", "es"),
        ("", "en"),
        (None, "en"),
        (";;;q=x, es;q=abc", "en"),
    ],
)
def test_the_browsers_language_is_read(header: str | None, found: str) -> None:
    assert preferred(header) == found
