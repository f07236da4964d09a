"""A sentence that has helped before comes into the little that a model reads; the others keep their order."""

from assistant.grounding.evidence import EvidenceSelector, Question
from assistant.grounding.vectors import SentenceVectors
from assistant.testing.answers import passage
from knowledge.lexical.analyzer import Analyzer
from knowledge.search.raising import Raise
from knowledge.testing.embedder import HashingEmbedder

TEXT = (
    "The heater is sent back within 30 days. The heater has a green lamp. The heater weighs four kilos. "
    "The heater has a long cable. Money comes back after the parcel."
)


def _selected(*raises: Raise) -> list[str]:
    vectors = SentenceVectors(HashingEmbedder())
    texts = ("How is the heater sent?",)
    question = Question(texts, vectors.of_questions(texts), "en")
    found = EvidenceSelector(vectors, Analyzer()).select(question, [passage(TEXT)], tokens=62, most=3, raises=raises)
    vectors.close()
    return [sentence.text for each in found for sentence in each.selected]


def test_it_comes_in_and_the_nearest_stays() -> None:
    line = "The heater has a long cable."
    before = _selected()
    assert line not in before
    after = _selected(Raise("id-hr/leave.md", line, 0.2))
    assert line in after
    assert before[0] in after


def test_a_raise_of_another_document_changes_nothing() -> None:
    assert _selected(Raise("another", "Money comes back after the parcel.", 0.2)) == _selected()
