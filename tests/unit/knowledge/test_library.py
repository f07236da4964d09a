import json
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge.document import State
from knowledge.embedder import Embedder, Vectors
from knowledge.errors import DocumentNotFound, EmbedderMismatch, ParseError, StoreError
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex

LONG = "\n\n".join(f"Paragraph {number} has words. " * 20 for number in range(9))
TEXTS = [
    ("refunds", "Refunds", "Customers get their money back within thirty days of delivery."),
    ("envios", "Envíos", "Los pedidos se entregan en la península en dos días laborables."),
    ("warranty", "Warranty", "The warranty of the X-200 pump lasts three years. It does not cover rust."),
]


def reopen(folder: Path, embedder: Embedder | None = None, settings: KnowledgeSettings | None = None) -> Library:
    return Library(
        folder,
        embedder or HashingEmbedder(),
        settings or KnowledgeSettings(),
        reader=InlineReader(),
        open_index=lambda _: ExactIndex(),
    )


class TestSearch:
    @pytest.fixture(autouse=True)
    def _texts(self, library: Library) -> None:
        library.add_texts(TEXTS)

    def test_a_passage_knows_all_about_itself(self, library: Library) -> None:
        passage = library.search("Does the warranty cover rust?", k=1)[0]
        assert (passage.document, passage.title, passage.heading) == ("warranty", "Warranty", ())
        assert passage.text == library.text(passage.document_id)[passage.start : passage.end]
        assert [s.text for s in passage.sentences] == [
            "The warranty of the X-200 pump lasts three years.",
            "It does not cover rust.",
        ]
        assert passage.dense is not None
        assert passage.lexical is not None
        assert passage.language == "en"

    @pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
    def test_every_mode_finds_it(self, library: Library, mode: str) -> None:
        hits = library.search("money back for customers", mode=mode)  # type: ignore[arg-type]
        assert hits[0].document == "refunds"
        assert (hits[0].dense is None) == (mode == "lexical")
        assert (hits[0].lexical is None) == (mode == "dense")

    @pytest.mark.parametrize(
        ("question", "document"),
        [
            ("x-200", "warranty"),
            ("¿Cuándo se entrega mi pedido?", "envios"),
            ("CUANDO ENTREGAN PEDIDOS", "envios"),
            ("delivering customer refund", "refunds"),
        ],
    )
    def test_words_are_matched_by_stem_without_accents_and_case(
        self, library: Library, question: str, document: str
    ) -> None:
        assert library.search(question, mode="lexical")[0].document == document

    @pytest.mark.parametrize(
        "question", ['"', "' OR 1=1 --", "NEAR(", "title: x", "* ^ -", "a AND", "", "   ", "\x00", "{{7*7}}", "(" * 500]
    )
    def test_no_question_breaks_the_query_language(self, library: Library, question: str) -> None:
        library.search(question)
        library.search(question, mode="lexical")

    def test_a_question_of_ten_megabytes(self, library: Library) -> None:
        assert library.search("warranty rust " + "x" * 10_000_000, k=1)[0].document == "warranty"

    def test_several_wordings_count_as_the_best_of_them(self, library: Library) -> None:
        hits = library.search(["and there?", "warranty of the pump"], k=3)
        assert hits[0].document == "warranty"
        assert hits[0].score == pytest.approx(library.search("warranty of the pump")[0].score)

    def test_vectors_at_hand_are_not_computed_again(self, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        vectors = library.embed_queries(["money back"])
        monkeypatch.setattr(HashingEmbedder, "embed_queries", None)
        assert library.search("money back", query_vectors=vectors)[0].document == "refunds"
        assert library.search("money back", query_vectors=vectors[0])[0].document == "refunds"

    def test_documents_are_ranked_by_their_best_passage(self, library: Library) -> None:
        library.add_texts([("long", "Pumps", "Filler words. " * 200 + "\n\nThe X-200 pump rusts in salt water.")])
        hits = library.search_documents("X-200 pump rust", k=10)
        assert len({hit.document for hit in hits}) == len(hits)
        assert {hits[0].document, hits[1].document} == {"long", "warranty"}
        assert hits[0].score >= hits[-1].score

    def test_k(self, library: Library) -> None:
        assert len(library.search("the warranty of money entregan", k=2)) == 2
        assert library.search("warranty", k=0) == []
        assert len(library.search("the warranty of money entregan", k=500)) == 3

    def test_many_threads_search_while_one_writes(self, library: Library) -> None:
        def ask(number: int) -> bool:
            return library.search("warranty rust", k=1, mode="hybrid")[0].document == "warranty"

        with ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(ask, number) for number in range(60)]
            for number in range(20):
                library.add_texts([(f"new{number}", "New", f"Something else, number {number}.")])
            assert all(answer.result() for answer in answers)

    def test_what_a_replaced_document_said_is_never_found_together_with_what_it_says_now(
        self, library: Library
    ) -> None:
        def look() -> set[str]:
            return {
                sentence.text
                for hit in library.search("edition alpha omega", mode="lexical")
                for sentence in hit.sentences
                if hit.document == "book"
            }

        library.add_texts([("book", "Book", "Edition alpha 0.")])
        with ThreadPoolExecutor(4) as pool:
            looks = []
            for number in range(1, 20):
                looks += [pool.submit(look) for _ in range(6)]
                library.add_texts([("book", "Book", f"Edition {'omega' if number % 2 else 'alpha'} {number}.")])
            assert all(len(each.result()) == 1 for each in looks)


