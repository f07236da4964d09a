"""Puts the parts together: the one place where packages meet."""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from assistant.adapting import Adapting
from assistant.api.ports import EVERYONE, Groups, PartState, Progress, ServiceState
from assistant.documents import LibraryDocuments
from assistant.errors import AssistantError, InvalidRequest
from assistant.finetuning.withdrawing import Withdrawals
from assistant.messages import message
from assistant.models.models import Models
from assistant.pace import Errand, Pace
from assistant.platform_people import PlatformPeople
from assistant.security.accounts import Accounts
from assistant.security.person import LOCAL_USER
from assistant.security.private import finder_of
from assistant.settings import Settings, environment
from assistant.storage.conversations import Conversations
from assistant.talks import ConversationFiles
from assistant.tasks import TaskDesk
from assistant.telemetry.export import tracer_of
from assistant.tracing import Tracer, caller
from assistant.turn.answer import TurnRequest
from assistant.turn.events import Failed, Finished, TurnEvent
from assistant.turn.unfinished import Unfinished
from knowledge.errors import KnowledgeError
from knowledge.library import Library

if TYPE_CHECKING:
    from assistant.finetuning.watch import AdapterWatch
    from assistant.grounding.vectors import SentenceVectors
    from assistant.learning.nightly import Nightly
    from assistant.syncing import Syncing
    from assistant.turn.agent import TurnAgent
    from assistant.turn.strategies.handoff import Announce

# Passages whose sentences are embedded in one go in the background; small, so that questions need not wait long.
REFINED_AT_ONCE = 8
# How long the work in the background may take to notice that everything is closed.
CLOSING_S = 10.0
log = logging.getLogger(__name__)


def build_app(settings: Settings, *, on_handoff: "Sequence[Announce]" = ()) -> "Assistant":
    """Open everything an installation has. Models are loaded when first needed, or by `Assistant.warm`.

    `on_handoff` are told of every conversation that is handed to a person. Raises StoreLocked while another process has
    the home folder open, and the errors of the parts.
    """
    tracer = tracer_of(settings.telemetry, environment(), finder_of(settings.security.presidio))
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    models, pace = Models(settings), Pace()
    library = Library.open(settings.knowledge_folder, models.embedder, settings.knowledge, pace.between)
    files = ConversationFiles(library, lambda: None)

    def readable(user: str, documents: Collection[str]) -> frozenset[str]:
        found = library.grants.readable(documents, groups_of(user))
        return found | files.readable(user, frozenset(documents) - found, conversations.get)

    def deleted(conversation_id: str) -> None:
        Withdrawals(settings.home).conversation(conversation_id)
        files.forget(conversation_id)

    try:
        conversations = Conversations.open(settings.conversations_url, permitted=readable, deleted=deleted)
    except BaseException:
        library.close()
        raise
    accounts = Accounts(conversations.database, session_days=settings.security.session_days)
    people = PlatformPeople(settings.connectors, accounts.users)

    def groups_of(user: str) -> frozenset[str]:
        # Without accounts there is nobody else but people at this computer.
        nobody = frozenset[str]() if settings.needs_accounts else EVERYONE
        return accounts.groups_of(user) or people.groups_of(user) or nobody

    return Assistant(settings, models, library, conversations, accounts, people, pace, on_handoff, tracer)


