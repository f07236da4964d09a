"""Which engine answers for which role. Engines are built but never loaded here."""

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from assistant.errors import ConfigurationError, ModelUnavailable
from assistant.models import llamacpp
from assistant.models.catalogue import QWEN_05B
from assistant.models.endpoint import Endpoint
from assistant.models.models import Models
from assistant.settings import Settings
from finetune.grounded import SHIPPED
from finetune.lora import Adapter

SHIPPED_NAME = f"shipped@{Adapter(SHIPPED).version}"


class _Server:
    """Stands in for the loaded model."""

    made = 0

    def __init__(self, parameters: Any) -> None:
        type(self).made += 1
        self.parameters = parameters
        self.listening_address = f"http://127.0.0.1:{9000 + self.made}"


@pytest.fixture(autouse=True)
def no_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    _Server.made = 0
    monkeypatch.setattr("xllamacpp.Server", _Server)
    monkeypatch.setattr(llamacpp, "_wait_until_ready", lambda *_: None)


def _gguf(folder: Path, name: str) -> str:
    path = folder / f"{name}.gguf"
    path.write_bytes(b"GGUF...")
    return str(path)


def _models(tmp_path: Path, **settings: Any) -> Models:
    return Models(Settings(home=tmp_path, models_folder=tmp_path / "models", **settings))


def test_a_url_needs_no_engine(tmp_path: Path) -> None:
    models = _models(tmp_path, llm="gpt-5-mini@https://api.test/v1")
    assert models.endpoint("llm") == Endpoint("gpt-5-mini", "https://api.test/v1")
    assert _Server.made == 0


def test_the_key_of_a_url_is_handed_on(tmp_path: Path) -> None:
    models = _models(tmp_path, slm={"name": "m", "url": "https://api.test/v1", "api_key": "s"})
    assert models.endpoint("slm").api_key == "s"


def test_each_local_file_has_its_engine(tmp_path: Path) -> None:
    models = _models(tmp_path, slm=_gguf(tmp_path, "a"), llm=_gguf(tmp_path, "b"))
    small, large = models.endpoint("slm"), models.endpoint("llm")
    assert (small.local, large.local) == (True, True)
    assert small.base_url != large.base_url
    assert small.api_key != large.api_key
    assert models.endpoint("slm") == small
    assert _Server.made == 2


def test_one_file_in_both_roles_is_loaded_once_for_both(tmp_path: Path) -> None:
    path = _gguf(tmp_path, "a")
    slm = {"name": path, "context_tokens": 1024, "parallel": 2}
    models = _models(tmp_path, slm=slm, llm={"name": path, "context_tokens": 2048, "parallel": 3})
    assert models.endpoint("slm").base_url == models.endpoint("llm").base_url
    assert _Server.made == 1
    (engine,) = models._engines.values()
    assert (engine.context_tokens, engine.parallel) == (2048, 5)


def test_one_role_works_though_the_other_is_not_there(tmp_path: Path) -> None:
    models = _models(tmp_path, slm=_gguf(tmp_path, "a"), llm="qwen2.5-coder-1.5b")
    assert models.endpoint("slm").local
    with pytest.raises(ModelUnavailable, match=r"`pilares models pull qwen2\.5-coder-1\.5b`"):
        models.endpoint("llm")


def test_a_model_that_is_not_there_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="`pilares models pull multilingual-e5-small`"):
        _models(tmp_path).embedder()
    with pytest.raises(ModelUnavailable, match="pilares models pull"):
        _models(tmp_path, slm=str(tmp_path / "none.gguf")).endpoint("slm")


@pytest.mark.parametrize("name", ["nonsense", "all-minilm-l6-v2"])
def test_a_name_that_does_not_fit_the_role(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"qwen2\.5-coder-0\.5b"):
        _models(tmp_path, slm=name).endpoint("slm")


def test_a_language_model_is_no_embedder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="multilingual-e5-small"):
        _models(tmp_path, embedder="qwen2.5-coder-0.5b").embedder()