class TestDocuments:
    def test_texts_unchanged_updated_and_empty(self, library: Library) -> None:
        library.add_texts(TEXTS)
        report = library.add_texts([*TEXTS[:2], ("warranty", "Warranty", "Now five years."), ("void", "", " ")])
        assert (report.unchanged, report.updated) == (["refunds", "envios"], ["warranty"])
        assert [failure.document for failure in report.failed] == ["void"]
        assert library.text("warranty") == "Now five years."

    def test_a_title_alone_is_a_text(self, library: Library) -> None:
        library.add_texts([("a", "Opening hours: nine to five", "")])
        assert library.search("opening hours")[0].text == "Opening hours: nine to five"

    def test_uploads(self, library: Library) -> None:
        first = library.add_upload("../notes.md", b"# Notes\n\nThe code is 4711.", audience=["staff"])
        assert (first.document.name, first.document.title, first.document.audience) == ("notes.md", "Notes", ("staff",))
        assert first.document.source == "uploads"
        assert not first.unchanged
        assert library.add_upload("notes.md", b"# Notes\n\nThe code is 4711.", audience=["staff"]).unchanged
        second = library.add_upload("notes.md", b"# Notes\n\nThe code is 4712.", audience=["staff"])
        assert (second.document.id, second.document.version) == (first.document.id, 2)
        assert library.search("code", groups=["staff"])[0].text.endswith("4712.")

    def test_a_refused_upload_leaves_nothing_behind(self, library: Library) -> None:
        with pytest.raises(ParseError):
            library.add_upload("x.pdf", b"no")
        assert library.documents() == []

    def test_a_document_is_found_by_name_and_by_id(self, library: Library) -> None:
        library.add_texts(TEXTS)
        document = library.document("refunds")
        assert library.document(document.id) == document
        assert (document.chunks, document.characters, document.language) == (1, len(TEXTS[0][2]), "en")

    @pytest.mark.parametrize("name", ["nothing", "' OR 1=1", ""])
    def test_no_such_document(self, library: Library, name: str) -> None:
        for call in (library.document, library.text, library.delete):
            with pytest.raises(DocumentNotFound, match="pilares documents list"):
                call(name)

    def test_an_ambiguous_name_is_not_guessed(self, library: Library) -> None:
        library.add_texts(TEXTS[:1], source="one")
        library.add_texts(TEXTS[:1], source="two")
        with pytest.raises(DocumentNotFound, match=r"2 documents are called 'refunds'.*from one.*from two"):
            library.delete("refunds")
        library.delete(library.documents()[0].id)
        assert library.document("refunds").source == "two"

    def test_deleting(self, library: Library) -> None:
        library.add_texts(TEXTS)
        assert library.delete("refunds").name == "refunds"
        assert "refunds" not in [hit.document for hit in library.search("money back refunds")]
        assert library.stats().chunks == library.stats().vectors == library.stats().documents == 2

    def test_passages_of_a_document_come_in_order(self, library: Library) -> None:
        library.add_texts([("long", "Long", LONG)])
        passages = library.passages_of(library.document("long").id)
        assert len(passages) > 2
        assert [each.start for each in passages] == sorted(each.start for each in passages)
        assert library.passages_of(library.document("long").id, groups=["others"]) == []
        assert (library.count_documents(), library.count_documents(["others"])) == (1, 0)

    def test_compacting_removes_what_was_deleted_from_the_files(self, library: Library) -> None:
        library.add_texts([("secret", "Secret", "The launch code is ZYXWVUT."), *TEXTS])
        library.delete("secret")
        library.compact()
        remains = b"".join(path.read_bytes() for path in library.folder.rglob("*") if path.is_file())
        assert b"ZYXWVUT" not in remains
        assert b"zyxwvut" not in remains
        assert library.search("warranty rust")[0].document == "warranty"


