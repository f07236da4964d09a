"""`pilares users` and `pilares keys` as an operator runs them; what `serve` says at the first start."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.cli.serving import _announce
from assistant.security.credentials import Credential
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import PASSWORD, cheap_accounts


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == status, done.output
    return done.output


def test_people_are_added_changed_suspended_and_listed() -> None:
    assert "There are no accounts" in run("users", "list")
    run("users", "add", "boss", "--role", "admin")
    added = run("users", "add", "Ana@example.org", "--group", "hr", "--group", "board")
    assert "ana@example.org  member  invited  board, hr" in added
    link = re.search(r"/sign-in/\S{43}", added)
    assert link
    assert link[0] != re.search(r"/sign-in/\S{43}", run("users", "link", "ana@example.org"))[0]  # type: ignore[index]
    assert "editor" in run("users", "role", "ana@example.org", "editor")
    assert "invited  sales" in run("users", "groups", "ana@example.org", "sales")
    assert "invited  -" in run("users", "groups", "ana@example.org")
    assert "suspended" in run("users", "suspend", "ana@example.org")
    assert "invited" in run("users", "resume", "ana@example.org")
    listed = run("users", "list")
    assert "ana@example.org  editor" in listed
    assert "boss  admin" in listed
    record = run("users", "audit")
    for act in ("user.add", "link.make", "user.role", "user.groups", "user.suspend", "user.resume"):
        assert act in record
    assert len(run("users", "audit", "--limit", "1").splitlines()) == 1


def test_what_cannot_be_is_told_in_a_sentence() -> None:
    assert "There is no account 'nobody'" in run("users", "suspend", "nobody", status=2)
    assert "There is no role 'king'" in run("users", "add", "ana", "--role", "king", status=2)
    run("users", "add", "boss", "--role", "admin")
    assert "No administrator would be left" in run("users", "suspend", "boss", status=2)
    assert "There is no account" in run("keys", "create", "x", "--user", "nobody", status=2)
    assert "There is no such key" in run("keys", "revoke", "zzz", status=2)


def test_keys_are_made_listed_and_revoked(home: Path) -> None:
    run("users", "add", "ana")
    assert "There are no keys" in run("keys", "list")
    made = CliRunner().invoke(app, ["keys", "create", "nightly report", "--user", "ana", "--tokens-per-day", "9"])
    token = made.stdout.split()[0]
    assert token.startswith("pilares_")
    listed = run("keys", "list", "--user", "ana")
    assert "ana  nightly report  ask,read  until" in listed
    assert "tokens_per_day=9" in listed
    assert token not in listed + run("users", "audit")
    with Conversations.open(Settings(home=home).conversations_url) as conversations:
        accounts = cheap_accounts(conversations.database)
        assert accounts.person(Credential("key", token))
        assert "Revoked" in run("keys", "revoke", listed[:8])
        assert accounts.person(Credential("key", token)) is None
    assert "revoked" in run("keys", "list")


def test_the_first_start_prints_the_way_in_and_only_where_people_sign_in(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "http://localhost:7860/"
    with Conversations.open(Settings(home=home).conversations_url) as conversations:
        accounts = cheap_accounts(conversations.database)
        _announce(address, Settings(home=home), accounts)
        assert "sign-in" not in capsys.readouterr().out
        closed = Settings(home=home, security={"accounts": True})
        _announce(address, closed, accounts)
        link = re.search(r"http://localhost:7860/sign-in/(\S{43})", capsys.readouterr().out)
        assert link
        accounts.links.use(link[1], PASSWORD)
        _announce(address, closed, accounts)
        assert "sign-in" not in capsys.readouterr().out


def test_tools_are_served_for_nobody_who_may_not_come_in() -> None:
    run("users", "add", "boss", "--role", "admin")
    run("users", "add", "ana")
    run("users", "suspend", "ana")
    assert "There is no account" in run("mcp", "--user", "nobody", status=2)
    assert "pilares users resume ana" in run("mcp", "--user", "ana", status=1)
