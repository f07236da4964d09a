"""Intents from examples; the files and the cache."""

from pathlib import Path

import pytest

from assistant.errors import ConfigurationError
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from knowledge.testing.embedder import HashingEmbedder


class Counting(HashingEmbedder):
    calls = 0

    def embed_queries(self, texts):  # type: ignore[no-untyped-def]
        Counting.calls += 1
        return super().embed_queries(texts)


def test_the_shipped_intents_are_bilingual_and_distinct() -> None:
    intents = load_intents(SHIPPED)
    examples = [example for intent in intents for example in intent.examples]
    assert {"greeting", "thanks", "question", "comparison"} <= {intent.name for intent in intents}
    assert len(examples) == len(set(examples))
    assert all(len(intent.examples) >= 12 for intent in intents)


def test_an_example_is_recognised() -> None:
    classifier = IntentClassifier(HashingEmbedder(), load_intents(SHIPPED))
    guess = classifier.guess(HashingEmbedder().embed_queries(["thank you very much"])[0])
    assert (guess.intent, guess.small_talk) == ("thanks", True)


def test_an_operator_adds_intents_and_examples(tmp_path: Path) -> None:
    own = tmp_path / "intents.toml"
    own.write_text('[thanks]\nexamples = ["obrigado"]\n[parking]\nexamples = ["where do I park", "parking space"]\n')
    intents = {intent.name: intent for intent in load_intents(SHIPPED, own)}
    assert "obrigado" in intents["thanks"].examples
    assert intents["thanks"].small_talk
    assert not intents["parking"].small_talk


@pytest.mark.parametrize("text", ["[thanks", "[thanks]\nsmall_talk = true", "thanks = 3"])
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    bad = tmp_path / "intents.toml"
    bad.write_text(text)
    with pytest.raises(ConfigurationError, match=r"intents\.toml"):
        load_intents(bad)


def test_vectors_of_examples_are_kept_and_a_damaged_cache_is_computed_again(tmp_path: Path) -> None:
    Counting.calls = 0
    IntentClassifier(Counting(), load_intents(SHIPPED), cache=tmp_path)
    IntentClassifier(Counting(), load_intents(SHIPPED), cache=tmp_path)
    assert Counting.calls == 1
    next(tmp_path.glob("*.npy")).write_bytes(b"not an array")
    IntentClassifier(Counting(), load_intents(SHIPPED), cache=tmp_path)
    assert Counting.calls == 2
