"""The things a question compares, named by a model where code cannot tell them; only words of the question count."""

import json
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage

from assistant.errors import GenerationFailed, ModelUnavailable
from assistant.turn.prompts import data
from assistant.turn.strategies.comparing import LONGEST_THING, Asked, label
from assistant.turn.strategies.strategy import Scene
from knowledge.lexical.analyzer import Analyzer
from knowledge.parse.clean import one_line

MOST_THINGS = 4
TOKENS = 120
LONGEST_QUESTION = 400
_ASK = (
    "The question compares things. Name the things, each in the question's own words, and what is compared about them "
    "(empty when it does not say). Reply in JSON."
)
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "things": {
            "type": "array", "minItems": 2, "maxItems": MOST_THINGS, "items": {"type": "string", "maxLength": 80},
        },
        "compared": {"type": "string", "maxLength": 80},
    },
    "required": ["things", "compared"],
    "additionalProperties": False,
}  # fmt: skip


def named_things(scene: Scene, analyzer: Analyzer) -> tuple[Asked, ...]:
    """At least two things, or nothing when the model names none that the question has."""
    question, language = scene.understanding.question, scene.language
    form = {"type": "json_schema", "json_schema": {"name": "compared", "strict": True, "schema": dict(SCHEMA)}}
    prompt = [SystemMessage(_ASK), HumanMessage(f"Question: {one_line(data(question[:LONGEST_QUESTION]))}")]
    try:
        reply = scene.ask("llm", prompt, response_format=form, max_tokens=TOKENS)
        found = json.loads(reply)
    except (ModelUnavailable, GenerationFailed, ValueError):
        return ()
    known = set(analyzer.query_terms(question, language))
    things = [each for each in _texts(found, "things") if _in(each, known, language, analyzer)]
    aspects = [each for each in _texts(found, "compared") if _in(each, known, language, analyzer)]
    named = dict.fromkeys(label(thing) for thing in things)
    if len(named) < 2 or any(not each or len(each.split()) > LONGEST_THING for each in named):
        return ()
    return tuple(Asked(each, f"{aspects[0]}: {each}?" if aspects else each) for each in named)


def _texts(found: Any, key: str) -> list[str]:
    value = found.get(key) if isinstance(found, dict) else None
    texts = value if isinstance(value, list) else [value]
    return [each.strip() for each in texts if isinstance(each, str) and each.strip()]


def _in(text: str, known: set[str], language: str, analyzer: Analyzer) -> bool:
    """Whether every word is one of the question's."""
    return set(analyzer.query_terms(text, language)) <= known
