"""What finds personal data besides our own rules is what the settings say."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import ConfigurationError
from assistant.security.private import finder_of
from assistant.settings import load_settings
from finetune.privacy import presidio
from finetune.privacy.spans import Span, nothing


def test_none_is_loaded_unless_the_settings_want_it() -> None:
    assert finder_of(()) is nothing
    assert nothing("Ana Ruiz, 4111 1111 1111 1111") == ()


def test_it_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def loaded(languages: tuple[str, ...]) -> object:
        asked.append(languages)
        return lambda text: [Span(0, len(text), "person")]

    monkeypatch.setattr(presidio, "presidio", loaded)
    first, second = finder_of(["en", "es:model"]), finder_of(("en", "es:model"))
    assert first is second
    assert asked == [("en", "es:model")]


def test_a_server_that_wants_it_and_has_it_not_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    (tmp_path / "pilares.toml").write_text('[security]\npresidio = ["nl"]\n')
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'pilares\[presidio\]'"):
        finder_of(load_settings().security.presidio)
    done = CliRunner().invoke(app, ["serve"])
    assert done.exit_code == 2
    assert "pip install 'pilares[presidio]'" in done.output


@pytest.mark.parametrize("wrong", ["english", "EN", "", "e", "en:"])
def test_a_language_is_two_letters(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "pilares.toml").write_text(f'[security]\npresidio = ["{wrong}"]\n')
    with pytest.raises(ConfigurationError, match=r"security\.presidio"):
        load_settings(home=tmp_path)