class Assistant:
    """A turn in, a stream of events out; beside it the documents and the conversations."""

    def __init__(
        self, settings: Settings, models: Models, library: Library, conversations: Conversations, accounts: Accounts,
        people: PlatformPeople, pace: Pace, on_handoff: "Sequence[Announce]" = (), tracer: Tracer | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self._on_handoff, self._tracer = on_handoff, tracer
        self.models = models
        self.library = library
        self.conversations, self.accounts, self.people = conversations, accounts, people
        self._refining = Errand(self._refine_quietly, "refine")
        self.withdrawals = Withdrawals(settings.home)
        self.documents = LibraryDocuments(library, self._refining.soon, self.withdrawals.document)
        self.files = ConversationFiles(library, self._refining.soon)
        self.tasks = TaskDesk(settings, conversations)
        self._agent: TurnAgent | None = None
        self._sentences: SentenceVectors | None = None
        self._syncing: Syncing | None = None
        self._watch: AdapterWatch | None = None
        self._nightly: Nightly | None = None
        self._building = Lock()
        self._opening = Lock()
        self._closing = Event()
        self._pace = pace
        self._broken = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
        """Run one turn; see `assistant.turn.agent` for its way. Closing the iterator stops the model.

        The question is stored before any model runs. Raises InvalidRequest and NotFound before the first event.
        """
        self._check(request)
        user = request.user_id or LOCAL_USER
        conversation_id = request.conversation_id or self.conversations.start(user).id
        if request.conversation_id and not request.history:
            request = self._with_history(request, user, conversation_id)
        turn = self.conversations.begin_turn(user, conversation_id, request.text)
        so_far = Unfinished()
        finished = False
        self._pace.begin()
        try:
            for event in self._events(request, turn.id, conversation_id):
                so_far.take(event)
                if isinstance(event, Failed):
                    self.conversations.fail_turn(turn.id, event.message)
                finished = finished or isinstance(event, Finished | Failed)
                yield event
        finally:
            self._pace.end()
            if not finished:
                self.conversations.interrupt_turn(turn.id, so_far.text, so_far.documents)

    def _events(self, request: TurnRequest, turn_id: str, conversation_id: str) -> Iterator[TurnEvent]:
        from assistant.turn.context import TurnContext

        try:
            agent, adapter = self.agent(), self.models.adapter_for(request.groups, conversation_id)
        except (AssistantError, KnowledgeError) as error:
            yield Failed(str(error), conversation_id)
            return
        turn = TurnContext(request, turn_id, conversation_id, uuid4().hex, adapting=Adapting(adapter), caller=caller())
        yield from agent.run(turn)

    def _check(self, request: TurnRequest) -> None:
        language, limit = request.interface_language or self.settings.language, self.settings.turn.max_question_chars
        if not request.text.strip():
            raise InvalidRequest(message("empty_question", language))
        if len(request.text) > limit:
            raise InvalidRequest(message("question_too_long", language, length=len(request.text), limit=limit))

    def _with_history(self, request: TurnRequest, user: str, conversation_id: str) -> TurnRequest:
        limit = self.settings.turn.history_messages
        return replace(request, history=tuple(self.conversations.history(user, conversation_id, limit)))

    def agent(self) -> "TurnAgent":
        """The turn agent, built once: loads LangChain, the embedder and the small model."""
        with self._building:
            if self._agent is None:
                from assistant.agents import build_agent

                self._agent = build_agent(
                    self.settings, self.models, self.library, self.sentences(), self.conversations, self.tasks,
                    self._on_handoff, LOCAL_USER, self._tracer,
                )  # fmt: skip
            return self._agent

    def sentences(self) -> "SentenceVectors":
        """The vectors of single sentences, in a cache file of the home folder."""
        with self._opening:
            if self._sentences is None:
                from assistant.grounding.vectors import SentenceVectors

                self._sentences = SentenceVectors(
                    self.models.line_embedder(), self.settings.home / "cache" / "sentences.db"
                )
            return self._sentences

    def refine(self, progress: Progress | None = None) -> None:
        """Compute the sentence vectors that are missing, and forget those of deleted documents."""
        self.sweep()
        sentences, kept = self.sentences(), list[str]()
        documents = self.library.documents()
        for number, document in enumerate(documents, start=1):
            if self._closing.is_set():
                return
            passages = self.library.passages_of(document.id, document.audience)
            for start in range(0, len(passages), REFINED_AT_ONCE):
                self._pace.wait()
                if self._closing.is_set():
                    return
                sentences.known(passages[start : start + REFINED_AT_ONCE], compute=REFINED_AT_ONCE)
            kept += [passage.chunk_id for passage in passages]
            if progress is not None:
                progress(number, len(documents))
        sentences.keep_only(kept)

    def sweep(self) -> None:
        """Delete the files of conversations that were deleted where the library was not at hand. Loads no model."""
        self.files.sweep(self.conversations.database)

    def watch_adapters(self) -> None:
        """Serve what is promoted from now on, also by other processes, in the background."""
        with self._opening:
            if self._watch is None:
                from assistant.finetuning.canaries import judge_canaries
                from assistant.finetuning.watch import AdapterWatch, Steps
                from assistant.models.adapters import registry_of

                registry, traffic = registry_of(self.settings), self.conversations.traffic
                self._watch = AdapterWatch(
                    registry,
                    Steps(
                        lambda: self.models.follow_adapters(self._agent.opening if self._agent else ()),
                        lambda: judge_canaries(registry, self.models.adapters, traffic),
                    ),
                )
            self._watch.start()

    def start_learning(self) -> None:
        """Learn when it is due or somebody asks for it, in the background."""
        with self._opening:
            if self._nightly is None:
                from assistant.learning.journal import Journal
                from assistant.learning.nightly import Nightly
                from assistant.learning.run import JOURNAL, Learning
                from assistant.learning.stages import steps_of

                folder = self.settings.home / "finetune"
                learning = Learning(folder, steps_of(self, Journal(folder / JOURNAL)))
                self._nightly = Nightly(learning, self.settings.learn, folder, self._pace.quiet_s)
            self._nightly.start()

    def warm(self) -> None:
        """Load everything a turn needs. Errors are kept for `state`; a turn reports them again."""
        self.watch_adapters()
        self.models.load_small()
        try:
            self.agent()
            self._pace.wait()  # a question that came meanwhile may not need the large model
            self.models.warm()
            self._pace.wait()
            self.agent().prime()
        except (AssistantError, KnowledgeError) as error:
            self._broken = str(error)

    def start(self) -> None:
        """Load everything in the background, first what the first question needs; returns at once."""
        Thread(target=self._start, name="start", daemon=True).start()

    def _start(self) -> None:
        self.warm()
        try:
            self.library.finish()
            self.refine()
        except (AssistantError, KnowledgeError) as error:
            log.error("documents could not be prepared: %s", error)

    def syncing(self) -> "Syncing":
        """The sources of documents and their jobs. Raises SourceError when a source cannot be what it is said to be."""
        with self._opening:
            if self._syncing is None:
                from assistant.syncing import build_syncing

                self._syncing = build_syncing(self.settings, self.library)
            return self._syncing

    def start_syncing(self) -> None:
        """Keep documents in step with their sources from now on, in the background."""
        runner = self.syncing().runner
        runner.on_changed = self._refining.soon
        runner.start()

    def state(self, groups: Groups = EVERYONE) -> ServiceState:
        """Which parts can work, and how many documents these groups may read. Quick; never waits for a model."""
        index: PartState = "ready" if self._agent is not None else "unavailable" if self._broken else "starting"
        return ServiceState(
            slm=self.models.state("slm"),
            llm=self.models.state("llm"),
            index=index,
            documents=self.library.count_documents(groups),
        )

    def _refine_quietly(self) -> None:
        try:
            self.refine()
            self.library.examine()
        except (AssistantError, KnowledgeError) as error:
            log.error("sentence vectors could not be computed: %s", error)

    def close(self) -> None:
        """Stop the models and give the home folder back."""
        self._closing.set()
        for part in (self._watch, self._nightly, self._tracer):
            if part is not None:
                part.close()
        if self._syncing is not None:
            self._syncing.runner.close()
        self._refining.end(CLOSING_S)
        if self._sentences is not None:
            self._sentences.close()
        self.tasks.close()
        self.models.close()
        self.library.close()
        self.conversations.close()
