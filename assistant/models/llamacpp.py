"""llama.cpp inside this process: a GGUF file served to ourselves as an OpenAI-compatible endpoint on loopback."""

import secrets
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from assistant.adapting import at_work
from assistant.errors import ModelCorrupt, ModelUnavailable
from assistant.models.completions import CompletionClient
from assistant.models.cores import usable_cores, wait_without_spinning
from assistant.models.endpoint import Endpoint
from assistant.models.generation import Direct, Generation, ToServing, check_room

READY_SECONDS = 60.0
PING_SECONDS = 1
"""How long a stream waits before it notices that its reader left or that the engine is being stopped (theirs: 30)."""
DRAIN_SECONDS = 300.0
"""How long a copy of the model with the adapters of before may take to answer what it has begun."""
PROMPT_CACHE_MIB = 128
"""Memory for prompts that had to leave their slot; without it two conversations on one slot lose their prefix."""
NGRAM_LOOKUP, NGRAM_DRAFT = 6, 8
"""Tokens that must repeat before a draft is made, and its length. llama.cpp's own 12 and 48 suit graphics cards: on a
processor, checking 48 tokens costs as much as writing ten, and most drafts of that length are wrong near their end."""


class LlamaCppEngine:
    """One model, loaded at the first use of `base_url` and unloaded by `stop`; safe to use from several threads.

    Each of the `parallel` answers has `context_tokens` to itself. The endpoint listens on loopback only and wants a key
    that exists in this process alone. `adapters` are LoRA files in GGUF form by name: loaded, without effect until a
    request sent through `transport` asks for one with `"adapter": NAME`.
    """

    def __init__(
        self,
        model_path: Path,
        *,
        name: str | None = None,
        context_tokens: int = 4096,
        parallel: int = 2,
        threads: int | None = None,
        adapters: Mapping[str, Path] | None = None,
        speculate: bool = True,
    ) -> None:
        self.model_path = model_path
        self.name = name or model_path.stem
        self.context_tokens = context_tokens
        self.parallel = parallel
        self.threads = threads or usable_cores()
        self.adapters = dict(adapters or {})
        self.speculate = speculate
        self.api_key = secrets.token_urlsafe(32)
        self._changed = threading.Condition()
        self._switching = threading.Lock()
        self._copies: list[Generation] = []  # the last one serves, those before answer what they have begun
        self._finaliser = weakref.finalize(self, _unload, self._copies)

    @property
    def running(self) -> bool:
        """Whether the model is in memory."""
        return bool(self._copies)

    @property
    def base_url(self) -> str:
        """Address of the endpoint, with `/v1`; loads the model if need be. Raises as `start` does."""
        return f"{self._started().address}/v1"

    @property
    def loaded(self) -> dict[str, Path]:
        """The adapters that requests of the turn at work may ask for; of the next start while it is not running."""
        with self._changed:
            copy = self._begun_with() or (self._copies[-1] if self._copies else None)
            return dict(self.adapters if copy is None else copy.adapters)

    def start(self) -> None:
        """Load the model and wait until it answers. Does nothing when it is loaded.

        Raises ModelUnavailable when the file is not there or the memory does not suffice, ModelCorrupt when
        llama.cpp cannot read it.
        """
        self._started()

    def stop(self) -> None:
        """Unload the model and free its memory. It is loaded again when it is next used."""
        with self._changed:
            _unload(self._copies)
            self._changed.notify_all()

    def transport(self) -> ToServing:
        """The way of requests to this model, also while it moves to other adapters."""
        return ToServing(self)

    def serve(self, adapters: Mapping[str, Path], prime: "Callable[[CompletionClient], None] | None" = None) -> None:
        """Have these adapters to choose from. Those that are not loaded are, in a second copy of the model.

        New requests go to it once it has answered and `prime` has had its way with it; the first copy is freed when it
        has answered what it had begun. Raises ModelUnavailable and ModelCorrupt; then all stays as it was.
        """
        with self._switching:
            with self._changed:
                serving = self._copies[-1] if self._copies else None
                if serving is None or adapters.items() <= serving.adapters.items():
                    self.adapters = dict(adapters)
                    return
                self._changed.wait_for(lambda: len(self._copies) <= 1, DRAIN_SECONDS)  # never three in memory
            check_room(self.model_path)
            fresh = self._loaded(adapters)
            if prime is not None:
                self._prime(fresh, prime)
            with self._changed:
                if not self._copies:  # stopped meanwhile
                    fresh.close()
                    return
                self.adapters = dict(adapters)
                self._copies.append(fresh)
            threading.Thread(target=self._drain, args=(serving,), name="drain", daemon=True).start()

    def enter(self) -> Generation:
        """The copy that the next request goes to: the one the turn at work has begun with, else the one that serves."""
        with self._changed:
            copy = self._begun_with()
            if copy is None:
                copy = self._started()
                if (turn := at_work()) is not None:
                    copy.turns += 1
                    turn.held[self] = copy
            copy.requests += 1
            return copy

    def leave(self, generation: Generation) -> None:
        """A request was answered, or given up."""
        with self._changed:
            generation.requests -= 1
            self._changed.notify_all()

    def let_go(self, held: Generation) -> None:
        """A turn that began with a copy is over."""
        with self._changed:
            held.turns -= 1
            self._changed.notify_all()

    def _begun_with(self) -> Generation | None:
        """The copy that the turn at work has begun with, while that is there."""
        turn = at_work()
        copy: Generation | None = turn.held.get(self) if turn is not None else None
        return None if copy is None or copy.closed else copy

    def _drain(self, before: Generation) -> None:
        with self._changed:
            self._changed.wait_for(lambda: before.idle or before.closed, DRAIN_SECONDS)
            if before in self._copies:
                self._copies.remove(before)
            before.close()
            self._changed.notify_all()

    def _prime(self, fresh: Generation, prime: "Callable[[CompletionClient], None]") -> None:
        where = Endpoint(self.name, f"{fresh.address}/v1", self.api_key, local=True)
        client = CompletionClient(where, transport=Direct(fresh))
        try:
            prime(client)
        except BaseException:
            fresh.close()
            raise
        finally:
            client.close()

    def _started(self) -> Generation:
        with self._changed:
            if not self._copies:
                self._copies.append(self._loaded(self.adapters))
            return self._copies[-1]

    def _loaded(self, adapters: Mapping[str, Path]) -> Generation:
        self._check_files(adapters)
        copy = Generation(self._load(adapters), adapters)
        try:
            _wait_until_ready(str(copy.address), self.name, self.api_key)
        except BaseException:
            copy.close()
            raise
        return copy

    def _check_files(self, adapters: Mapping[str, Path]) -> None:
        for path in (self.model_path, *adapters.values()):
            if not path.is_file():
                raise ModelUnavailable(
                    f"The model file {path} is not there. Run `pilares models list` to see what is installed and "
                    "`pilares models pull NAME` to fetch it."
                )
            with path.open("rb") as stream:
                if stream.read(4) != b"GGUF":
                    raise ModelCorrupt(f"{path} is not a GGUF file. Run `pilares models pull NAME` to fetch it again.")

    def _load(self, adapters: Mapping[str, Path]) -> Any:
        wait_without_spinning()
        import xllamacpp

        try:
            return xllamacpp.Server(self._parameters(adapters))
        except RuntimeError as error:
            raise ModelCorrupt(
                f"llama.cpp cannot load {self.model_path}{_with(adapters)}: a file is cut short or damaged, or its "
                f"context of {self.parallel} times {self.context_tokens} tokens does not fit in memory. Run "
                "`pilares models pull NAME` to fetch it again, or lower `context_tokens` in pilares.toml."
            ) from error

    def _parameters(self, adapters: Mapping[str, Path]) -> Any:
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.model_path)
        parameters.model_alias = {self.name}
        parameters.hostnames, parameters.port = ["127.0.0.1"], 0
        parameters.api_keys = [self.api_key]
        parameters.n_parallel = self.parallel
        parameters.n_ctx = self.context_tokens * self.parallel
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = self.threads
        # Prompts in memory are found by their words alone, whichever adapter has read them.
        parameters.cache_prompt, parameters.cache_ram_mib = True, 0 if adapters else PROMPT_CACHE_MIB
        parameters.use_jinja = True
        parameters.warmup = not self._copies  # a second copy is warmed by what it is primed with
        # Read, not mapped: most weights are rearranged for the processor, and a map would keep the originals as well
        # (1.5B: 1.4 GB resident instead of 2.0 GB).
        parameters.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
        parameters.ui = parameters.endpoint_slots = parameters.fit_params = False
        parameters.verbosity = 0
        parameters.sse_ping_interval = PING_SECONDS
        parameters.lora_init_without_apply = True
        parameters.lora_adapters = [_adapter(path) for path in adapters.values()]
        if self.speculate:
            parameters.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
            ngram = parameters.speculative.ngram_simple
            ngram.size_n, ngram.size_m = NGRAM_LOOKUP, NGRAM_DRAFT
        return parameters


def _adapter(path: Path) -> Any:
    import xllamacpp

    return xllamacpp.CommonAdapterLoraInfo(str(path), 0.0)  # without effect on requests that name none


def _with(adapters: Mapping[str, Path]) -> str:
    return f" with the adapters {', '.join(adapters)}" if adapters else ""


def _unload(copies: list[Generation]) -> None:
    while copies:
        copies.pop().close()  # the last reference: llama.cpp frees the model and its threads end


def _wait_until_ready(address: str, name: str, key: str) -> None:
    """Return when the queue of requests is worked on, which begins after the address answers.

    Ending llama.cpp before that is forgotten, and then waits for ever (its destructor joins a loop whose start undoes
    the order to end): on a machine with little time, closing soon after loading hung. The list of adapters is the
    cheapest request that goes through the queue.
    """
    deadline = time.monotonic() + READY_SECONDS
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=address, timeout=5.0, trust_env=False, headers=headers) as client:
        while time.monotonic() < deadline:
            try:
                if client.get("/lora-adapters").is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
    raise ModelUnavailable(
        f"{name} was loaded but does not answer at {address} after {READY_SECONDS:.0f} s. Is another program using "
        "all cores? Try again, or choose a smaller model in pilares.toml."
    )
