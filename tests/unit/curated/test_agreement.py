"""What two questions must have in common before the answer to the one is given to the other."""

import json
from pathlib import Path

import pytest

from assistant.curated.agreement import disagreement
from knowledge.lexical.analyzer import Analyzer

ANALYZER = Analyzer()
PAIRS = Path(__file__).parents[3] / "benchmarks" / "curated_pairs.jsonl"


def _differ(one: str, other: str, language: str = "en") -> str:
    return disagreement(one, other, language, ANALYZER)


@pytest.mark.parametrize(
    ("one", "other", "language", "why"),
    [
        ("What did it cost in 2025?", "What did it cost in 2026?", "en", "numbers"),
        ("Who signs for 300 euros?", "Who signs for 900 euros?", "en", "numbers"),
        ("Is it free for three people?", "Is it free for 4 people?", "en", "numbers"),
        ("Until when is the R4 supported?", "Until when is the R6 supported?", "en", "numbers"),
        ("Until when is the Brisa supported?", "Until when is the Alisio supported?", "en", "names"),
        ("How much is a room in Dublin?", "how much is a room in madrid?", "en", "names"),
        ("¿Cuánto tardan los portes a Canarias?", "¿Cuánto tardan los portes a Baleares?", "es", "names"),
        ("May I bring guests?", "May I never bring guests?", "en", "negation"),
        ("¿Puedo pagar con tarjeta?", "¿Puedo pagar sin tarjeta?", "es", "negation"),
        ("When does the shop open?", "When does the shop close?", "en", "sides"),
        ("Who approves leave?", "When is leave approved?", "en", "asked"),
        ("How much is an adult ticket for the stand?", "How much is a child ticket for the stand?", "en", "words"),
        ("¿Con qué nota se aprueba el examen teórico?", "¿Con qué nota se aprueba el examen práctico?", "es", "words"),
    ],
)
def test_what_differs(one: str, other: str, language: str, why: str) -> None:
    assert _differ(one, other, language) == why
    assert _differ(other, one, language) == why


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("How long is the warranty?", "How long is the warranty?", "en"),
        ("How many sheets does the S900's feeder hold?", "What is the capacity of the S900's feeder in sheets?", "en"),
        ("How much is a room in Dublin?", "In Dublin, how much may a hotel room cost?", "en"),
        ("¿Cuánto dura la garantía de las baterías?", "¿Qué duración tiene la garantía de las baterías?", "es"),
        ("¿Cuánto pesa la L360 con el tóner puesto?", "¿Qué peso tiene la L360 con tóner?", "es"),
    ],
)
def test_what_agrees(one: str, other: str, language: str) -> None:
    assert _differ(one, other, language) == ""


def test_hardly_any_sentence_about_something_else_agrees() -> None:
    """Whatever the vectors say: 92 written near-misses, of which the cosine then has to tell what is left."""
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    other = [_differ(each["question"], text, each["lang"]) for each in pairs for text in each["other"]]
    same = [_differ(each["question"], text, each["lang"]) for each in pairs for text in each["same"]]
    assert sum(not why for why in other) <= 0.06 * len(other)
    assert sum(not why for why in same) >= 0.65 * len(same)
