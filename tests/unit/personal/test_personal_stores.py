"""Everything that is kept of people is in one list: taken out without anybody else's, deleted without a trace."""

import io
import json
import re
import sqlite3
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import sqlalchemy as sa

import connectors.store.schema as platform_tables
import knowledge.store.schema as knowledge_tables
from assistant.finetuning.datasets import DatasetDesk
from assistant.messages import LANGUAGES, message
from assistant.personal.erasure import SWEPT_AFTER, erase_person, resume
from assistant.personal.export import README, write_export
from assistant.personal.stores import JOURNALS, NOBODYS, STORES
from assistant.personal.subject import Places
from assistant.storage.schema import metadata
from assistant.testing.people import Lived
from finetune.registry.marks import withdrawn

OWN = [*metadata.sorted_tables, *platform_tables.metadata.sorted_tables]
NAMES_SOMEBODY = re.compile(
    r"(^|_)(user|person|owner|author|approver|operator|actor|reviewer|payer|uploader|added_by|uploaded_by|created_by|who)($|_id$)"
)


def _holds() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for store in STORES:
        for table, columns in store.holds.items():
            found.setdefault(table, set()).update(columns)
    return found


ENDED = {"sessions", "links"}
"""Ended when a deletion begins, before anything is counted."""

# The list


def test_every_table_is_in_the_list_or_said_to_be_nobodys() -> None:
    tables = {table.name for table in OWN}
    listed = [*_holds(), *NOBODYS, *JOURNALS]
    assert set(listed) == tables, "a new table needs a row in assistant.personal.stores"
    assert len(listed) == len(tables)
    assert all([*NOBODYS.values(), *JOURNALS.values()])


def test_every_column_that_names_somebody_is_in_the_list() -> None:
    for table in OWN:
        if table.name in JOURNALS:
            continue
        naming = {
            column.name
            for column in table.columns
            if NAMES_SOMEBODY.search(column.name)
            or any(key.column.table.name == "users" for key in column.foreign_keys)
        }
        assert naming <= _holds().get(table.name, set()), f"{table.name} names somebody: add it to the stores"


def test_documents_are_nobodys() -> None:
    for table in knowledge_tables.metadata.sorted_tables:
        assert not any(NAMES_SOMEBODY.search(column.name) for column in table.columns), table.name


def test_every_store_is_described_in_both_languages() -> None:
    for store in STORES:
        for language in LANGUAGES:
            assert message(f"export_{store.name}", language)
            assert store.stays or message(f"erased_{store.name}", language)
    assert len({store.name for store in STORES}) == len(STORES)


# Taking it out


def _archive(places: Places, one: Lived) -> dict[str, Any]:
    target = io.BytesIO()
    counts = write_export(target, places, one.subject)
    with ZipFile(target) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert one.subject.name in files.pop(README)
    found = {name.removesuffix(".json"): json.loads(text) for name, text in files.items()}
    assert counts == {name: len(rows) for name, rows in found.items()}
    return found


def test_an_archive_has_everything_of_one_and_nothing_of_the_other(pair: tuple[Lived, Lived], places: Places) -> None:
    for one, other in (pair, pair[::-1]):
        found = _archive(places, one)
        empty = {name for name, rows in found.items() if not rows}
        assert empty == _without(one), "every store holds something of them"
        said = json.dumps(found)
        assert said.count(one.mark) > 20
        for word in (other.mark, other.subject.id, other.subject.name, '"boss"', *other.conversations):
            assert word not in said, word


def _without(one: Lived) -> set[str]:
    """Stores that hold nothing of such a person."""
    if one.subject.is_account:
        return {"chat_platforms", "visitor"}
    return {"administration", "keys", "sessions", "links", "account"}


def test_an_archive_has_no_secrets(pair: tuple[Lived, Lived], places: Places) -> None:
    said = json.dumps(_archive(places, pair[0]))
    with places.database.read() as connection:
        for table in ("sessions", "links", "api_keys"):
            for (digest,) in connection.execute(sa.text(f"SELECT digest FROM {table}")):
                assert digest not in said
    assert "argon2" not in said


def test_conversations_come_whole(pair: tuple[Lived, Lived], places: Places) -> None:
    found = _archive(places, pair[0])
    assert {each["id"] for each in found["conversations"]} == set(pair[0].conversations)
    turns = [turn for each in found["conversations"] for turn in each["turns"]]
    assert {turn["state"] for turn in turns} == {"finished", "superseded"}
    assert all(turn["answer"]["citations"][0]["quote"] for turn in turns)
    assert len(found["feedback"]) == 2 * len(turns)
    assert {each["in"] for each in found["examples"]} == {"queue", "support@v1"}
    assert found["handoffs"][0]["reply"] == f"For {pair[0].mark}: it is paid."


# Deleting it


def _everything(places: Places) -> dict[str, list[str]]:
    """Every row of every table, as text, but the journal."""
    found = {}
    for url, known in (
        (places.settings.conversations_url, metadata),
        (places.settings.connectors_url, platform_tables.metadata),
    ):
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            for table in known.sorted_tables:
                if table.name not in JOURNALS:
                    found[table.name] = [repr(row) for row in connection.execute(sa.select(table))]
        engine.dispose()
    return found


