"""Sentiment and urgency."""

from pathlib import Path

import pytest

from assistant.routing.examples import load_labels
from assistant.routing.mood import SHIPPED, UNREMARKABLE, MoodReader
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture(scope="module")
def reader() -> MoodReader:
    return MoodReader(HashingEmbedder())


@pytest.mark.parametrize(
    ("text", "sentiment", "urgency"),
    [
        ("this is unacceptable", "negative", "normal"),
        ("una explicación excelente", "positive", "normal"),
        ("what does error E4 mean?", "neutral", "normal"),
        ("es urgente, necesito una respuesta ya", "neutral", "urgent"),
    ],
)
def test_what_examples_say(reader: MoodReader, text: str, sentiment: str, urgency: str) -> None:
    mood = reader.read(HashingEmbedder().embed_queries([text])[0], text)
    assert (mood.sentiment.label, mood.urgency.label) == (sentiment, urgency)
    remarkable = mood.urgency.probability >= mood.urgency.threshold
    assert remarkable == (mood.urgency.label == "urgent")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_examples_are_distinct_and_have_what_is_unremarkable(name: str) -> None:
    labels = load_labels(SHIPPED[name])
    examples = [example for label in labels for example in label.examples]
    assert len(examples) == len(set(examples))
    assert UNREMARKABLE[name] in {label.name for label in labels}


def test_an_operator_adds_examples(tmp_path: Path) -> None:
    text = "kiln cold"
    vector = HashingEmbedder().embed_queries([text])[0]
    assert MoodReader(HashingEmbedder()).read(vector, text).urgency.label == "normal"
    (tmp_path / "urgency.yaml").write_text(f"urgent:\n  examples: [{text}, kiln cold again, cold kiln]\n")
    assert MoodReader(HashingEmbedder(), home=tmp_path).read(vector, text).urgency.label == "urgent"
