"""A search limited to some documents looks at no others, in either leg."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from knowledge.library import Library
from knowledge.search.filters import EVERYTHING, Filter
from knowledge.search.searcher import Mode
from knowledge.store import schema
from knowledge.store.numbers import is_all
from knowledge.store.scope import Scope

MODES: tuple[Mode, ...] = ("dense", "lexical", "hybrid")
TEXTS = {
    "wiki": [("a.md", "Common words of the first page."), ("sub/b.PDF", "Common words of the second page.")],
    "site": [("c.html", "Common words of the third page."), ("a.md", "Palabras comunes de la página, common words.")],
}


@pytest.fixture
def filled(library: Library) -> Library:
    for source, texts in TEXTS.items():
        library.add_texts([(name, name, text) for name, text in texts], source=source)
    for each in library.documents():
        if each.source == "site":
            library.set_tags(each.id, ["Public ", "from  outside", ""])
    return library


def found(library: Library, limits: Filter) -> set[tuple[str, str]]:
    source = {each.id: each.source for each in library.documents()}
    hits = {
        mode: {
            (source[hit.document_id], hit.document)
            for hit in library.search("common words page", filter=limits, mode=mode)
        }
        for mode in MODES
    }
    assert hits["dense"] == hits["lexical"] == hits["hybrid"]
    assert {(each.source, each.name) for each in library.documents(filter=limits)} == hits["hybrid"]
    documents = {hit.document_id for hit in library.search_documents("common words page", filter=limits)}
    assert {(source[each], library.document(each).name) for each in documents} == hits["hybrid"]
    assert library.count_documents(filter=limits) == len(hits["hybrid"])
    return hits["hybrid"]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (EVERYTHING, {("wiki", "a.md"), ("wiki", "sub/b.PDF"), ("site", "c.html"), ("site", "a.md")}),
        (Filter.of(sources=["wiki"]), {("wiki", "a.md"), ("wiki", "sub/b.PDF")}),
        (Filter.of(sources=["wiki", "site"], types=["md"]), {("wiki", "a.md"), ("site", "a.md")}),
        (Filter.of(types=[".PDF", "html"]), {("wiki", "sub/b.PDF"), ("site", "c.html")}),
        (Filter.of(types=["text/plain"], sources=["wiki"]), {("wiki", "a.md"), ("wiki", "sub/b.PDF")}),
        (Filter.of(types=["%"]), set()),
        (Filter.of(tags=["PUBLIC"]), {("site", "c.html"), ("site", "a.md")}),
        (Filter.of(tags=["from outside"], types=["md"]), {("site", "a.md")}),
        (Filter.of(documents=["a.md"]), {("wiki", "a.md"), ("site", "a.md")}),
        (Filter.of(documents=["a.md"], sources=["wiki"]), {("wiki", "a.md")}),
        (Filter.of(languages=["EN"], sources=["wiki"]), {("wiki", "a.md"), ("wiki", "sub/b.PDF")}),
        (Filter.of(languages=["fr"]), set()),
        (Filter.of(sources=["nowhere' OR 1=1 --"]), set()),
        (Filter.of(since=datetime(2100, 1, 1, tzinfo=UTC)), set()),
        (Filter.of(until=datetime(2000, 1, 1)), set()),
    ],
)
def test_only_what_the_filter_lets_through(filled: Library, limits: Filter, expected: set[tuple[str, str]]) -> None:
    assert found(filled, limits) == expected


def test_a_documents_own_date_counts_before_that_of_its_file(filled: Library) -> None:
    page = filled.document(next(each.id for each in filled.documents() if each.name == "c.html"))
    with filled._database.write() as connection:
        march, june = (datetime(2026, month, 1, tzinfo=UTC).timestamp() for month in (3, 6))
        this = update(schema.documents).where(schema.documents.c.id == page.id)
        connection.execute(this.values(modified_ns=int(june * 1e9), dated_at=march))
    limits = Filter.of(since=datetime(2026, 3, 1), until=datetime(2026, 4, 1))
    assert found(filled, limits) == {("site", "c.html")}
    with filled._database.write() as connection:
        connection.exec_driver_sql("UPDATE documents SET dated_at = NULL")
    assert found(filled, limits) == set()
    assert found(filled, Filter.of(since=datetime(2026, 6, 1), until=datetime(2026, 6, 2))) == {("site", "c.html")}


def test_a_filter_grants_nothing(filled: Library) -> None:
    page = next(each for each in filled.documents() if each.name == "c.html")
    filled.set_audience(page.id, ["board"])
    assert filled.search("third page", filter=Filter.of(documents=[page.id])) == []
    assert filled.search("third page", filter=Filter.of(documents=[page.id]), groups=["board"])


def test_tags_are_replaced_and_forgotten_with_their_document(filled: Library) -> None:
    page = next(each for each in filled.documents() if each.name == "c.html")
    assert page.tags == ("from outside", "public")
    assert filled.set_tags(page.id, ["new"]).tags == ("new",)
    assert found(filled, Filter.of(tags=["new"])) == {("site", "c.html")}
    filled.delete(page.id)
    assert found(filled, Filter.of(tags=["new"])) == set()
    assert filled.verify().sound


def test_a_document_of_which_a_fact_is_unknown_is_outside(library: Library) -> None:
    """In SQL neither the condition nor its opposite holds for it."""
    library.add_texts([("words", "Words", "These are the common words of the page."), ("numbers", "", "1234 5678")])
    assert library.document("numbers").language is None
    with library._database.read() as connection:
        assert is_all(connection, Scope(frozenset({"everyone"})))
        assert not is_all(connection, Scope(frozenset({"everyone"}), Filter(languages=("en",))))
        assert not is_all(connection, Scope(frozenset({"others"})))


def test_the_empty_filter_asks_for_nothing() -> None:
    assert not EVERYTHING
    assert not Filter.of(sources=[" "])
    assert Filter.of(since=datetime(2026, 1, 1))
