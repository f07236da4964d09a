"""Every platform can be set up with its manifest, and tried without an account."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app

PLATFORMS = [
    "teams",
    "email",
    "googlechat",
    "chatwoot",
]
by_platform = pytest.mark.parametrize("platform", PLATFORMS)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    return tmp_path


@by_platform
def test_a_platform_can_be_tried_without_an_account(platform: str) -> None:
    result = CliRunner().invoke(app, ["connectors", "simulate", platform, "--scripted", "--say", "Hello *there*"])
    assert result.exit_code == 0, result.output
    assert "You said: Hello" in result.output


@by_platform
def test_its_manifest_is_printed(platform: str) -> None:
    result = CliRunner().invoke(app, ["connectors", "manifest", platform])
    assert result.exit_code == 0
    assert len(result.output) > 300


def test_the_manifest_of_teams_is_that_of_a_package() -> None:
    result = CliRunner().invoke(app, ["connectors", "manifest", "teams"])
    assert json.loads(result.output)["manifestVersion"] == "1.19"


def test_doctor_looks_at_what_is_set_up(home: Path) -> None:
    table = '[connectors.email]\naddress = "ask@example.org"\npassword = "p"\nimap_host = "i"\nsmtp_host = "s"\n'
    (home / "pilares.toml").write_text(table, encoding="utf-8")
    result = CliRunner().invoke(app, ["connectors", "doctor"])
    assert result.exit_code == 1
    assert 'people = ["*"]' in result.output
    assert "It never ran" in result.output
