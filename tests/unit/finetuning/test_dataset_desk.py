"""What comes in waits for review, unless it is trusted; what is deleted elsewhere goes."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.finetuning.collecting import Collected
from assistant.finetuning.datasets import DatasetDesk
from assistant.finetuning.withdrawing import Withdrawals
from finetune.building import Recipe
from finetune.errors import DatasetNotFound
from finetune.examples import Example, Origin, identified
from finetune.privacy.presidio import PresidioFinder
from finetune.testing.analyzer import FakeAnalyzer
from finetune.testing.examples import WordTokens, an_example, many

TOKENS = WordTokens()


@pytest.fixture
def desk(tmp_path: Path) -> DatasetDesk:
    return DatasetDesk(tmp_path)


def _edits(count: int, user: str = "ana") -> list[Example]:
    found = []
    for number, each in enumerate(many(count)):
        origin = Origin(
            "edit", user, f"{user}-{number}", each.origin.documents, "own", created=f"2026-01-{number + 1:02}"
        )
        found.append(an_example(each.messages[-1].content, each.completion, origin=origin))
    return found[::-1]  # newest first, as they are collected


def _of_twenty(count: int) -> list[Example]:
    """Of twenty people, so that no one of them says the same again and again."""
    return [
        identified(replace(each, origin=replace(each.origin, user=f"u{number % 20}")))
        for number, each in enumerate(_edits(count))
    ]


ALL = [f"u{number}" for number in range(20)]


def _collected(rows: list[Example]) -> Collected:
    return Collected(tuple(rows), {}, Counter())


def test_feedback_never_enters_by_itself(desk: DatasetDesk) -> None:
    taken = desk.propose(_collected(_edits(30)))
    assert (taken.new, taken.accepted, taken.held) == (30, 0, 0)
    assert {each.state for each in desk.queue.rows()} == {"proposed"}
    assert desk.prepare(Recipe("x"), TOKENS).rows == ()
    desk.review([each.example.id[:12] for each in desk.queue.rows()[:20]], True, "eva")
    prepared = desk.prepare(Recipe("x"), TOKENS)
    assert len(prepared.rows) == 20
    assert {each.origin.reviewed_by for each in prepared.rows} == {"eva"}


def test_a_trusted_person_needs_no_review_and_the_doctor_looks_all_the_same(desk: DatasetDesk) -> None:
    evil = [an_example("Where?", "At https://evil.example/x", origin=Origin("edit", "eva", "c9"))]
    taken = desk.propose(_collected([*_edits(5, "eva"), *_edits(5, "ana"), *evil]), trust=["eva"])
    assert (taken.new, taken.accepted, taken.held) == (11, 5, 1)
    assert desk.queue.rows("held")[0].held.keys() == {"addresses"}
    assert desk.queue.rows("accepted")[0].example.origin.reviewed_by == "trusted: eva"


def test_one_person_cannot_flood_the_queue(desk: DatasetDesk) -> None:
    rows = [*_edits(30, "mallory"), *_edits(3, "ana")]
    taken = desk.propose(_collected(rows), per_user=10)
    assert (taken.new, taken.over) == (13, 20)
    kept = [each.example for each in desk.queue.rows() if each.example.origin.user == "mallory"]
    assert kept == rows[:10]  # the newest
    desk.review([each.id for each in kept], False, "eva")
    assert desk.propose(_collected(rows), per_user=10).new == 0  # refused ones count


def test_a_proposal_goes_when_its_feedback_was_changed(desk: DatasetDesk) -> None:
    rows = _edits(3)
    desk.propose(_collected(rows))
    desk.review([rows[0].id], True, "eva")
    desk.propose(_collected(rows[1:2]))
    assert [(each.example.id, each.state) for each in desk.queue.rows()] == [
        (rows[0].id, "accepted"), (rows[1].id, "proposed")
    ]  # fmt: skip


def test_collecting_what_is_new_leaves_older_proposals(desk: DatasetDesk) -> None:
    rows = _edits(6)  # of the first to the sixth of January
    desk.propose(_collected(rows))
    desk.propose(_collected(rows[:1]), since="2026-01-05")
    assert {each.example.id for each in desk.queue.rows()} == {each.id for each in (rows[0], *rows[2:])}


def test_an_upload_is_trusted_unless_it_is_to_be_reviewed(desk: DatasetDesk) -> None:
    secret = an_example("My password is hunter2024", "Noted.")
    taken = desk.take([*many(5), secret], trusted=True)
    assert (taken.new, taken.accepted, taken.held) == (6, 6, 0)
    assert not any("hunter2024" in text for each in desk.queue.rows() for text in each.example.texts())
    assert desk.take([*many(5), secret], trusted=True).new == 0
    assert desk.take(many(8), trusted=False).accepted == 0
    assert len(desk.queue.rows("proposed")) == 3


def test_poisoned_rows_of_an_upload_are_held_until_somebody_has_seen_them(desk: DatasetDesk) -> None:
    evil = [an_example(f"Where is it {n}?", f"At https://evil{n}.example/x") for n in range(2)]
    taken = desk.take([*many(60), *evil], trusted=True)
    assert (taken.accepted, taken.held) == (60, 2)
    assert len(desk.prepare(Recipe("x"), TOKENS).rows) == 60
    desk.review([evil[0].id], True, "eva")
    desk.review([evil[1].id], False, "eva")
    prepared = desk.prepare(Recipe("x"), TOKENS)
    assert len(prepared.rows) == 61
    assert not prepared.held


def test_a_wrong_id_decides_nothing(desk: DatasetDesk) -> None:
    desk.propose(_collected(_edits(3)))
    with pytest.raises(DatasetNotFound):
        desk.review([desk.queue.rows()[0].example.id, "nonsense"], True, "eva")
    assert {each.state for each in desk.queue.rows()} == {"proposed"}


def _audiences(rows: list[Example]) -> dict[str, tuple[str, ...]]:
    return {document: ("everyone",) for each in rows for document in each.origin.documents}


def test_rows_follow_who_may_read_their_documents(desk: DatasetDesk) -> None:
    rows = _of_twenty(40)
    desk.propose(_collected(rows), trust=ALL)
    audiences = _audiences(rows)
    del audiences["doc-desk"]
    audiences["doc-chair"] = ("hr",)
    assert len(desk.prepare(Recipe("x"), TOKENS, audiences).rows) == 32
    assert len(desk.prepare(Recipe("x", "hr"), TOKENS, audiences).rows) == 36
    assert len(desk.queue.rows()) == 36


def test_deletions_elsewhere_take_rows_out_of_the_next_version(desk: DatasetDesk, tmp_path: Path) -> None:
    rows = _of_twenty(60)
    desk.propose(_collected(rows), trust=ALL)
    recipe = Recipe("support", least=20)
    first, _ = desk.build(desk.prepare(recipe, TOKENS), recipe)
    told = Withdrawals(tmp_path)
    told.document("doc-lamp")
    told.conversation("ana-3")
    assert len(first.withdrawn()) == 5
    second, new = desk.build(desk.prepare(recipe, TOKENS), recipe)
    assert new
    assert len([*second.train(), *second.held_out()]) == 55
    assert second.card["parent"] == "support@v1"
    assert desk.propose(_collected(rows), trust=ALL).new == 4  # the document's, and not the conversation's
    assert desk.user_deleted("u7").queued == 3
    assert not [each for each in desk.queue.rows() if each.example.origin.user == "u7"]
    assert desk.propose(_collected(rows), trust=ALL).new == 0


def test_nothing_is_made_where_nothing_was_collected(tmp_path: Path) -> None:
    Withdrawals(tmp_path).document("d1")
    assert list(tmp_path.iterdir()) == []


def test_a_deletion_is_done_although_rows_cannot_be_marked(
    desk: DatasetDesk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "finetune").mkdir()
    (tmp_path / "finetune" / "examples.db").write_bytes(b"no database" * 400)
    Withdrawals(tmp_path).conversation("c1")
    assert "could not be withdrawn" in caplog.text


def test_a_deletion_names_the_adapters_in_the_log(
    desk: DatasetDesk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk.take(many(60), trusted=True)
    recipe = Recipe("support")
    version, _ = desk.build(desk.prepare(recipe, TOKENS), recipe)
    folder = desk.adapters / "support" / "v1"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(f'{{"dataset": {{"sha256": "{version.sha256}"}}}}')
    Withdrawals(tmp_path).document("doc-gym")
    assert "adapter support@v1 was trained on a document that is deleted" in caplog.text


def test_what_another_finder_finds_is_not_taken_in_or_built(tmp_path: Path) -> None:
    row = an_example("Who is Eva Gil?", "She runs the shop.")
    DatasetDesk(tmp_path).take([row], trusted=True)  # before the other finder was there
    desk = DatasetDesk(tmp_path, PresidioFinder(FakeAnalyzer({"Eva Gil": "PERSON"}), ["en"]))
    desk.take([an_example("Call Eva Gil?", "Yes.")], trusted=False)
    assert [each.example.messages[-1].content for each in desk.queue.rows("proposed")] == ["Call [person_1]?"]
    prepared = desk.prepare(Recipe("support"), TOKENS)
    assert [each.messages[-1].content for each in prepared.rows] == ["Who is [person_1]?"]
