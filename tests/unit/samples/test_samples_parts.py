"""The comparisons and questions of two parts about the demo organisation hold against its documents."""

import json
from collections import Counter

import pytest

from assistant.evaluation.scoring import has_facts
from assistant.paths import sample_documents

SAMPLES = sample_documents()
QUESTIONS = [json.loads(line) for line in (SAMPLES / "parts.jsonl").read_text(encoding="utf-8").splitlines()]
GOLD = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
NOT_SAID = {"do not say", "no dicen"}


def test_there_are_as_many_of_each_as_the_readme_says() -> None:
    assert Counter(each["kind"] for each in QUESTIONS) == {"comparison": 12, "parts": 6, "missing": 6}
    assert Counter(each["lang"] for each in QUESTIONS) == {"en": 12, "es": 12}
    assert len({each["id"] for each in QUESTIONS}) == len(QUESTIONS)
    assert not {each["question"] for each in QUESTIONS} & {each["question"] for each in GOLD}


@pytest.mark.parametrize("question", QUESTIONS, ids=[each["id"] for each in QUESTIONS])
def test_its_documents_say_what_is_asked_for(question: dict[str, object]) -> None:
    text = " ".join((SAMPLES / "corpus" / str(name)).read_text(encoding="utf-8") for name in question["docs"])  # type: ignore[attr-defined]
    facts = [fact for fact in question["answer_any"] if not set(fact) & NOT_SAID]  # type: ignore[attr-defined]
    assert has_facts(text.replace("<strong>", "").replace("**", ""), facts)
    assert has_facts(str(question["reference"]), facts)
    assert (len(facts) == 1) == (question["kind"] == "missing")
