"""The tests a whole `Library` must pass, whatever embedder, reader, database and vector index it is made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from knowledge.document import State
from knowledge.errors import DocumentNotFound, StoreLocked
from knowledge.library import Library
from knowledge.search.filters import Filter
from knowledge.sources.config import SourceConfig
from knowledge.sync.job import DocumentState, Job, JobState
from knowledge.sync.runner import Runner
from knowledge.sync.sources import Sources
from knowledge.testing.fake_source import FakeSource
from knowledge.testing.grant_cases import GrantCases

OpenLibrary = Callable[[], Library]
MODES: tuple[Literal["hybrid", "dense", "lexical"], ...] = ("hybrid", "dense", "lexical")

PAGES = {
    "refunds.md": "# Refunds\n\nCustomers get their money back within thirty days. Shipping is not refunded.\n",
    "es/envios.md": "# Envíos\n\nLos pedidos se entregan en dos días laborables. ¿Islas? Cuatro días.\n",
    "prices.csv": "Plan,Price\nBasic,9 euros\nPremium,29 euros\n",
}
TRAVEL = [
    ("travel_2025.md", "Travel policy 2025", "A hotel night may cost 110 euros. Valid from 1 January 2025."),
    ("travel_2026.md", "Travel policy 2026", "A hotel night may cost 120 euros. Valid from 1 January 2026."),
]
LONG = " ".join(f"Paragraph {number} speaks of matter {number * number}." for number in range(60))


class LibraryConformance:
    """Subclass it and override `open_library`: a callable that opens one and the same folder each time.

    class TestMyLibrary(LibraryConformance):
        @pytest.fixture
        def open_library(self, tmp_path): return lambda: Library.open(tmp_path / "knowledge", MyEmbedder())
    """

    @pytest.fixture
    def pages(self, tmp_path: Path) -> Path:
        folder = tmp_path / "pages"
        for name, text in PAGES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    def test_ingest_search_and_read(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            report = library.ingest(pages)
            assert (sorted(report.added), report.failed) == (sorted(PAGES), [])
            for mode in MODES:
                hit = library.search("When do customers get their money back?", mode=mode)[0]
                assert (hit.document, hit.title, hit.heading) == ("refunds.md", "Refunds", ("Refunds",))
                assert hit.text == library.text(hit.document_id)[hit.start : hit.end]
            assert library.search("¿En cuántos días se entregan los pedidos?")[0].document == "es/envios.md"
            row = library.search("Premium plan price euros")[0]
            assert "Plan: Premium | Price: 29 euros" in [sentence.text for sentence in row.sentences]

    def test_all_is_there_after_a_restart(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            library.ingest(pages)
            before = (library.documents(), library.stats(), self._found(library))
        with open_library() as library:
            assert (library.documents(), library.stats(), self._found(library)) == before
            assert sorted(library.ingest(pages).unchanged) == sorted(PAGES)

    def test_changes_and_removals_are_followed(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            library.ingest(pages)
            (pages / "refunds.md").write_text("# Refunds\n\nThere are vouchers only.\n")
            (pages / "prices.csv").unlink()
            report = library.ingest(pages)
            assert (report.updated, report.removed) == (["refunds.md"], ["prices.csv"])
            for mode in MODES:
                texts = [hit.text for hit in library.search("vouchers money back premium plan", mode=mode, k=50)]
                assert any("vouchers" in text for text in texts)
                assert not any("money back" in text or "Premium" in text for text in texts)
            assert library.stats().vectors == library.stats().chunks == 2

    def test_deleting_and_adding_again(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            library.ingest(pages)
            library.delete("refunds.md")
            assert "refunds.md" not in self._found(library)
            with pytest.raises(DocumentNotFound):
                library.text("refunds.md")
            assert library.ingest(pages).added == ["refunds.md"]
            assert "refunds.md" in self._found(library)

    def test_grants_hold_in_every_mode_and_change_at_once(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            library.ingest(pages, audience=["staff"])
            library.set_audience("refunds.md", ["board"])
            for mode in MODES:
                for groups, expected in ((["board"], True), (["staff"], False), (["everyone"], False), ([], False)):
                    hits = library.search("money back", groups=groups, mode=mode)
                    assert ("refunds.md" in {hit.document for hit in hits}) == expected
            assert [document.name for document in library.documents(["board"])] == ["refunds.md"]

    def test_uploads_and_texts_stand_beside_folders(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            library.ingest(pages)
            library.add_upload("hours.txt", b"We are open from nine to five.")
            library.add_texts([("42", "Parking", "Parking is free for guests.")])
            assert library.search("opening hours: open from nine")[0].document == "hours.txt"
            assert library.search("is parking free for guests")[0].document == "42"
            assert library.ingest(pages).removed == []
            assert all(document.state is State.READY for document in library.documents())

    def test_indexing_again_and_compacting_change_no_answer(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            library.ingest(pages)
            before = self._found(library)
            library.reindex()
            assert self._found(library) == before
            library.compact()
            assert self._found(library) == before

    def test_documents_are_ranked_like_their_passages(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            library.ingest(pages)
            hits = library.search_documents("money back for customers", k=10)
            assert hits[0].document == "refunds.md"
            assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)

    def test_filters_hold_in_every_mode(self, open_library: OpenLibrary, pages: Path) -> None:
        long_ago = datetime(2001, 1, 1, tzinfo=UTC)
        with open_library() as library:
            library.ingest(pages, source="shop")
            library.add_texts([("old", "Refunds", "No money back, whatever the price.")], source="archive")
            library.set_tags("old", ["Old", "año 2020"])
            for limits, expected in (
                (Filter.of(tags=["año 2020"]), {"old"}),
                (Filter.of(tags=["new"]), set()),
                (Filter.of(sources=["shop"]), set(PAGES)),
                (Filter.of(types=["csv"]), {"prices.csv"}),
                (Filter.of(languages=["es"]), {"es/envios.md"}),
                (Filter.of(since=long_ago, types=["md"]), {"refunds.md", "es/envios.md"}),
                (Filter.of(until=long_ago), set()),
            ):
                assert set(self._found(library, filter=limits)) == expected
                assert set(self._found(library, filter=limits, mode="dense")) == expected
                assert set(self._found(library, filter=limits, mode="lexical")) <= expected
                assert library.count_documents(filter=limits) == len(expected)

    def test_rules_of_folders_are_set_and_taken_back(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            library.ingest(pages, source="shop")
            library.grants.set_rule("shop", ["board"])
            library.grants.set_rule("shop", ["staff"], "es")
            assert set(self._found(library, groups=["board"])) == {"refunds.md", "prices.csv"}
            assert self._found(library, groups=["staff"]) == ["es/envios.md"]
            assert self._found(library) == []
        with open_library() as library:
            assert library.grants.remove_rule("shop", "es")
            assert library.grants.remove_rule("shop")
            assert set(self._found(library)) == set(PAGES)
            library.grants.restrict("shop")
            assert self._found(library) == []
            assert library.verify().sound

    def test_random_grants_leak_nothing(self, open_library: OpenLibrary) -> None:
        with open_library() as library:
            cases = GrantCases(library, seed=5, documents=12)
            for _ in cases.run(25):
                pass
        assert (cases.outcome.leaks, cases.outcome.missed) == ([], [])

    def test_versions_pins_and_hidden_documents(self, open_library: OpenLibrary) -> None:
        question = "what may a hotel night cost in the travel policy?"
        with open_library() as library:
            library.add_texts(TRAVEL)
            old, new = library.search(question)[::-1]
            assert (old.document, old.superseded_by) == ("travel_2025.md", new.document_id)
            library.set_hidden("travel_2026.md")
            (hit,) = library.search(question)
            assert (hit.document, hit.superseded_by) == ("travel_2025.md", None)
            library.set_hidden("travel_2026.md", False)
            assert library.set_pinned("travel_2025.md").pinned
            library.delete("travel_2026.md")
            assert library.document("travel_2025.md").superseded_by is None

    def test_copies_are_linked(self, open_library: OpenLibrary) -> None:
        with open_library() as library:
            library.add_texts(
                [("a", "A", LONG), ("b", "B", f"{LONG} The end."), ("c", "C", "Something else altogether.")]
            )
            by_name = {document.name: document for document in library.documents()}
            assert [by_name[name].duplicate_of for name in "abc"] == [None, by_name["a"].id, None]
            library.delete("a")
            assert library.document("b").duplicate_of is None

    def test_a_sweep_goes_through_all(self, open_library: OpenLibrary, pages: Path) -> None:
        with open_library() as library:
            library.ingest(pages)
            library.add_texts([(f"n{number}", "Note", f"Shipping takes {number} days.") for number in range(5)])
            swept = library.sweep("shipping")
            assert {hit.document for hit in swept.passages} == {"refunds.md", *(f"n{number}" for number in range(5))}
            assert (swept.searched, swept.complete) == (8, True)

    def test_a_source_is_kept_in_step(self, open_library: OpenLibrary) -> None:
        place = FakeSource({"a.md": b"# A\n\nA zebra.\n", "b.md": b"# B\n\nA llama.\n", "c.md": b"# C\n\nA panda.\n"})
        place.broken = {"c.md"}
        with open_library() as library:
            job, states = self._sync(library, place)
            assert (job.state, states["c.md"]) == (JobState.DONE, DocumentState.FAILED)
            assert [hit.document for hit in library.search("zebra", mode="lexical")] == ["a.md"]
        place.broken = set()
        place.documents["b.md"] = b"# B\n\nAn okapi.\n"
        del place.documents["a.md"]
        with open_library() as library:
            job, _ = self._sync(library, place)
            assert job.state is JobState.DONE
            assert [document.name for document in library.documents()] == ["b.md", "c.md"]
            assert [hit.document for hit in library.search("okapi", mode="lexical")] == ["b.md"]
            assert library.search("llama zebra", mode="lexical") == []
            assert library.verify().sound

    def test_a_second_one_is_refused_while_the_first_is_open(self, open_library: OpenLibrary) -> None:
        with open_library() as library:
            with pytest.raises(StoreLocked, match="in use by process"):
                open_library()
            assert library.stats().documents == 0
        open_library().close()

    def _found(self, library: Library, **asked: Any) -> list[str]:
        return [hit.document for hit in library.search("money back plan price pedidos entregan días", k=20, **asked)]

    def _sync(self, library: Library, place: FakeSource) -> tuple[Job, dict[str, DocumentState]]:
        sources = Sources(library.workshop, (SourceConfig(name="place", kind="fake", groups=("everyone",)),))
        runner = Runner(library.workshop, sources, lambda _: place)
        try:
            job = runner.run(sources.sync("place").id)
            return job, {row.name: row.state for row in sources.documents(job.id)}
        finally:
            runner.close()