def test_deleting_one_leaves_no_trace_of_them_and_the_other_as_they_were(
    pair: tuple[Lived, Lived], places: Places
) -> None:
    ana, ben = pair
    before, archive = _everything(places), _archive(places, ben)
    told = erase_person(places, ana.subject, "boss")
    assert not told.waits
    for name, rows in _everything(places).items():
        for row in rows:
            assert ana.mark not in row, name
            assert ana.subject.id not in row, name
            assert repr(ana.subject.name) not in row, name
        theirs = [row for row in before[name] if ana.mark not in row and ana.subject.id not in row]
        pseudonymised = [row.replace(repr(ana.subject.name), repr(told.pseudonym)) for row in theirs]
        added = ["user.delete"] if name == "audit" else []
        left = [row for row in rows if not any(each in row for each in added)]
        assert [row for row in left if told.pseudonym not in row] == [
            row for row in pseudonymised if told.pseudonym not in row
        ], name
    as_colleague = {each.name for each in STORES if each.stays}
    left = _archive(places, ben)
    assert {name: left[name] for name in left.keys() - as_colleague} == {
        name: archive[name] for name in archive.keys() - as_colleague
    }
    assert told.gone["conversations"] == len(ana.conversations)
    assert set(told.gone) == {each.name for each in STORES if not each.stays} - _without(ana) - ENDED
    assert set(told.kept) == {each.name for each in STORES if each.stays} - _without(ana)


def test_deleting_is_audited_under_a_pseudonym(pair: tuple[Lived, Lived], places: Places) -> None:
    told = erase_person(places, pair[0].subject, "boss")
    with places.database.read() as connection:
        newest = connection.execute(sa.text("SELECT actor, act, target, detail FROM audit ORDER BY id DESC")).first()
    assert newest is not None
    assert newest[:3] == ("boss", "user.delete", told.pseudonym)
    assert json.loads(newest.detail)["deleted"] == told.gone


def test_what_was_deleted_is_overwritten_in_the_files(pair: tuple[Lived, Lived], places: Places) -> None:
    ana, ben = pair
    home = places.settings.home
    erase_person(places, ana.subject, "boss")
    with sqlite3.connect(home / "connectors.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for name in ("pilares.db", "pilares.db-wal", "connectors.db", "finetune/examples.db"):
        content = (home / name).read_bytes() if (home / name).exists() else b""
        assert ana.mark.encode() not in content, name
    assert ben.mark.encode() in (home / "pilares.db").read_bytes()


def test_nothing_is_learnt_from_them_any_more_and_adapters_are_marked(
    pair: tuple[Lived, Lived], places: Places
) -> None:
    ana, ben = pair
    home = places.settings.home
    desk = DatasetDesk(home)
    version = desk.datasets.get("support")
    folder = home / "finetune" / "adapters" / "reader" / "v1"
    folder.mkdir(parents=True)
    card = {"dataset": {"name": "support", "version": "v1", "sha256": version.sha256}}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    told = erase_person(places, ana.subject, "boss")
    users = {each.example.origin.user for each in desk.queue.rows()}
    assert ana.subject.id not in users
    assert ben.subject.id in users
    left = desk.datasets.get("support")
    assert {each.origin.user for each in (*left.train(), *left.held_out())} == {ben.subject.id}
    assert told.gone["examples"] == 2 * len(ana.rows)
    assert withdrawn(home / "finetune" / "adapters") == {"reader@v1": len(ana.rows)}
    assert desk.queue.add([ana.rows[0]], "accepted") == [], "it does not come back by another way"


def test_the_journal_forgets_who_it_was(pair: tuple[Lived, Lived], places: Places, clock: Any) -> None:
    subject = pair[0].subject
    erase_person(places, subject, subject.name)
    assert _journal(places)[0] == (subject.id if subject.is_account else "")
    clock.forward(seconds=SWEPT_AFTER.total_seconds() + 1)
    resume(places)
    person, name, actor, pseudonym = _journal(places)
    assert (person, name) == ("", "")
    assert actor == pseudonym
    assert resume(places) == []


def _journal(places: Places) -> tuple[str, ...]:
    with places.database.read() as connection:
        return tuple(connection.execute(sa.text("SELECT person, name, actor, pseudonym FROM erasures")).one())


def test_nothing_of_them_is_left_anywhere_in_the_home_but_in_datasets(
    pair: tuple[Lived, Lived], places: Places, tmp_path: Path
) -> None:
    """Files of a dataset keep the text of withdrawn rows, as their hash is that of all rows (docs/privacy.md)."""
    ana = pair[0]
    erase_person(places, ana.subject, "boss")
    holding = {
        file.relative_to(tmp_path).parts[:2]
        for file in tmp_path.rglob("*")
        if file.is_file() and not file.name.endswith(("-wal", "-shm")) and ana.mark.encode() in file.read_bytes()
    }
    assert holding <= {("finetune", "datasets")}
