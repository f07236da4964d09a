"""The shipped strategies of a turn, put together from the settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.storage.conversations import Conversations
from knowledge.library import Library

if TYPE_CHECKING:
    from assistant.grounding.vectors import SentenceVectors
    from assistant.routing.desk import RoutingDesk
    from assistant.routing.intents import IntentClassifier
    from assistant.settings import Settings
    from assistant.tasks import TaskDesk
    from assistant.turn.ports import LanguageModels
    from assistant.turn.strategies.handoff import Announce
    from assistant.turn.strategies.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Kit:
    """What strategies are made of."""

    settings: "Settings"
    models: "LanguageModels"
    library: Library
    vectors: "SentenceVectors"
    conversations: Conversations
    intents: "IntentClassifier"
    desk: "RoutingDesk"
    local_user: str


def handing_over(kit: Kit, announce: "Sequence[Announce]") -> "list[Strategy]":
    """The strategy that hands conversations to people, where there are any; or says that there are none."""
    from assistant.turn.strategies.handoff import HandoffStrategy, Unattended

    settings, past = kit.settings.handoff, kit.conversations
    if not settings.enabled:
        return [Unattended(settings)]
    return [HandoffStrategy(past.handoffs, past, settings, announce, local_user=kit.local_user)]


@dataclass(frozen=True, slots=True)
class Working:
    """The strategies of tasks with tools, by when they are asked."""

    before_search: "Sequence[Strategy]" = ()
    after_search: "Sequence[Strategy]" = ()


def working(kit: Kit, tasks: "TaskDesk", otherwise: Sequence[str]) -> Working:
    """Tasks with tools, where there are any. With a reader the documents are asked first where it is doubtful."""
    from assistant.grounding.citations import Citer
    from assistant.turn.read import Reader
    from assistant.turn.strategies.doubtful import DoubtfulTask
    from knowledge.lexical.analyzer import Analyzer

    if not tasks.wanted:
        return Working()
    models, reads = kit.models, kit.models.has_reader
    task = tasks.strategy(models.embedder(), otherwise, kit.local_user, doubtful_later=reads)
    if not reads:
        return Working([task])
    return Working([task], [DoubtfulTask(task, Reader(models, kit.vectors, Citer(kit.vectors, Analyzer())))])


def checking(kit: Kit) -> "list[Strategy]":
    """The strategy that checks a text against the documents."""
    from assistant.grounding.support.check import SupportCheck
    from assistant.turn.strategies.checking import CheckingStrategy
    from assistant.turn.strategies.meant import meaning

    meant = meaning(kit.intents, kit.models.embedder(), CheckingStrategy.name)
    return [CheckingStrategy(SupportCheck.of_texts(kit.models, kit.vectors), meant, kit.desk.lock_of)]


def curated(kit: Kit) -> "list[Strategy]":
    """The strategy that serves what a person has answered before."""
    from assistant.curated.nearest import Nearest, least_of
    from assistant.turn.remembering import Remembering
    from assistant.turn.strategies.curated import CuratedStrategy

    if not kit.settings.curated.enabled:
        return []
    store, embedder = kit.conversations.curated, Remembering(kit.models.embedder())
    nearest = Nearest(store, embedder.embed_queries)
    return [CuratedStrategy(store, nearest, kit.library, least_of(embedder.model_id))]


def recommending(kit: Kit) -> "list[Strategy]":
    """The strategy that recommends from a catalogue among the documents."""
    from assistant.turn.strategies.meant import meaning
    from assistant.turn.strategies.recommending import RecommendingStrategy

    meant = meaning(kit.intents, kit.models.embedder(), RecommendingStrategy.name)
    return [RecommendingStrategy(kit.library, kit.vectors, meant, kit.desk.lock_of)]


def writing(kit: Kit) -> "Sequence[Strategy]":
    """The strategies for documents as a whole and for texts that people want written."""
    from assistant.turn.strategies.writing import writing_strategies

    return writing_strategies(
        kit.settings, kit.models, kit.library, kit.vectors, kit.conversations, kit.desk.lock_of, kit.local_user
    )


def part_by_part(kit: Kit) -> "list[Strategy]":
    """The strategy for comparisons and questions of several parts, where there is a reader."""
    from assistant.grounding.citations import Citer
    from assistant.grounding.support.check import SupportCheck
    from assistant.turn.read import Reader
    from assistant.turn.remembering import Remembering
    from assistant.turn.strategies.part_reading import PartReader
    from assistant.turn.strategies.parts import PartsStrategy
    from assistant.turn.strategies.searching import PartSearch
    from knowledge.lexical.analyzer import Analyzer

    models, vectors = kit.models, kit.vectors
    if not models.has_reader:
        return []
    citer, turn, tokens = Citer(vectors, Analyzer()), kit.settings.turn, kit.settings.llm.evidence_tokens
    search = PartSearch(kit.library, Remembering(models.embedder()), vectors, tokens=tokens, most=turn.passages)
    check = SupportCheck.over(models, vectors)
    reader = PartReader(Reader(models, vectors, citer), citer, check, least=turn.least_confidence)
    return [PartsStrategy(reader, search, kit.desk.lock_of)]
