from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app

TABLE = '[connectors.telegram]\ntoken = "123:of-the-bot"\npeople = ["*"]\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def set_up(home: Path) -> Path:
    """A home folder with a connector."""
    (home / "pilares.toml").write_text(TABLE, encoding="utf-8")
    return home


def test_list_names_platforms_and_what_is_set_up(home: Path) -> None:
    result = CliRunner().invoke(app, ["connectors", "list"])
    assert result.exit_code == 0
    assert "No connector is set up" in result.output
    assert "slack, " in result.output
    (home / "pilares.toml").write_text(TABLE, encoding="utf-8")
    result = CliRunner().invoke(app, ["connectors", "list"])
    assert "last event never" in result.output


def test_doctor_says_what_to_do(home: Path) -> None:
    (home / "pilares.toml").write_text(TABLE.replace('people = ["*"]', ""), encoding="utf-8")
    result = CliRunner().invoke(app, ["connectors", "doctor"])
    assert result.exit_code == 1
    assert 'people = ["*"]' in result.output
    assert "pilares serve" in result.output


def test_manifest_is_what_the_platform_takes(home: Path) -> None:
    import json

    result = CliRunner().invoke(app, ["connectors", "manifest", "slack"])
    assert "chat:write" in json.loads(result.output)["oauth_config"]["scopes"]["bot"]


def test_a_platform_that_there_is_not_is_named_with_those_there_are(home: Path) -> None:
    result = CliRunner().invoke(app, ["connectors", "simulate", "pigeon", "--say", "hello"])
    assert result.exit_code == 2
    assert "telegram" in result.output


@pytest.mark.parametrize("platform", ["telegram", "slack", "mattermost", "whatsapp", "matrix"])
def test_a_platform_can_be_tried_without_an_account(home: Path, platform: str) -> None:
    result = CliRunner().invoke(app, ["connectors", "simulate", platform, "--scripted", "--say", "Hello *there*"])
    assert result.exit_code == 0, result.output
    assert "You said: Hello" in result.output


def test_run_refuses_a_name_that_is_not_set_up(home: Path) -> None:
    result = CliRunner().invoke(app, ["connectors", "run", "telegram"])
    assert result.exit_code == 2
    assert "There are: none yet." in result.output


@pytest.mark.usefixtures("set_up")
def test_a_message_waits_in_the_outbox_until_a_server_runs() -> None:
    command = ["connectors", "send", "telegram", "-100", "The lift is broken", "--key", "lift", "--wait", "0"]
    for _ in range(2):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        assert "waits in the outbox" in result.output
    assert "1 to send" in CliRunner().invoke(app, ["connectors", "list"]).output


def test_where_the_policy_does_not_allow_it_nothing_is_sent(set_up: Path) -> None:
    with (set_up / "pilares.toml").open("a", encoding="utf-8") as file:
        file.write('\n[connectors.telegram.channels."-100"]\nanswer = "never"\n')
    result = CliRunner().invoke(app, ["connectors", "send", "telegram", "-100", "Hello", "--wait", "0"])
    assert result.exit_code == 1
    assert "policy of the channel -100" in result.output
    result = CliRunner().invoke(app, ["connectors", "send", "unknown", "-100", "Hello"])
    assert result.exit_code == 2
    assert "There is no connector 'unknown'" in result.output


@pytest.mark.usefixtures("set_up")
def test_a_connector_is_paused_and_goes_on() -> None:
    assert "telegram is paused" in CliRunner().invoke(app, ["connectors", "pause", "telegram"]).output
    assert "paused" in CliRunner().invoke(app, ["connectors", "list"]).output
    assert "resume telegram" in CliRunner().invoke(app, ["connectors", "doctor"]).output
    assert "telegram goes on" in CliRunner().invoke(app, ["connectors", "resume", "telegram"]).output
    assert "Nothing is held back" in CliRunner().invoke(app, ["connectors", "held"]).output
