"""Intents from examples; the files, what is out of scope, and the cache."""

from pathlib import Path

import pytest

from assistant.errors import ConfigurationError
from assistant.routing.examples import load_labels, own_file
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from knowledge.testing.embedder import HashingEmbedder


class Counting(HashingEmbedder):
    calls = 0

    def embed_queries(self, texts):  # type: ignore[no-untyped-def]
        Counting.calls += 1
        return super().embed_queries(texts)


@pytest.fixture(scope="module")
def classifier() -> IntentClassifier:
    return IntentClassifier(HashingEmbedder(), load_intents(SHIPPED))


def test_the_shipped_intents_are_bilingual_and_distinct() -> None:
    intents = load_intents(SHIPPED)
    examples = [example for intent in intents for example in intent.examples]
    assert {"greeting", "thanks", "question", "comparison", "oos"} <= {intent.name for intent in intents}
    assert len(examples) == len(set(examples))
    assert all(len(intent.examples) >= 12 for intent in intents)
    assert {intent.name for intent in intents if intent.documents} == {
        "question", "comparison", "listing", "summary", "checking", "recommending",
    }  # fmt: skip


def test_an_example_is_recognised(classifier: IntentClassifier) -> None:
    text = "thank you very much"
    guess = classifier.guess(HashingEmbedder().embed_queries([text])[0], text)
    assert (guess.intent, guess.small_talk, guess.in_scope) == ("thanks", True, True)
    assert guess.documents < 0.5
    assert sum(guess.probabilities.values()) == pytest.approx(1.0, abs=1e-4)


def test_what_resembles_no_intent_is_out_of_scope(classifier: IntentClassifier) -> None:
    text = "play some music"
    guess = classifier.guess(HashingEmbedder().embed_queries([text])[0], text)
    assert (guess.in_scope, guess.fit < guess.threshold) == (False, True)


def test_an_operator_adds_intents_and_examples(tmp_path: Path) -> None:
    own = tmp_path / "intents.yaml"
    own.write_text("thanks:\n  examples:\n    pt: [obrigado]\nparking:\n  examples: [where do I park, parking space]\n")
    intents = {intent.name: intent for intent in load_intents(SHIPPED, *own_file(tmp_path, "intents"))}
    assert "obrigado" in intents["thanks"].examples
    assert intents["thanks"].small_talk
    assert not intents["thanks"].documents
    assert not intents["parking"].small_talk
    assert intents["parking"].documents


def test_a_toml_file_of_an_earlier_version_is_read_before_the_yaml_one(tmp_path: Path) -> None:
    (tmp_path / "intents.toml").write_text('[chat]\nsmall_talk = true\nexamples = ["well well"]\n')
    (tmp_path / "intents.yaml").write_text("chat:\n  examples: [so so]\n")
    (chat,) = load_labels(*own_file(tmp_path, "intents"))
    assert (chat.examples, chat.small_talk) == (("well well", "so so"), True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[thanks", "intents"),
        ("thanks: {small_talk: true}", "`thanks` has no `examples`"),
        ("thanks: 3", "`thanks` has no `examples`"),
        ("thanks: {examples: []}", "`thanks` has no `examples`"),
        ("thanks: {examples: [yes]}", "put quotes around it"),
        ("thanks: {examples: {en: hello}}", "a list of examples for each language"),
        ("thanks: {examples: [hi], smalltalk: true}", "`smalltalk`, which is not known"),
        ("thanks: {examples: [hi], small_talk: maybe}", "neither true nor false"),
        ("- thanks", "names with examples"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, why: str) -> None:
    bad = tmp_path / "intents.yaml"
    bad.write_text(text)
    with pytest.raises(ConfigurationError, match=r"intents\.yaml") as refused:
        load_intents(bad)
    assert why in str(refused.value)


def test_a_file_of_comments_adds_nothing(tmp_path: Path) -> None:
    (tmp_path / "intents.yaml").write_text("# none yet\n")
    assert load_intents(tmp_path / "intents.yaml") == ()


def test_one_intent_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("a: {examples: [x]}\noos: {examples: [y]}\n")
    with pytest.raises(ConfigurationError, match="at least two"):
        IntentClassifier(HashingEmbedder(), load_intents(tmp_path / "one.yaml"))


def test_vectors_of_examples_are_kept_and_a_damaged_cache_is_computed_again(tmp_path: Path) -> None:
    Counting.calls = 0
    IntentClassifier(Counting(), load_intents(SHIPPED), cache=tmp_path)
    IntentClassifier(Counting(), load_intents(SHIPPED), cache=tmp_path)
    assert Counting.calls == 1
    next(tmp_path.glob("*.npy")).write_bytes(b"not an array")
    IntentClassifier(Counting(), load_intents(SHIPPED), cache=tmp_path)
    assert Counting.calls == 2
