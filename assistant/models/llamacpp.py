"""llama.cpp inside this process: a GGUF file served to ourselves as an OpenAI-compatible endpoint on loopback."""

import secrets
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from assistant.errors import ModelCorrupt, ModelUnavailable
from assistant.models.cores import usable_cores, wait_without_spinning

READY_SECONDS = 60.0
PING_SECONDS = 1
"""How long a stream waits before it notices that its reader left or that the engine is being stopped (theirs: 30)."""
PROMPT_CACHE_MIB = 128
"""Memory for prompts that had to leave their slot; without it two conversations on one slot lose their prefix."""
NGRAM_LOOKUP, NGRAM_DRAFT = 6, 8
"""Tokens that must repeat before a draft is made, and its length. llama.cpp's own 12 and 48 suit graphics cards: on a
processor, checking 48 tokens costs as much as writing ten, and most drafts of that length are wrong near their end."""


class LlamaCppEngine:
    """One model, loaded at the first use of `base_url` and unloaded by `stop`; safe to use from several threads.

    Each of the `parallel` answers has `context_tokens` to itself. The endpoint listens on loopback only and wants a key
    that exists in this process alone. `adapters` are LoRA files in GGUF form: loaded, without effect until a request
    asks for one with `"lora": [{"id": 0, "scale": 1}]`.
    """

    def __init__(
        self,
        model_path: Path,
        *,
        name: str | None = None,
        context_tokens: int = 4096,
        parallel: int = 2,
        threads: int | None = None,
        adapters: Sequence[Path] = (),
        speculate: bool = True,
    ) -> None:
        self.model_path = model_path
        self.name = name or model_path.stem
        self.context_tokens = context_tokens
        self.parallel = parallel
        self.threads = threads or usable_cores()
        self.adapters = tuple(adapters)
        self.speculate = speculate
        self.api_key = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self._server: list[Any] = []  # a list, so that the finaliser can empty it without keeping this object alive
        self._finaliser = weakref.finalize(self, _unload, self._server)

    @property
    def running(self) -> bool:
        """Whether the model is in memory."""
        return bool(self._server)

    @property
    def base_url(self) -> str:
        """Address of the endpoint, with `/v1`; loads the model if need be. Raises as `start` does."""
        return f"{self._started().listening_address}/v1"

    def start(self) -> None:
        """Load the model and wait until it answers. Does nothing when it is loaded.

        Raises ModelUnavailable when the file is not there or the memory does not suffice, ModelCorrupt when
        llama.cpp cannot read it.
        """
        self._started()

    def stop(self) -> None:
        """Unload the model and free its memory. It is loaded again when it is next used."""
        with self._lock:
            _unload(self._server)

    def _started(self) -> Any:
        with self._lock:
            if not self._server:
                self._check_files()
                server = self._load()
                _wait_until_ready(server.listening_address, self.name)
                self._server.append(server)
            return self._server[0]

    def _check_files(self) -> None:
        for path in (self.model_path, *self.adapters):
            if not path.is_file():
                raise ModelUnavailable(
                    f"The model file {path} is not there. Run `pilares models list` to see what is installed and "
                    "`pilares models pull NAME` to fetch it."
                )
            with path.open("rb") as stream:
                if stream.read(4) != b"GGUF":
                    raise ModelCorrupt(f"{path} is not a GGUF file. Run `pilares models pull NAME` to fetch it again.")

    def _load(self) -> Any:
        wait_without_spinning()
        import xllamacpp

        try:
            return xllamacpp.Server(self._parameters())
        except RuntimeError as error:
            raise ModelCorrupt(
                f"llama.cpp cannot load {self.model_path}: the file is cut short or damaged, or its context of "
                f"{self.parallel} times {self.context_tokens} tokens does not fit in memory. Run "
                "`pilares models pull NAME` to fetch it again, or lower `context_tokens` in pilares.toml."
            ) from error

    def _parameters(self) -> Any:
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.model_path)
        parameters.model_alias = {self.name}
        parameters.hostnames, parameters.port = ["127.0.0.1"], 0
        parameters.api_keys = [self.api_key]
        parameters.n_parallel = self.parallel
        parameters.n_ctx = self.context_tokens * self.parallel
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = self.threads
        parameters.cache_prompt, parameters.cache_ram_mib = True, PROMPT_CACHE_MIB
        parameters.use_jinja, parameters.warmup = True, True
        # Read, not mapped: most weights are rearranged for the processor, and a map would keep the originals as well
        # (1.5B: 1.4 GB resident instead of 2.0 GB).
        parameters.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
        parameters.ui = parameters.endpoint_slots = parameters.fit_params = False
        parameters.verbosity = 0
        parameters.sse_ping_interval = PING_SECONDS
        parameters.lora_init_without_apply = True
        parameters.lora_adapters = [_adapter(path) for path in self.adapters]
        if self.speculate:
            parameters.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
            ngram = parameters.speculative.ngram_simple
            ngram.size_n, ngram.size_m = NGRAM_LOOKUP, NGRAM_DRAFT
        return parameters


def _adapter(path: Path) -> Any:
    import xllamacpp

    return xllamacpp.CommonAdapterLoraInfo(str(path), 1.0)


def _unload(server: list[Any]) -> None:
    server.clear()  # the last reference: llama.cpp frees the model and its threads end


def _wait_until_ready(address: str, name: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(base_url=address, timeout=5.0, trust_env=False) as client:
        while time.monotonic() < deadline:
            try:
                if client.get("/health").is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
    raise ModelUnavailable(
        f"{name} was loaded but does not answer at {address} after {READY_SECONDS:.0f} s. Is another program using "
        "all cores? Try again, or choose a smaller model in pilares.toml."
    )
