"""Search by words where too many passages match to score each of them."""

import pytest

from knowledge.library import Library

QUESTION = "common ordinary zebra"
TEXTS = [
    *((f"n{number}", "", f"These are the common ordinary words of the page {number}.") for number in range(20)),
    *((f"m{number}", "", f"This is something else that stands there, of the page {number}.") for number in range(50)),
    ("alone", "", "This is the zebra of the page, and there is nothing else to it."),
    ("rare", "", "This is the zebra of the page, and it is common and ordinary."),
]


@pytest.fixture
def filled(library: Library) -> Library:
    library.add_texts(TEXTS)
    return library


def ranked(library: Library, k: int = 10) -> list[tuple[str, float]]:
    hits = library.search(QUESTION, k=k, candidates=10, mode="lexical", language="en")
    return [(hit.document, hit.lexical or 0.0) for hit in hits]


def test_the_commoner_words_still_decide_between_those_with_the_rarer(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ranked(filled)
    monkeypatch.setattr("knowledge.store.words._SCORED", 10)
    pruned = ranked(filled)
    assert [document for document, _ in pruned] == [document for document, _ in whole[:2]] == ["rare", "alone"]
    for (_, exact), (_, found) in zip(whole[:2], pruned, strict=True):
        assert found == pytest.approx(exact, rel=0.1)


def test_a_word_that_is_everywhere_finds_when_there_is_no_rarer(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.store.words._SCORED", 10)
    assert len(filled.search("common", k=10, candidates=10, mode="lexical", language="en")) == 10
    assert filled.search("unheard", mode="lexical", language="en") == []


def test_a_few_granted_matches_far_down_are_found(filled: Library) -> None:
    filled.add_texts(
        [("mine", "", "Long words that are common, and ordinary, and many more besides.")], audience=["me"]
    )
    hits = filled.search("common ordinary", k=5, candidates=10, groups=["me"], mode="lexical", language="en")
    assert [hit.document for hit in hits] == ["mine"]
