"""The tests a whole `Library` must pass, whatever embedder, reader and vector index it is made of."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from knowledge.document import State
from knowledge.errors import DocumentNotFound, StoreLocked
from knowledge.library import Library

OpenLibrary = Callable[[], Library]
MODES: tuple[Literal["hybrid", "dense", "lexical"], ...] = ("hybrid", "dense", "lexical")

PAGES = {
    "refunds.md": "# Refunds\n\nCustomers get their money back within thirty days. Shipping is not refunded.\n",
    "es/envios.md": "# Envíos\n\nLos pedidos se entregan en dos días laborables. ¿Islas? Cuatro días.\n",
    "prices.csv": "Plan,Price\nBasic,9 euros\nPremium,29 euros\n",
}


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

    def test_a_second_one_is_refused_while_the_first_is_open(self, open_library: OpenLibrary) -> None:
        with open_library() as library:
            with pytest.raises(StoreLocked, match="in use by process"):
                open_library()
            assert library.stats().documents == 0
        open_library().close()

    def _found(self, library: Library) -> list[str]:
        return [hit.document for hit in library.search("money back plan price pedidos entregan días", k=20)]
