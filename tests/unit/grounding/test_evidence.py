"""Which sentences a model gets to read."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.grounding.evidence import EvidenceSelector, Question, tokens_of, within
from assistant.grounding.vectors import SentenceVectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage
from knowledge.sentences import split_sentences
from knowledge.testing.embedder import HashingEmbedder

EMBEDDER = HashingEmbedder()


def _passage(name: str, text: str) -> Passage:
    return Passage(
        name, name, name, name, (), text, 0, len(text), None, "en", 0.5, lexical=1.0, sentences=split_sentences(text)
    )


def _select(question: str, passages: list[Passage], tokens: int = 200, most: int = 6):  # type: ignore[no-untyped-def]
    selector = EvidenceSelector(SentenceVectors(EMBEDDER), Analyzer())
    return selector.select(
        Question((question,), EMBEDDER.embed_queries([question]), "en"), passages, tokens=tokens, most=most
    )


def test_the_sentence_that_answers_comes_first() -> None:
    passages = [
        _passage("a", "Dogs are welcome on Fridays. Parking is free."),
        _passage("b", "Badges cost ten euros. Lunch is at noon."),
    ]
    evidence = _select("what do badges cost?", passages)
    assert evidence[0].best.text == "Badges cost ten euros."
    assert [each.number for each in evidence] == list(range(1, len(evidence) + 1))


def test_nothing_found_is_no_evidence() -> None:
    assert _select("anything", []) == ()


def test_a_giant_sentence_is_still_better_than_nothing() -> None:
    assert _select("word", [_passage("a", "word " * 2000)], tokens=100)


@given(st.lists(st.text(alphabet="abc. ", min_size=1, max_size=120), min_size=1, max_size=8), st.integers(40, 300))
def test_the_budget_and_the_order_hold(texts: list[str], tokens: int) -> None:
    passages = [_passage(f"p{number}", text) for number, text in enumerate(texts)]
    evidence = _select("a b c", passages, tokens=tokens, most=3)
    spent = sum(24 + sum(tokens_of(sentence.text) for sentence in each.selected) for each in evidence)
    assert len(evidence) <= 3
    assert spent <= tokens or sum(len(each.selected) for each in evidence) == 1
    for each in evidence:
        assert list(each.selected) == sorted(each.selected, key=lambda sentence: sentence.start)
        assert each.best in each.selected


def test_a_smaller_reader_gets_the_first_pieces() -> None:
    passages = [_passage(name, f"{name} badges cost ten euros in the office.") for name in "abcd"]
    evidence = _select("what do badges cost?", passages, tokens=400)
    assert within(evidence, 60) == evidence[:1]
    assert within(evidence, 10_000) == evidence
