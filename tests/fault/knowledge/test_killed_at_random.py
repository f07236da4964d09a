"""A short run of what `python -m benchmarks.kills` does at length; and the checks are able to find something."""

import sqlite3
from pathlib import Path

import pytest

from knowledge.library import EVERYONE, Library
from knowledge.testing.churn import KINDS, STAFF, Journal, Read, Version, content, read_journal
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.kills import Killing


def test_nothing_is_lost_half_there_or_doubled(tmp_path: Path) -> None:
    kills = list(Killing(tmp_path).kills(len(KINDS)))
    assert [kill.faults for kill in kills] == [()] * len(KINDS)
    assert len({kill.hit for kill in kills}) > 2


def faults(home: Path, promised: dict[str, Version | None]) -> set[str]:
    """The kinds of faults that are found when this was promised."""
    return {fault.kind for fault in Killing(home)._check(Read(promised=dict(promised)))}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two documents: one for everyone, one for the staff."""
    with Library.open(tmp_path / "library", HashingEmbedder(dimension=2048)) as library:
        library.add_upload("u00.md", content("u00.md", 7).encode())
        library.add_upload("u01.md", content("u01.md", 3).encode(), STAFF)
    return tmp_path


PROMISED: dict[str, Version | None] = {"u00.md": Version(7), "u01.md": Version(3, STAFF)}


def test_what_is_as_promised_has_no_faults(home: Path) -> None:
    assert faults(home, PROMISED) == set()


@pytest.mark.parametrize(
    ("promised", "kind"),
    [
        ({"u02.md": Version(1)}, "lost"),
        ({"u00.md": Version(8)}, "lost"),
        ({"u01.md": Version(3, EVERYONE)}, "lost"),
        ({"u00.md": None}, "lost"),
    ],
)
def test_a_broken_promise_is_noticed(home: Path, promised: dict[str, Version | None], kind: str) -> None:
    assert kind in faults(home, PROMISED | promised)


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        ("DELETE FROM chunks WHERE number = (SELECT max(number) FROM chunks WHERE page IS NULL)", "half"),
        ("UPDATE texts SET text = replace(text, 'v7p2', 'v6p2')", "half"),
        ("DELETE FROM words", "lost"),
        ("INSERT INTO grants SELECT id, 'everyone' FROM documents WHERE name = 'u01.md'", "lost"),
    ],
)
def test_damage_is_noticed(home: Path, damage: str, kind: str) -> None:
    connection = sqlite3.connect(home / "library" / "knowledge.db")
    connection.execute(damage)
    connection.commit()
    connection.close()
    assert kind in faults(home, PROMISED)


def test_a_journal_tells_what_was_promised_and_what_was_under_way(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.say("begin", kind="upload", changes={"u00.md": [2, ["everyone"]]})
    journal.say("done")
    journal.say("begin", kind="ingest", changes={"f00.md": [3, ["everyone"]], "f01.md": None})
    journal.say("document", name="f00.md")
    journal.close()
    with path.open("a") as torn:
        torn.write('{"say": "docu')
    read = read_journal(path, {"f01.md": Version(1), "u00.md": Version(1)})
    assert read.kind == "ingest"
    assert read.allowed("u00.md") == [Version(2)]
    assert read.allowed("f00.md") == [Version(3)]
    assert read.allowed("f01.md") == [Version(1), None]
