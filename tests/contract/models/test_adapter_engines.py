"""Every engine keeps the promises of `AdapterEngine`: llama.cpp, transformers with peft, vLLM as recorded."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from assistant.errors import ModelCorrupt, ModelUnavailable
from assistant.models import catalogue
from assistant.models.adapter_engine import AdapterEngine, LlamaCppAdapters
from assistant.models.download import require
from assistant.models.embedder import quiet_transformers
from assistant.models.endpoint import Endpoint
from assistant.models.llamacpp import LlamaCppEngine
from assistant.models.peft_engine import PeftEngine
from assistant.models.vllm import VllmAdapters
from assistant.testing.adapter_engines import LONG, TOKENS, A, AdapterEngineConformance
from finetune.lora import GGUF, WEIGHTS
from finetune.testing.adapters import SMOLLM2, random_adapter

STRENGTH = 0.12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adapters")
    random_adapter(folder / "first", SMOLLM2, seed=1, strength=STRENGTH)
    random_adapter(folder / "second", SMOLLM2, seed=2, strength=STRENGTH)
    return folder


@pytest.fixture(scope="module")
def served(models_folder: Path) -> Iterator[LlamaCppEngine]:
    require(catalogue.SMOLLM2, models_folder)
    model = LlamaCppEngine(catalogue.SMOLLM2.weights(models_folder), name="small", context_tokens=512, parallel=2)
    yield model
    model.stop()


@pytest.fixture(scope="module")
def dequantised(models_folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    found, file = require(catalogue.SMOLLM2, models_folder), catalogue.SMOLLM2.files[0].name
    with quiet_transformers():
        return (
            AutoModelForCausalLM.from_pretrained(found, gguf_file=file),
            AutoTokenizer.from_pretrained(found, gguf_file=file),
        )


class RandomAdapters(AdapterEngineConformance):
    @pytest.fixture
    def first(self, folder: Path) -> Path:
        return folder / "first"

    @pytest.fixture
    def second(self, folder: Path) -> Path:
        return folder / "second"

    @pytest.fixture
    def damaged(self, folder: Path, tmp_path: Path) -> Path:
        copytree(folder / "first", tmp_path / "damaged")
        for name in (GGUF, WEIGHTS):
            file = tmp_path / "damaged" / name
            file.write_bytes(file.read_bytes()[:2000])
        return tmp_path / "damaged"


@pytest.mark.models
class TestLlamaCpp(RandomAdapters):
    @pytest.fixture
    def engine(self, served: LlamaCppEngine) -> AdapterEngine:
        served.serve({})
        return LlamaCppAdapters(served)

    def test_without_a_word_about_adapters_none_has_an_effect(
        self, served: LlamaCppEngine, engine: AdapterEngine, first: Path
    ) -> None:
        """llama.cpp itself would apply them all to requests that name none."""
        plain = engine.generate(LONG, max_tokens=TOKENS)
        engine.load(A, first)
        assert engine.generate(LONG, A, max_tokens=TOKENS) != plain
        body = {"messages": LONG, "max_tokens": TOKENS, "temperature": 0, "cache_prompt": False}
        headers = {"Authorization": f"Bearer {served.api_key}"}
        answer = httpx.post(f"{served.base_url}/chat/completions", json=body, headers=headers, timeout=60).json()
        assert answer["choices"][0]["message"]["content"] == plain


@pytest.mark.models
@pytest.mark.long
class TestPeft(RandomAdapters):
    slots = 4

    @pytest.fixture
    def engine(self, dequantised: Any) -> AdapterEngine:
        return PeftEngine(*dequantised, slots=self.slots)


class TestPeftSwapping(TestPeft):
    """With one slot, every change of adapter is a hot swap."""

    slots = 1


class _Vllm:
    """vLLM's endpoints for adapters, as its documentation and its answers have them; an adapter says its own name."""

    def __init__(self, *, updating: bool = True) -> None:
        self.adapters = dict[str, str]()
        self.updating = updating

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, json.loads(request.content or b"{}")
        if path == "/v1/models":
            base = {"id": "base", "object": "model", "parent": None}
            return httpx.Response(200, json={"data": [base, *({"id": n, "parent": "base"} for n in self.adapters)]})
        if path == "/v1/chat/completions":
            return self._answer(body)
        if not self.updating:
            return httpx.Response(404, json={"detail": "Not Found"})
        return self._load(body) if path == "/v1/load_lora_adapter" else self._unload(body)

    def _answer(self, body: dict[str, Any]) -> httpx.Response:
        if body["model"] != "base" and body["model"] not in self.adapters:
            return _error(404, f"The model `{body['model']}` does not exist.")
        return httpx.Response(200, json={"choices": [{"message": {"content": f"I am {body['model']}."}}]})

    def _load(self, body: dict[str, Any]) -> httpx.Response:
        name, path = body["lora_name"], Path(body["lora_path"])
        if name in self.adapters:
            return _error(400, f"The lora adapter '{name}' has already been loaded.")
        if (path / WEIGHTS).stat().st_size < 10_000:
            return _error(400, f"Loading lora {name} failed: SafetensorError: incomplete metadata")
        self.adapters[name] = str(path)
        return httpx.Response(200, text=f"Success: LoRA adapter '{name}' added successfully.")

    def _unload(self, body: dict[str, Any]) -> httpx.Response:
        if self.adapters.pop(body["lora_name"], None) is None:
            return _error(404, f"The lora adapter '{body['lora_name']}' cannot be found.")
        return httpx.Response(200, text=f"Success: LoRA adapter '{body['lora_name']}' removed successfully.")


def _error(status: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": message, "type": "BadRequestError", "code": status}})


def _vllm(server: Any) -> VllmAdapters:
    return VllmAdapters(Endpoint("base", "http://vllm.test/v1"), transport=httpx.MockTransport(server))


class TestVllm(RandomAdapters):
    @pytest.fixture
    def engine(self) -> AdapterEngine:
        return _vllm(_Vllm())

    def test_it_is_given_the_path_that_the_server_sees(self, first: Path) -> None:
        server = _Vllm()
        engine = _vllm(server)
        engine._seen_as = lambda folder: str(folder)
        engine.load(A, first)
        assert server.adapters == {A: str(first)}

    def test_somebody_else_may_have_loaded_it_meanwhile(self, first: Path) -> None:
        server = _Vllm()
        server.adapters[A] = "x"
        _vllm(server)._post("load_lora_adapter", {"lora_name": A, "lora_path": str(first)}, "already")

    def test_a_server_that_does_not_load_while_it_runs_is_told_apart(self, first: Path) -> None:
        with pytest.raises(ModelUnavailable, match="VLLM_ALLOW_RUNTIME_LORA_UPDATING"):
            _vllm(_Vllm(updating=False)).load(A, first)

    def test_what_vllm_refuses_is_said_in_its_words(self, damaged: Path) -> None:
        with pytest.raises(ModelCorrupt, match="SafetensorError"):
            _vllm(_Vllm()).load(A, damaged)

    def test_a_server_that_is_down_is_unavailable(self, first: Path) -> None:
        def down(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("refused")

        with pytest.raises(ModelUnavailable):
            _vllm(down).load(A, first)
