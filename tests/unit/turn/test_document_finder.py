"""Which document people mean: by title, file name, or what sets it apart; and only what they may read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.grounding.vectors import SentenceVectors
from assistant.turn.strategies.finder import DocumentFinder
from knowledge.lexical.analyzer import Analyzer
from knowledge.library import EVERYONE, Library
from knowledge.search.filters import EVERYTHING, Filter
from knowledge.testing.embedder import HashingEmbedder

TITLES = {
    "finance/travel_policy_2025.md": "Travel policy 2025",
    "finance/travel_policy_2026.md": "Travel policy 2026",
    "hr/politica_teletrabajo.md": "Política de teletrabajo",
    "hr/remote.md": "Remote work policy",
    "products/lamp_manual.md": "Lamp: user manual",
    "products/kettle_manual.md": "Kettle: user manual",
}


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentFinder]:
    folder: Path = tmp_path_factory.mktemp("library")
    embedder = HashingEmbedder()
    with Library.open(folder, embedder) as library:
        library.add_texts([(name, title, f"{title} says this.") for name, title in TITLES.items()])
        library.add_texts([("pay.md", "Pay bands", "Secret.")], source="secret", audience=["managers"])
        vectors = SentenceVectors(embedder)
        yield DocumentFinder(library, vectors, Analyzer())
        vectors.close()


def _found(
    finder: DocumentFinder, words: str, language: str = "en", filter: Filter = EVERYTHING
) -> tuple[str, set[str]]:
    match = finder.find(words, EVERYONE, filter, language)
    return match.kind, {each.title for each in match.documents}


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("travel policy", "Travel policy 2026"),  # the newer of two versions
        ("travel policy 2025", "Travel policy 2025"),
        ("lamp manual", "Lamp: user manual"),
        ("manual of the kettle", "Kettle: user manual"),
        ("política de teletrabajo", "Política de teletrabajo"),
        ("politica teletrabajo", "Política de teletrabajo"),
        ("working remotely policy", "Remote work policy"),
        ("remote.md", "Remote work policy"),
        ("products/lamp_manual.md", "Lamp: user manual"),
        ("the prices of remote.md", "Remote work policy"),
        ("LAMP: USER MANUAL", "Lamp: user manual"),
    ],
)
def test_one_document_is_meant(finder: DocumentFinder, words: str, title: str) -> None:
    assert _found(finder, words) == ("one", {title})


def test_several_may_be_meant(finder: DocumentFinder) -> None:
    assert _found(finder, "manual") == ("several", {"Lamp: user manual", "Kettle: user manual"})
    assert _found(finder, "user manual", "es")[0] == "several"


@pytest.mark.parametrize("words", ["boiler manual", "pension plan", "manual de la caldera", "zzz", "?"])
def test_none_is_meant_and_the_nearest_are_named(finder: DocumentFinder, words: str) -> None:
    kind, titles = _found(finder, words)
    assert kind == "none"
    assert len(titles) <= 3


def test_what_a_person_may_not_read_is_not_there(finder: DocumentFinder) -> None:
    kind, titles = _found(finder, "pay bands")
    assert kind == "none"
    assert "Pay bands" not in titles
    assert finder.find("pay bands", {"managers"}, EVERYTHING, "en").kind == "one"
    assert finder.find("pay bands", set(), EVERYTHING, "en").documents == ()


def test_a_filter_limits_what_is_meant(finder: DocumentFinder) -> None:
    assert _found(finder, "manual", filter=Filter(documents=("products/lamp_manual.md",))) == (
        "one",
        {"Lamp: user manual"},
    )


def test_among_a_few_the_word_that_tells_them_apart_is_enough(finder: DocumentFinder) -> None:
    offered = finder.find("manual", EVERYONE, EVERYTHING, "en").documents
    chosen = finder.among("the lamp, please", offered)
    assert chosen is not None
    assert chosen.title == "Lamp: user manual"
    assert finder.among("the manual", offered) is None
    assert finder.among("the toaster", offered) is None
