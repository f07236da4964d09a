"""Grants are inherited from sources and folders; the most specific word counts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from knowledge.document import CONVERSATIONS
from knowledge.errors import SourceError
from knowledge.ingest.upload import Shelf
from knowledge.library import Library
from knowledge.store import grants
from knowledge.store.grants import Rule
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex

TEXTS = [
    ("handbook.md", "Handbook", "Common words for all."),
    ("finance/budget.md", "Budget", "Common words about money."),
    ("finance/board/plan.md", "Plan", "Common words about a merger."),
]


@pytest.fixture
def filled(library: Library) -> Library:
    library.add_texts(TEXTS, source="wiki")
    library.add_texts([("open.md", "Open", "Common words elsewhere.")], source="site")
    return library


def seen(library: Library, *groups: str) -> set[str]:
    found = {mode: {hit.document for hit in library.search("common words", groups=groups, mode=mode)}
             for mode in ("dense", "lexical", "hybrid")}  # type: ignore[arg-type]  # fmt: skip
    assert found["dense"] == found["lexical"] == found["hybrid"] == {each.name for each in library.documents(groups)}
    assert library.count_documents(groups) == len(found["hybrid"])
    return found["hybrid"]


def test_without_rules_everyone_reads_what_was_given_to_everyone(filled: Library) -> None:
    assert seen(filled, "everyone") == {"handbook.md", "finance/budget.md", "finance/board/plan.md", "open.md"}


def test_the_deepest_folder_counts(filled: Library) -> None:
    filled.grants.set_rule("wiki", ["staff"])
    filled.grants.set_rule("wiki", ["finance"], "finance")
    filled.grants.set_rule("wiki", ["board", "auditors"], "/finance/board/")
    assert seen(filled, "everyone") == {"open.md"}
    assert seen(filled, "staff") == {"handbook.md"}
    assert seen(filled, "finance") == {"finance/budget.md"}
    assert seen(filled, "auditors") == {"finance/board/plan.md"}
    assert filled.grants.rules() == [
        Rule("wiki", "", ("staff",)),
        Rule("wiki", "finance/", ("finance",)),
        Rule("wiki", "finance/board/", ("auditors", "board")),
    ]


def test_a_folder_is_no_beginning_of_a_name(library: Library) -> None:
    library.add_texts([("fin/a.md", "A", "Common words."), ("finance/b.md", "B", "Common words.")], source="wiki")
    library.grants.set_rule("wiki", ["few"], "fin")
    assert seen(library, "few") == {"fin/a.md"}
    assert seen(library, "everyone") == {"finance/b.md"}


def test_a_rule_counts_for_documents_that_come_later(filled: Library) -> None:
    filled.grants.set_rule("wiki", ["finance"], "finance")
    filled.add_texts([("finance/later.md", "Later", "Common words of later.")], source="wiki")
    assert "finance/later.md" not in seen(filled, "everyone")
    assert "finance/later.md" in seen(filled, "finance")


def test_a_rule_taken_back_leaves_what_the_folder_above_says_then_what_was_given(filled: Library) -> None:
    filled.grants.set_rule("wiki", ["staff"])
    filled.grants.set_rule("wiki", [], "finance")
    assert seen(filled, "staff") == {"handbook.md"}
    assert filled.grants.remove_rule("wiki", "finance")
    assert seen(filled, "staff") == {each[0] for each in TEXTS}
    assert filled.grants.remove_rule("wiki")
    assert not filled.grants.remove_rule("wiki")
    assert "handbook.md" in seen(filled, "everyone")


def test_nobody_reads_a_restricted_source_without_a_rule(filled: Library) -> None:
    filled.grants.restrict("wiki")
    assert seen(filled, "everyone") == {"open.md"}
    filled.add_texts([("new.md", "New", "Common words, new.")], source="wiki")
    assert seen(filled, "everyone", "staff") == {"open.md"}
    filled.grants.set_rule("wiki", ["finance"], "finance")
    assert seen(filled, "finance") == {"finance/budget.md", "finance/board/plan.md"}
    filled.grants.remove_rule("wiki", "finance")
    assert seen(filled, "everyone", "finance") == {"open.md"}
    assert filled.grants.restricted() == ["wiki"]
    filled.grants.restrict("wiki", False)
    assert "new.md" in seen(filled, "everyone")


def test_a_documents_own_audience_counts_most_and_survives_a_new_content(filled: Library) -> None:
    filled.set_audience("handbook.md", ["editors"])
    filled.grants.set_rule("wiki", ["staff"])
    filled.add_texts([("handbook.md", "Handbook", "Common words, rewritten.")], source="wiki")
    assert "handbook.md" in seen(filled, "editors")
    assert "handbook.md" not in seen(filled, "staff", "everyone")
    filled.grants.set_audience(filled.document("handbook.md"), None)
    assert "handbook.md" in seen(filled, "staff")


def test_it_says_why(filled: Library) -> None:
    def why(name: str) -> tuple[str, tuple[str, ...]]:
        found = filled.grants.audience(filled.document(name))
        return found.reason, found.groups

    assert why("open.md") == ("given", ("everyone",))
    filled.grants.restrict("wiki")
    assert why("handbook.md") == ("restricted", ())
    filled.grants.set_rule("wiki", ["staff"])
    assert why("handbook.md") == ("rule", ("staff",))
    filled.set_audience("handbook.md", ["editors"])
    assert why("handbook.md") == ("own", ("editors",))


def test_a_rule_does_not_make_documents_look_changed(filled: Library) -> None:
    filled.grants.set_rule("wiki", ["staff"])
    report = filled.add_texts(TEXTS, source="wiki")
    assert (len(report.unchanged), report.updated) == (len(TEXTS), [])
    uploaded = filled.add_upload("a.txt", b"Common words uploaded.")
    filled.grants.set_rule("uploads", ["staff"])
    assert filled.add_upload("a.txt", b"Common words uploaded.").unchanged
    assert filled.document(uploaded.document_id).audience == ("staff",)


def test_a_store_that_did_not_note_what_was_given(filled: Library) -> None:
    """What documents of an older version are granted to is what they came with."""
    with filled.workshop.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM audiences")
    assert filled.verify().sound
    assert len(filled.add_texts(TEXTS, source="wiki").unchanged) == len(TEXTS)
    filled.grants.set_rule("wiki", ["staff"])
    assert seen(filled, "everyone") == {"open.md"}
    filled.grants.remove_rule("wiki")
    assert "handbook.md" in seen(filled, "everyone")


def test_rules_last(filled: Library, reopened: Callable[[Library], Library]) -> None:
    filled.grants.set_rule("wiki", ["staff"])
    filled.grants.restrict("site")
    again = reopened(filled)
    assert seen(again, "everyone") == set()
    assert seen(again, "staff") == {each[0] for each in TEXTS}
    again.reindex()
    assert again.verify().sound
    assert seen(again, "everyone") == set()


def test_a_source_without_a_name_is_refused(library: Library) -> None:
    with pytest.raises(SourceError, match="name of a source"):
        library.grants.set_rule(" ", ["staff"])


def test_files_of_conversations_have_no_rules_older_ones_do_not_count_and_are_taken_back(library: Library) -> None:
    library.add_upload("a.txt", b"Common words.", ["conversation/a1"], shelf=Shelf(CONVERSATIONS, "a1"))
    for change in (
        lambda: library.grants.set_rule(f" {CONVERSATIONS} ", ["everyone"]),
        lambda: library.grants.set_rule(CONVERSATIONS, ["everyone"], "a1"),
        lambda: library.grants.restrict(CONVERSATIONS),
        lambda: library.set_audience("a1/a.txt", ["everyone"]),
    ):
        with pytest.raises(SourceError, match="in its conversation alone"):
            change()
    assert seen(library, "everyone") == set()
    assert seen(library, "conversation/a1") == {"a1/a.txt"}
    with library.workshop.database.write() as connection:
        grants.put_rule(connection, Rule(CONVERSATIONS, "", ("everyone",)))
        grants.restrict(connection, CONVERSATIONS, True)
        grants.own(connection, library.document("a1/a.txt").id, ["everyone"])
    assert seen(library, "everyone") == set()
    assert seen(library, "conversation/a1") == {"a1/a.txt"}
    library.grants.set_audience(library.document("a1/a.txt"), None)
    assert library.grants.remove_rule(CONVERSATIONS)
    library.grants.restrict(CONVERSATIONS, False)
    assert seen(library, "everyone") == set()
    assert seen(library, "conversation/a1") == {"a1/a.txt"}


def test_what_is_readable(filled: Library) -> None:
    ids = {each.name: each.id for each in filled.documents()}
    filled.set_audience("handbook.md", ["staff"])
    filled.delete("finance/budget.md")
    assert filled.grants.readable([*ids.values(), "never"], ["everyone"]) == {
        ids["finance/board/plan.md"],
        ids["open.md"],
    }
    assert filled.grants.readable(ids.values(), []) == frozenset()


@pytest.fixture
def reopened() -> Iterator[Callable[[Library], Library]]:
    """Close a library and open its folder again."""
    with ExitStack() as stack:

        def again(library: Library) -> Library:
            library.close()
            return stack.enter_context(
                Library(
                    library.folder,
                    HashingEmbedder(),
                    library._settings,
                    reader=InlineReader(),
                    open_index=lambda _: ExactIndex(),
                )
            )

        yield again
