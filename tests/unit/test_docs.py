"""The documentation is true: its links lead somewhere, its commands and options exist, its settings load."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

from assistant.cli import app
from assistant.settings import load_settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "samples" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"(?:^|[`\s])(?:\.venv/bin/)?pilares ([^`\n]+)")


def _commands() -> list[str]:
    """Every `pilares ...` in a code block or in backticks."""
    found = set[str]()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL) + re.findall(r"`(pilares [^`]+)`", text)
        found |= {each.strip() for block in blocks for each in COMMAND.findall(block)}
    return sorted(found)


def _meant(command: str) -> list[list[str]]:
    """`documents list|show NAME [--json]` is two commands, with their options."""
    words = shlex.split(command.replace("[", " ").replace("]", " ").replace("\\|", "|"))
    several = next((word for word in words if "|" in word), None)
    return [[part if word is several else word for word in words] for part in (several or "").split("|")]


@pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.name if page.parent == ROOT else f"{page.parent.name}-{page.name}"
)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_there_are_commands_to_check() -> None:
    assert len(_commands()) >= 10


@pytest.mark.parametrize("command", _commands())
def test_commands_and_their_options_exist(command: str) -> None:
    for words in _meant(command):
        found: Any = typer.main.get_command(app)
        while words and words[0] != "--help" and (inner := getattr(found, "commands", None)):
            assert words[0] in inner, f"there is no {words[0]!r} in {command!r}"
            found = inner[words.pop(0)]
        known = {option for each in found.params for option in (*each.opts, *each.secondary_opts)} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("number", range(2))
def test_settings_in_the_readme_load(number: int, tmp_path: Path) -> None:
    block = re.findall(r"```toml\n(.*?)```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL)[number]
    assert tomllib.loads(block)
    (tmp_path / "pilares.toml").write_text(block, encoding="utf-8")
    assert load_settings(home=tmp_path).llm.url


def test_settings_of_accounts_load(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        (tmp_path / "pilares.toml").write_text(block, encoding="utf-8")
        assert load_settings(home=tmp_path)


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        assert set(re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)) <= targets
