"""`pilares tools list`, and what `pilares doctor` says of tools."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from assistant.cli import app

SERVER = Path(__file__).parents[2] / "contract" / "tools" / "server.py"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    monkeypatch.setenv("PILARES_MODELS_FOLDER", str(tmp_path / "none"))
    return tmp_path


def _said(home: Path, settings: str, *command: str) -> Result:
    (home / "pilares.toml").write_text(settings)
    return CliRunner().invoke(app, command)


def _server(name: str, *command: str) -> str:
    return f"[tools.servers.{name}]\ncommand = {json.dumps(command)}\n"


def test_without_any_it_says_where_to_name_them(home: Path) -> None:
    done = _said(home, "", "tools", "list")
    assert done.exit_code == 0
    assert "[tools] in pilares.toml" in done.output
    assert "ok    tools: none" in CliRunner().invoke(app, ["doctor"]).output


def test_each_tool_is_listed_with_what_it_takes_and_whether_it_asks(home: Path) -> None:
    settings = "[appointments]\nenabled = true\n" + _server("warehouse", sys.executable, str(SERVER))
    done = _said(home, settings, "tools", "list")
    assert done.exit_code == 0, done.output
    lines = [line for line in done.output.splitlines() if not line.startswith(" ")]
    stock = next(line for line in lines if line.startswith("stock("))
    order = next(line for line in lines if line.startswith("order("))
    assert "called at once, from warehouse" in stock
    assert "asks first, from warehouse" in order
    assert any("appointment" in line for line in lines)
    assert "stock" in CliRunner().invoke(app, ["doctor"]).output


def test_a_server_that_does_not_answer_is_named_and_the_status_is_1(home: Path) -> None:
    done = _said(home, _server("broken", "/no/such/program"), "tools", "list")
    assert done.exit_code == 1
    assert "broken does not answer" in done.output
    checked = CliRunner().invoke(app, ["doctor"])
    assert checked.exit_code == 1
    assert "FAIL  tools: broken does not answer" in checked.output


def test_the_list_says_which_tools_are_for_visitors(home: Path) -> None:
    named = '[appointments]\nenabled = true\ntimezone = "UTC"\n[tools]\nvisitors = ["book_appointment", "made_up"]\n'
    done = _said(home, named, "tools", "list")
    assert "asks first, for visitors too" in done.output
    assert done.output.count("for visitors too") == 1
    assert "tools.visitors names made_up" in done.output
