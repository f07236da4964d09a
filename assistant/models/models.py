"""The models of one running assistant: which engine answers for which role."""

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from assistant.adapting import at_work
from assistant.errors import ConfigurationError, ModelError, ModelUnavailable
from assistant.locality import check_may_leave
from assistant.models.adapters import Adapters, read_adapters
from assistant.models.catalogue import Role, find_model
from assistant.models.completions import CompletionClient, Message
from assistant.models.download import require
from assistant.models.endpoint import Endpoint
from assistant.models.llamacpp import LlamaCppEngine
from assistant.settings import ModelSettings, Settings
from knowledge.embedder import Embedder

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

# The reader is the small model with the grounded adapter, which reads documents well and does nothing else.
ModelRole = Literal["slm", "llm", "reader"]


class Models:
    """Loads each model when it is first used, or all with `warm`; unloads them with `close`.

    A role with a `url` has no engine here. When both roles name the same file there is one engine, with the larger
    context and the answers in parallel of both. Safe to use from several threads.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._roles: dict[ModelRole, ModelSettings] = {"slm": settings.slm, "llm": settings.llm}
        self._lock = threading.RLock()
        self._embedding = threading.RLock()  # its own, so that a language model loads beside the embedder
        self._engines: dict[Path, LlamaCppEngine] = {}
        self._clients: dict[Endpoint, CompletionClient] = {}
        self._chats: dict[Endpoint, ChatOpenAI] = {}
        self._embedder: Embedder | None = None
        self._line_embedder: Embedder | None = None
        self._adapters: Adapters | None = None

    def chat(self, role: ModelRole, **options: Any) -> "ChatOpenAI":
        """The chat model of a role; `options` such as `max_tokens` or `extra_body` replace its fields.

        Raises ModelUnavailable or ModelCorrupt when the model cannot be loaded.
        """
        from assistant.models.chat import chat_model

        endpoint = self.endpoint(role)
        with self._lock:
            if endpoint not in self._chats:
                self._chats[endpoint] = chat_model(endpoint)
            chat = self._chats[endpoint]
        return chat.model_copy(update=options) if options else chat

    def first_token_logprobs(self, role: ModelRole, messages: Sequence[Message], *, top: int = 20) -> dict[str, float]:
        """The likeliest first tokens of an answer; see `CompletionClient`."""
        return self._client(self.endpoint(role)).first_token_logprobs(messages, top=top)

    def endpoint(self, role: ModelRole) -> Endpoint:
        """Where the role's model answers; loads it if it is local.

        Raises ModelUnavailable for a model elsewhere while the turn at work is kept here.
        """
        if role == "reader":
            if not self.has_reader:
                raise ModelUnavailable("There is no reader: the small model is another one, or its adapter is off.")
            small = self.endpoint("slm")
            return replace(small, adapter=self._reading_with())
        asked = self._roles[role]
        check_may_leave(asked.name, asked.url, trusted=asked.trusted)
        if asked.url is not None:
            key = asked.api_key.get_secret_value() if asked.api_key else ""
            return Endpoint(asked.name, asked.url, key)
        engine = self._engine(role, self._file(asked))
        if not engine.running:
            self._check_installed(role)
        return Endpoint(engine.name, engine.base_url, engine.api_key, local=True, transport=engine.transport)

    @property
    def adapters(self) -> Adapters:
        """What reads, and for whom. Raises ModelUnavailable when a configured adapter cannot be used."""
        with self._lock:
            if self._adapters is None:
                self._adapters = read_adapters(self._settings)
            return self._adapters

    @property
    def has_reader(self) -> bool:
        """Whether there is a small model with an adapter that reads. Raises as `adapters` does."""
        return bool(self.adapters.default)

    def adapter_for(self, groups: Collection[str], conversation: str) -> str:
        """The adapter that reads for a person of these groups in this conversation; empty for none."""
        return self.adapters.choose(groups, conversation)

    def follow_adapters(self, prime: Sequence[Message] = ()) -> Adapters:
        """Serve what is promoted now; `prime` is what every new adapter reads once before anybody waits for it.

        Requests go on meanwhile. Raises ModelError, and then what served before serves on.
        """
        now, before = read_adapters(self._settings), self.adapters

        def have_read(client: CompletionClient) -> None:
            for name in sorted(now.files.keys() - before.files.keys()):
                client.first_token_logprobs(prime, adapter=name)

        engine = self._engines.get(self._file(self._roles["slm"])) if self._roles["slm"].url is None else None
        if (
            engine is not None
        ):  # what served before stays loaded beside: turns have begun with it, and may go back to it
            engine.serve({**before.files, **now.files}, have_read if prime else None)
        with self._lock:
            self._adapters = now
        return now

    def _reading_with(self) -> str:
        """The adapter of the turn at work, while it is there; else the one for everybody."""
        turn, default = at_work(), self.adapters.default
        if turn is None:
            return default
        loaded = self._engine("slm", self._file(self._roles["slm"])).loaded
        turn.used = turn.used or (turn.wanted if turn.wanted in loaded else default)
        return turn.used

    def state(self, role: ModelRole) -> Literal["ready", "starting", "unavailable"]:
        """Whether a role's model can answer now; "starting" when it is here and not loaded yet. Never waits."""
        if self._roles[role].url is not None:
            return "ready"
        engine = self._engines.get(self._file(self._roles[role]))
        if engine is not None and engine.running:
            return "ready"
        try:
            self._check_installed(role)
        except ModelError:
            return "unavailable"
        return "starting"

    def embedder_id(self) -> str:
        """The `model_id` of the configured embedder, without loading it."""
        from assistant.models.embedder import embedder_id

        return embedder_id(find_model(self._settings.embedder, Role.EMBEDDER))

    def embedder(self) -> Embedder:
        """The embedding model; loads it at the first call."""
        with self._embedding:
            if self._embedder is None:
                from assistant.models.embedder import load_embedder

                self._embedder = load_embedder(find_model(self._settings.embedder, Role.EMBEDDER), self._folder)
            return self._embedder

    def line_embedder(self) -> Embedder:
        """The embedding model that tells which line answers a question; see `assistant.models.embedder`."""
        with self._embedding:
            if self._line_embedder is None:
                from assistant.models.embedder import line_embedder

                embedder, model = self.embedder(), find_model(self._settings.embedder, Role.EMBEDDER)
                self._line_embedder = line_embedder(model, embedder, self._settings.lines_adapter)
            return self._line_embedder

    def load_small(self) -> None:
        """Begin to load the small model, and return: the embedder's libraries take as long to be imported.

        What goes wrong is told by whoever needs the model.
        """

        def load() -> None:
            with suppress(ModelError, ConfigurationError):
                self.endpoint("slm")

        threading.Thread(target=load, name="small-model", daemon=True).start()

    def warm(self) -> None:
        """Load everything now, side by side, so that the first person does not wait."""
        tasks: list[Callable[[], object]] = [
            lambda: self.endpoint("slm"),
            lambda: self.endpoint("llm"),
            lambda: self.embedder().embed_queries([""]),
        ]
        with ThreadPoolExecutor(len(tasks)) as pool:
            for done in [pool.submit(task) for task in tasks]:
                done.result()

    def close(self) -> None:
        """Unload every model and close every connection."""
        with self._embedding, self._lock:
            for client in self._clients.values():
                client.close()
            for chat in self._chats.values():
                chat.root_client.close()
            for engine in self._engines.values():
                engine.stop()
            self._clients.clear()
            self._chats.clear()
            self._engines.clear()
            self._embedder = self._line_embedder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _folder(self) -> Path:
        return self._settings.models_folder

    def _engine(self, role: ModelRole, path: Path) -> LlamaCppEngine:
        with self._lock:
            if path not in self._engines:
                local = [asked for asked in self._roles.values() if asked.url is None]
                sharing = [asked for asked in local if self._file(asked) == path]
                self._engines[path] = LlamaCppEngine(
                    path,
                    name=self._roles[role].name,
                    context_tokens=max(asked.context_tokens for asked in sharing),
                    parallel=sum(asked.parallel for asked in sharing),
                    threads=self._settings.threads,
                    adapters=self.adapters.files if path == self._file(self._roles["slm"]) else {},
                )
            return self._engines[path]

    def _file(self, asked: ModelSettings) -> Path:
        """The GGUF file: one of the user's own, or a model of the catalogue."""
        if asked.name.endswith(".gguf"):
            return Path(asked.name).expanduser().resolve()
        return find_model(asked.name, Role.SLM, Role.LLM, Role.TEST).weights(self._folder)

    def _check_installed(self, role: ModelRole) -> None:
        name = self._roles[role].name
        if not name.endswith(".gguf"):
            require(find_model(name), self._folder)

    def _client(self, endpoint: Endpoint) -> CompletionClient:
        with self._lock:
            if endpoint not in self._clients:
                self._clients[endpoint] = CompletionClient(endpoint)
            return self._clients[endpoint]