class TestVectors:
    def test_without_vectors_words_still_find(self, tmp_path: Path) -> None:
        class OnlyQuestions(HashingEmbedder):
            def embed_passages(self, texts: Sequence[str]) -> Vectors:
                raise RuntimeError("off")

            def embed_queries(self, texts: Sequence[str]) -> Vectors:
                return HashingEmbedder.embed_passages(self, texts)

        with reopen(tmp_path, OnlyQuestions()) as library:
            with pytest.raises(RuntimeError):
                library.add_texts(TEXTS)
            assert library.stats().vectors == 0
            assert library.search("money back")[0].document == "refunds"
            assert library.search("money back")[0].dense is None
            assert library.document("refunds").state is State.WORDS
        with reopen(tmp_path) as library:
            assert library.finish() > 0
            assert library.document("refunds").state is State.READY
            assert library.search("money back")[0].dense is not None

    def test_the_embedder_is_loaded_when_first_needed(self, tmp_path: Path) -> None:
        loads: list[int] = []

        def load() -> HashingEmbedder:
            loads.append(1)
            return HashingEmbedder()

        with Library.open(tmp_path, load) as library:
            library.documents()
            library.search("x", mode="lexical")
            assert loads == []
            library.embed_queries(["x"])
            library.embed_queries(["y"])
            assert loads == [1]

    def test_another_embedder_is_refused_until_the_documents_are_indexed_again(self, tmp_path: Path) -> None:
        with reopen(tmp_path) as library:
            library.add_texts(TEXTS)
        with reopen(tmp_path, HashingEmbedder(dimension=64)) as library:
            for call in (library.warm, lambda: library.search("x"), lambda: library.add_texts([("n", "n", "n")])):
                with pytest.raises(EmbedderMismatch, match=r"hashing-256, but hashing-64.*pilares documents reindex"):
                    call()
            assert library.search("money back", mode="lexical")[0].document == "refunds"
            assert library.reindex().vectors == 3
            assert library.search("money back", mode="dense")[0].document == "refunds"
        with reopen(tmp_path, HashingEmbedder(dimension=64)) as library:
            library.warm()

    def test_indexing_again_follows_new_settings_and_keeps_versions(self, tmp_path: Path) -> None:
        with reopen(tmp_path) as library:
            library.add_texts([("long", "Long", LONG)])
            before = library.document("long")
        with reopen(tmp_path, settings=KnowledgeSettings(chunk_tokens=60, chunk_tokens_max=80)) as library:
            library.reindex()
            after = library.document("long")
            assert after.chunks > before.chunks
            assert (after.version, after.state) == (before.version, State.READY)

    def test_stored_vectors_keep_their_direction(self, library: Library) -> None:
        library.add_texts(TEXTS)
        vector = library.embed_queries([f"Refunds\n{TEXTS[0][2]}"])[0]
        hit = library.search("x", query_vectors=vector, mode="dense", k=1)[0]
        assert hit.document == "refunds"
        assert hit.dense == pytest.approx(1.0, abs=1e-3)
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-6)