def test_chat_models_are_kept_and_options_do_not_stick(tmp_path: Path) -> None:
    models = _models(tmp_path, slm=_gguf(tmp_path, "a"))
    assert models.chat("slm") is models.chat("slm")
    assert models.chat("slm", max_tokens=5).max_tokens == 5
    assert models.chat("slm").max_tokens is None


def test_the_engine_is_set_up_as_asked(tmp_path: Path) -> None:
    slm = {"name": _gguf(tmp_path, "a"), "context_tokens": 1024, "parallel": 3}
    models = _models(tmp_path, slm=slm, threads=2)
    models.endpoint("slm")
    (engine,) = models._engines.values()
    (parameters,) = (server.parameters for server in engine._copies[0].servers)
    assert (parameters.n_ctx, parameters.n_parallel, parameters.cpuparams.n_threads) == (3072, 3, 2)
    assert (parameters.hostnames, parameters.port) == (["127.0.0.1"], 0)
    assert parameters.api_keys == [engine.api_key]
    assert len(engine.api_key) > 30


def test_closing_unloads(tmp_path: Path) -> None:
    with _models(tmp_path, slm=_gguf(tmp_path, "a")) as models:
        models.endpoint("slm")
        (engine,) = models._engines.values()
        assert engine.running
    assert not engine.running


def test_warming_tells_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable):
        _models(tmp_path, slm=_gguf(tmp_path, "a"), llm=_gguf(tmp_path, "b")).warm()


def _default_small(tmp_path: Path, **settings: Any) -> Models:
    """With a file in the place of the default small model, which only its name is asked of."""
    weights = QWEN_05B.weights(tmp_path / "models")
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"GGUF...")
    return _models(tmp_path, **settings)


def test_the_reader_is_the_small_model_asked_for_its_adapter(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(Models, "_check_installed", lambda *_: None)
    models = _default_small(tmp_path)
    small, reader = models.endpoint("slm"), models.endpoint("reader")
    assert models.has_reader
    assert (reader.base_url, reader.adapter, small.adapter) == (small.base_url, SHIPPED_NAME, "")
    assert (small.request_options, reader.request_options) == ({}, {"adapter": SHIPPED_NAME})
    assert models.chat("reader").extra_body == reader.request_options
    assert not models.chat("slm").extra_body
    (engine,) = models._engines.values()
    assert engine.adapters == {SHIPPED_NAME: SHIPPED / "adapter.gguf"}
    assert _Server.made == 1


@pytest.mark.parametrize("settings", [{"grounded_adapter": "none"}, {"slm": "m@https://api.test/v1"}])
def test_without_its_model_or_switched_off_there_is_no_reader(tmp_path: Path, settings: dict[str, Any]) -> None:
    models = _models(tmp_path, **settings)
    assert not models.has_reader
    with pytest.raises(ModelUnavailable, match="no reader"):
        models.endpoint("reader")


def test_an_own_small_model_is_loaded_without_the_adapter(tmp_path: Path) -> None:
    models = _models(tmp_path, slm=_gguf(tmp_path, "a"))
    models.endpoint("slm")
    (engine,) = models._engines.values()
    assert engine.adapters == {}
    assert not models.has_reader


def test_an_adapter_of_another_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    models = _models(tmp_path, slm=_gguf(tmp_path, "a"), grounded_adapter=str(SHIPPED))
    with pytest.raises(ModelUnavailable, match=r'trained for qwen2\.5-coder-0\.5b.* grounded_adapter = "none"'):
        models.endpoint("slm")


def test_an_adapter_that_is_not_that_of_its_card_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own"
    copytree(SHIPPED, own)
    (own / "adapter.gguf").write_bytes(b"GGUF but another")
    with pytest.raises(ModelUnavailable, match="is not the file of its card"):
        _ = _models(tmp_path, grounded_adapter=str(own)).has_reader


def test_loading_the_small_model_ahead_waits_for_nothing_and_fails_silently(tmp_path: Path) -> None:
    models = _models(tmp_path, slm=str(tmp_path / "none.gguf"))
    models.load_small()
    with pytest.raises(ModelUnavailable):
        models.endpoint("slm")
