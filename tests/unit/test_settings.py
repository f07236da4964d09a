"""Settings: file, environment, flags; the one-line forms of a model."""

from pathlib import Path

import pytest

from assistant.errors import ConfigurationError
from assistant.evaluation.home import temporary_home
from assistant.settings import OLLAMA_URL, load_settings


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))


def _file(tmp_path: Path, text: str) -> None:
    (tmp_path / "pilares.toml").write_text(text)


def test_the_defaults_need_nothing() -> None:
    settings = load_settings()
    assert (settings.slm.name, settings.llm.name) == ("qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b")
    assert settings.slm.url is None
    assert settings.server.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("line", "name", "url"),
    [
        ('llm = "smollm2-135m"', "smollm2-135m", None),
        ('llm = "gpt-5-mini@https://api.openai.com/v1"', "gpt-5-mini", "https://api.openai.com/v1"),
        ('llm = "ollama:qwen3:8b"', "qwen3:8b", OLLAMA_URL),
        ('[llm]\nname = "x"\nurl = "http://host:8000/v1"', "x", "http://host:8000/v1"),
    ],
)
def test_a_model_is_one_line(tmp_path: Path, line: str, name: str, url: str | None) -> None:
    _file(tmp_path, line)
    assert (load_settings().llm.name, load_settings().llm.url) == (name, url)


def test_the_key_comes_from_the_environment_and_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _file(tmp_path, '[llm]\nname = "gpt"\nurl = "https://api.example/v1"\n')
    monkeypatch.setenv("PILARES_LLM__API_KEY", "sk-secret")
    settings = load_settings()
    assert settings.llm.api_key is not None
    assert settings.llm.api_key.get_secret_value() == "sk-secret"
    assert (settings.llm.name, settings.llm.url) == ("gpt", "https://api.example/v1")
    assert "sk-secret" not in repr(settings)


def test_the_one_line_form_and_a_key_in_the_environment_go_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _file(tmp_path, 'llm = "gpt@https://api.example/v1"\n')
    monkeypatch.setenv("PILARES_LLM__API_KEY", "sk-secret")
    settings = load_settings()
    assert settings.llm.name == "gpt"
    assert settings.llm.api_key is not None


def test_environment_beats_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _file(tmp_path, "[server]\nport = 1111\n")
    monkeypatch.setenv("PILARES_SERVER__PORT", "2222")
    assert load_settings().server.port == 2222


@pytest.mark.parametrize("text", ["llm == 3", "[server]\nport = 99999", "unknown = 1", 'llm = "x@ftp://y"'])
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    _file(tmp_path, text)
    with pytest.raises(ConfigurationError, match=r"pilares\.toml"):
        load_settings()


def test_addresses_of_servers_are_one_line_each_and_show_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    url = "postgresql+psycopg://pilares:geheim@db.example.org/pilares"
    (tmp_path / "pilares.toml").write_text(
        f'database_url = "{url}"\n[knowledge]\ndatabase_url = "{url}"\nchroma_url = "http://127.0.0.1:8000"\n'
    )
    settings = load_settings()
    assert settings.conversations_url == url
    assert settings.knowledge.database_url is not None
    assert settings.knowledge.database_url.get_secret_value() == url
    assert "geheim" not in f"{settings!r} {settings.model_dump_json()}"
    monkeypatch.setenv("PILARES_KNOWLEDGE__DATABASE_URL", "mysql://pilares:geheim@db/x")
    with pytest.raises(ConfigurationError, match=r"knowledge\.database_url is not usable.*PostgreSQL") as caught:
        load_settings()
    assert "geheim" not in str(caught.value)


def test_a_home_for_measuring_never_touches_the_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    monkeypatch.setenv("PILARES_DATABASE_URL", "postgresql://db/pilares")
    monkeypatch.setenv("PILARES_KNOWLEDGE__DATABASE_URL", "postgresql://db/pilares")
    monkeypatch.setenv("PILARES_KNOWLEDGE__CHROMA_URL", "http://127.0.0.1:8000")
    with temporary_home(load_settings()) as own:
        assert own.conversations_url == f"sqlite:///{own.home / 'pilares.db'}"
        assert (own.knowledge.database_url, own.knowledge.chroma_url) == (None, None)
