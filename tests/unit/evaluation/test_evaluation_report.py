"""Figures on screen and in files."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from assistant.errors import InvalidRequest, StorageError
from assistant.evaluation.report import (
    answers_table,
    check_writable,
    kinds_table,
    replacing,
    retrieval_table,
    rounded,
    write_json,
    write_row,
)  # fmt: skip
from assistant.evaluation.scoring import Judge
from assistant.evaluation.summary import summarise


def printed(table: Table) -> str:
    written = io.StringIO()
    Console(width=120, file=written).print(table)
    return written.getvalue()


def test_floats_are_short_and_never_nan() -> None:
    assert rounded({"a": 1 / 3, "b": [float("nan"), float("inf"), 2.0], "c": (1, "x", None, True)}) == {
        "a": 0.333333, "b": [None, None, 2.0], "c": [1, "x", None, True],
    }  # fmt: skip


def test_json_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    write_json(target, {"ndcg@10": 0.123456789, "name": "año", "gone": float("nan")})
    assert json.loads(target.read_text(encoding="utf-8")) == {"ndcg@10": 0.123457, "name": "año", "gone": None}
    assert list(tmp_path.iterdir()) == [target]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(TypeError):
        write_json(target, {"a": object()})
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_rows_of_a_run_that_dies_are_kept_beside_the_file(tmp_path: Path) -> None:
    target = tmp_path / "details.jsonl"

    def die_after_a_row() -> None:
        with replacing(target) as file:
            write_row(file, {"id": "1"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        die_after_a_row()
    assert not target.exists()
    assert (tmp_path / "details.jsonl.part").read_text(encoding="utf-8") == '{"id": "1"}\n'


def test_a_row_is_on_disk_when_it_is_written(tmp_path: Path) -> None:
    with replacing(tmp_path / "details.jsonl") as file:
        write_row(file, {"id": "1"})
        assert (tmp_path / "details.jsonl.part").read_text(encoding="utf-8") == '{"id": "1"}\n'


def test_rows_are_put_in_place_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "details.jsonl"
    with replacing(target) as file:
        write_row(file, {"id": "ñ"})
        write_row(file, {"id": "2"})
    assert target.read_text(encoding="utf-8") == '{"id": "ñ"}\n{"id": "2"}\n'
    assert list(tmp_path.iterdir()) == [target]


def test_a_device_is_written_and_not_replaced() -> None:
    write_json(Path("/dev/null"), {"a": 1})
    assert not Path("/dev/null").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_full_disk_is_a_clear_error() -> None:
    with pytest.raises(StorageError, match=r"/dev/full cannot be written .*Make room"):
        write_json(Path("/dev/full"), {"a": 1})


def test_a_file_that_cannot_be_opened_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "x.json.part").mkdir()
    with pytest.raises(StorageError, match=r"x\.json\.part cannot be written"):
        write_json(tmp_path / "x.json", {"a": 1})


def test_a_place_that_cannot_be_written_is_refused_early(tmp_path: Path) -> None:
    check_writable(tmp_path / "new.json")
    with pytest.raises(InvalidRequest, match="is a folder"):
        check_writable(tmp_path)
    with pytest.raises(InvalidRequest, match="needs the folder"):
        check_writable(tmp_path / "nowhere" / "new.json")


def test_tables_show_every_language_with_intervals(outcome) -> None:
    facts = {"documents": ("a",), "facts": (("five",),), "kind": "single"}
    figures = summarise([Judge().judge(outcome(**facts)), Judge().judge(outcome("Six.", language="es", **facts))])
    text = printed(answers_table(figures))
    assert all(name in text for name in (" all ", " en ", " es ", "50.0 % (0-100)", "100.0 % (100-100)"))
    assert "-" in text.split("citation_precision")[1].splitlines()[0]
    kinds = kinds_table(figures)
    assert kinds is not None
    assert "single" in printed(kinds)


def test_without_kinds_there_is_no_table_of_kinds(outcome) -> None:
    assert kinds_table(summarise([Judge().judge(outcome())])) is None


def test_the_retrieval_table_shows_figures_and_gaps() -> None:
    text = printed(retrieval_table({"ndcg@10": 0.68691, "embedder": None, "mode": "lexical", "queries": 300}))
    assert all(value in text for value in ("0.6869", "-", "lexical", "300"))