class TestStore:
    def test_everything_survives_a_restart(self, tmp_path: Path) -> None:
        with reopen(tmp_path) as library:
            library.add_texts(TEXTS, audience=["staff", "board"])
            before = library.documents()
        with reopen(tmp_path) as library:
            assert library.documents() == before
            assert before[0].audience == ("board", "staff")
            assert library.search("money back", groups=["board"])[0].document == "refunds"

    def test_a_store_from_a_newer_version_is_refused(self, tmp_path: Path) -> None:
        reopen(tmp_path).close()
        connection = sqlite3.connect(tmp_path / "knowledge.db")
        connection.execute("UPDATE facts SET value = '99' WHERE key = 'schema_version'")
        connection.commit()
        connection.close()
        for _ in range(2):  # the lock is given back after the refusal
            with pytest.raises(StoreError, match=r"newer Pilares \(schema 99"):
                reopen(tmp_path)

    def test_a_store_of_the_first_version_is_brought_up_to_date(self, tmp_path: Path) -> None:
        with reopen(tmp_path) as library:
            library.add_texts(TEXTS)
            before = library.documents()
        connection = sqlite3.connect(tmp_path / "knowledge.db")
        connection.execute("DROP TABLE tags")
        for column in ("remote_version", "url", "pinned", "hidden", "dated_at", "superseded_by", "duplicate_of"):
            connection.execute(f"ALTER TABLE documents DROP COLUMN {column}")
        connection.execute("ALTER TABLE texts DROP COLUMN boxes")
        connection.execute("UPDATE facts SET value = '1' WHERE key = 'schema_version'")
        connection.commit()
        with reopen(tmp_path) as library:
            assert library.documents() == before
            assert library.search("money back")[0].document == "refunds"
            library.add_texts([("new", "New", "A text that came after the update.")])
        assert connection.execute("SELECT value FROM facts WHERE key = 'schema_version'").fetchone() == ("2",)
        assert connection.execute("SELECT DISTINCT pinned, hidden FROM documents").fetchall() == [(0, 0)]
        connection.close()

    def test_offsets_hold_for_every_stored_chunk_and_sentence(self, library: Library) -> None:
        source = (
            "# Año\n\n¿Qué? ¡Sí! 👩\u200d🚀 vuela.\n\n| A | B |\n|---|---|\n| 1. x | 2 |\n\n" + "Más texto aquí. " * 300
        )
        document = library.add_upload("a.md", source.encode()).document
        text = library.text(document.id)
        for passage in library.passages_of(document.id):
            assert passage.text == text[passage.start : passage.end]
            for sentence in passage.sentences:
                assert sentence.text == text[sentence.start : sentence.end]

    def test_the_structure_is_kept_for_indexing_again(self, library: Library) -> None:
        library.add_upload("a.md", b"# Guide\n\n## Install\n\nRun it.")
        with library._database.read() as connection:
            headings = json.loads(connection.exec_driver_sql("SELECT headings FROM texts").scalar_one())
        assert headings == [[0, 1, "Guide"], [7, 2, "Install"]]
        library.reindex()
        assert library.search("run")[0].heading == ("Guide", "Install")
