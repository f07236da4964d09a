"""`pilares users export|delete` and `pilares retention` as an operator runs them, also beside a running server."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from assistant.cli import app
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.storage.schema import conversations
from assistant.testing.accounts import cheap_accounts, known
from assistant.testing.answers import an_answer
from assistant.testing.homes import open_library


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation in which Ana has asked something, and what was found for her is hers to read, or not."""
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    with Conversations.open(Settings(home=tmp_path).conversations_url) as store:
        accounts = cheap_accounts(store.database)
        known(accounts, "boss", "admin")
        ana = known(accounts, "ana").user
        for user in (ana.id, "telegram:person/42", "local"):
            begun = store.start(user)
            turn = store.begin_turn(user, begun.id, "How many days?")
            store.finish_turn(turn.id, an_answer(begun.id, f"For {user[:5]}: 25.", evidence=(), citations=()))
    return tmp_path


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == status, done.output
    return done.output


def test_somebody_is_taken_out_into_a_file_of_ones_own(home: Path) -> None:
    file = home / "ana.zip"
    assert "1 conversations" in run("users", "export", "ana", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with ZipFile(file) as archive:
        assert len(json.loads(archive.read("conversations.json"))) == 1
    assert "exists already" in run("users", "export", "ana", str(file), status=2)
    run("users", "export", "ana", str(file), "--force")
    assert "cannot be written" in run("users", "export", "ana", str(home / "none" / "a.zip"), status=1)
    assert not [*home.glob(".ana.zip*")]
    assert "user.export  ana" in run("users", "audit")


@pytest.mark.parametrize("name", ["telegram:person/42", "local"])
def test_people_without_accounts_too(home: Path, name: str) -> None:
    assert "1 conversations" in run("users", "export", name, str(home / "x.zip"))
    assert "Deleted: 1 conversations" in run("users", "delete", name, "--yes")
    assert "Nothing is kept of" in run("users", "export", name, str(home / "y.zip"), status=1)
    assert not (home / "y.zip").exists()
    assert "1 conversations" in run("users", "export", "ana", str(home / "z.zip"))


def test_deleting_needs_a_yes_and_says_what_is_gone_and_what_stays() -> None:
    asked = run("users", "delete", "ana", status=2)
    assert "--yes" in asked
    assert "ana  member" in run("users", "list")
    run("users", "suspend", "ana")
    told = run("users", "delete", "ana", "--yes")
    assert "Deleted: 1 conversations, 1 keys, 1 account." in told
    assert "Stays, with deleted-" in told
    assert "ana" not in run("users", "list")
    assert "ana" not in run("users", "audit").replace("administration", "")
    assert "There is no account 'ana'" in run("users", "delete", "ana", "--yes", status=1)
    assert "No administrator would be left" in run("users", "delete", "boss", "--yes", status=2)


def test_what_could_not_be_reached_is_a_failure_that_can_be_gone_on_with(home: Path) -> None:
    (home / "finetune").mkdir()
    (home / "finetune" / "examples.db").write_bytes(b"damaged")
    assert "Not deleted yet: examples" in run("users", "delete", "ana", "--yes", status=1)
    (home / "finetune" / "examples.db").unlink()
    run("retention", "run")
    assert "There is no account 'ana'" in run("users", "delete", "ana", "--yes", status=1)
    assert "user.delete  deleted-" in run("users", "audit")


def test_retention_says_first_and_does_then(home: Path) -> None:
    (home / "pilares.toml").write_text("[retention]\nconversations_days = 30\n", encoding="utf-8")
    assert run("retention", "run", "--dry-run") == "Would be deleted: nothing.\n"
    with Conversations.open(Settings(home=home).conversations_url) as store, store.database.write() as connection:
        old = datetime.now(UTC) - timedelta(days=31)
        connection.execute(sa.update(conversations).where(conversations.c.user_id == "local").values(updated=old))
    assert run("retention", "run", "--dry-run") == "Would be deleted: 1 conversations.\n"
    assert run("retention", "run") == "Deleted: 1 conversations.\n"
    assert run("retention", "run") == "Deleted: nothing.\n"
    assert "retention.run" in run("users", "audit")


def test_grants_are_asked_for_while_a_server_has_the_documents(home: Path) -> None:
    with open_library(home) as library:
        library.add_texts([("leave", "Leave", "Leave is 25 days.")])
        found = library.documents()[0]
        answer = an_answer("c", "Leave is 25 days.")
        quote = answer.citations[0]
        for allowed, groups in ((True, ["everyone"]), (False, ["board"])):
            library.set_audience("leave", groups)
            with Conversations.open(Settings(home=home).conversations_url) as store:
                ana = cheap_accounts(store.database).users.named("ana")
                begun = store.start(ana.id)
                turn = store.begin_turn(ana.id, begun.id, "How long is leave?")
                cited = type(quote)(1, found.id, "leave", "Leave", "Leave is 25 days.", 0, 17, None)
                said = an_answer(begun.id, "Leave is 25 days. [1]", evidence=(), citations=(cited,), support=())
                store.finish_turn(turn.id, said)
            run("users", "export", "ana", str(home / "ana.zip"), "--force")
            with ZipFile(home / "ana.zip") as archive:
                assert ("Leave is 25 days." in archive.read("conversations.json").decode()) == allowed
