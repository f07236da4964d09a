"""Nobody finds what was not granted to one of their groups."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import true

from knowledge.errors import DocumentNotFound
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.grant_cases import GrantCases
from knowledge.testing.reader import InlineReader
from knowledge.vectors.chroma import ChromaIndex
from knowledge.vectors.exact import ExactIndex

GROUPS = ("everyone", "staff", "board", 'o\'brien "x"')
MODES = ("hybrid", "dense", "lexical")
groups = st.sets(st.sampled_from(GROUPS))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """With the real vector index, whose filter is part of what is tested."""
    folder: Path = tmp_path_factory.mktemp("grants")
    with Library(
        folder, HashingEmbedder(), KnowledgeSettings(), reader=InlineReader(), open_index=ChromaIndex
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library that no other test fills: what is permitted must not drown in other matches."""
    folder: Path = tmp_path_factory.mktemp("alone")
    with Library(
        folder, HashingEmbedder(), KnowledgeSettings(), reader=InlineReader(), open_index=ChromaIndex
    ) as opened:
        yield opened


def test_the_default_is_everyone(library: Library) -> None:
    library.add_texts([("a", "A", "Common words.")])
    assert library.document("a").audience == ("everyone",)
    assert library.search("common")


@pytest.mark.parametrize("mode", MODES)
def test_no_groups_nothing(library: Library, mode: str) -> None:
    library.add_texts([("a", "A", "Common words.")])
    assert library.search("common", groups=[], mode=mode) == []  # type: ignore[arg-type]
    assert library.search_documents("common", groups=frozenset(), mode=mode) == []  # type: ignore[arg-type]
    assert library.documents(groups=[]) == []
    with pytest.raises(DocumentNotFound):
        library.document("a", groups=[])
    with pytest.raises(DocumentNotFound):
        library.text("a", groups=["others"])


def test_a_document_granted_to_nobody_is_found_by_nobody(library: Library) -> None:
    library.add_texts([("a", "A", "Common words.")], audience=[])
    assert library.search("common", groups=GROUPS) == []
    assert library.document("a").audience == ()


@pytest.mark.parametrize("mode", MODES)
def test_a_revoked_grant_counts_at_once_and_a_new_one_too(shared: Library, mode: str) -> None:
    shared.add_texts([("plan", "Plan", "The merger plan.")], source=mode, audience=["staff"])
    name = (
        shared.documents()[0].id
        if len(shared.documents()) == 1
        else next(each.id for each in shared.documents() if each.source == mode)
    )

    def sees(group: str) -> bool:
        found = shared.search("merger plan", groups=[group], mode=mode)  # type: ignore[arg-type]
        return name in {passage.document_id for passage in found}

    assert (sees("staff"), sees("board")) == (True, False)
    shared.set_audience(name, ["board"])
    assert (sees("staff"), sees("board")) == (False, True)


def test_a_few_permitted_among_many_forbidden_are_all_found(shared: Library) -> None:
    common = "Quarterly numbers of the company"
    shared.add_texts(
        [(f"no{n}", "Numbers", f"{common}, sheet {n}.") for n in range(300)], source="no", audience=["board"]
    )
    shared.add_texts(
        [(f"yes{n}", "Numbers", f"{common}, page {n} only.") for n in range(5)], source="yes", audience=["staff"]
    )
    for mode in MODES:
        hits = shared.search("quarterly numbers sheet", groups=["staff"], k=20, candidates=20, mode=mode)  # type: ignore[arg-type]
        assert {f"yes{n}" for n in range(5)} <= {hit.document for hit in hits}
        assert not [hit for hit in hits if hit.document.startswith("no")]


def test_equal_passages_are_all_found(tmp_path: Path) -> None:
    """Equal vectors cut the graph of the vector index in pieces: it finds some of them only."""
    library = Library(tmp_path, HashingEmbedder(), KnowledgeSettings(), reader=InlineReader(), open_index=ChromaIndex)
    with library:
        library.add_texts([(f"same{n}", "Same", "The very same words in every one.") for n in range(150)])
        hits = library.search("the very same words", k=150, candidates=150, mode="dense")
        assert len({hit.document for hit in hits}) == 150


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(audiences=st.lists(groups, min_size=1, max_size=6), reader=groups, data=st.data())
def test_whatever_is_granted_only_that_is_found(
    alone: Library, audiences: list[set[str]], reader: set[str], data: st.DataObject
) -> None:
    for number, audience in enumerate(audiences):
        alone.add_texts([(f"d{number}", "Words", f"Shared words number {number}.")], source="p", audience=audience)
    changed = data.draw(st.integers(0, len(audiences) - 1))
    audiences[changed] = data.draw(groups)
    wanted = next(each for each in alone.documents() if (each.source, each.name) == ("p", f"d{changed}"))
    alone.set_audience(wanted.id, audiences[changed])
    permitted = {f"d{number}" for number, audience in enumerate(audiences) if audience & reader}
    present = {each.name for each in alone.documents() if each.source == "p"}
    for mode in MODES:
        hits = alone.search("shared words number", groups=reader, k=100, mode=mode)  # type: ignore[arg-type]
        seen = {hit.document for hit in hits if hit.document in present}
        assert seen & {f"d{number}" for number in range(len(audiences))} == permitted
    assert {each.name for each in alone.documents(reader)} >= permitted
    alone.grants.set_audience(wanted, None)  # the next example begins with what documents come with


@pytest.mark.parametrize("seed", [1, 2])
def test_random_cases_against_a_plain_model(library: Library, seed: int) -> None:
    """`python -m benchmarks.grants` tries 10,000 of these."""
    cases = GrantCases(library, seed, documents=25)
    for _ in cases.run(100):
        pass
    assert (cases.outcome.leaks, cases.outcome.missed) == ([], [])
    assert cases.outcome.cases == 100


@pytest.mark.parametrize("resident", [True, False])
def test_the_same_by_the_ways_of_large_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resident: bool
) -> None:
    """As if three passages were many, five matches too many to score, and memory too small for any vector."""
    monkeypatch.setattr("knowledge.store.portion.FEW", 3)
    monkeypatch.setattr("knowledge.store.words._SCORED", 5)
    monkeypatch.setattr("knowledge.store.words._LOOKED_AT", 5)
    if not resident:
        monkeypatch.setattr("knowledge.vectors.resident.ResidentVectors.holds", lambda *_: False)
    opened = Library(
        tmp_path, HashingEmbedder(), KnowledgeSettings(), reader=InlineReader(), open_index=lambda _: ExactIndex()
    )
    with opened as library:
        cases = GrantCases(library, 3, documents=20)
        for _ in cases.run(60):
            pass
    assert (cases.outcome.leaks, cases.outcome.missed) == ([], [])


def test_the_random_cases_see_a_leak(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that forgets the groups is caught."""
    monkeypatch.setattr("knowledge.store.documents.readable_by", lambda _groups: true())
    cases = GrantCases(library, 1, documents=10)
    for _ in cases.run(10):
        pass
    assert cases.outcome.leaks
