from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app

TABLE = '[connectors.telegram]\ntoken = "123:of-the-bot"\npeople = ["*"]\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    return tmp_path


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
