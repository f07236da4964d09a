"""The shipped strategies of a turn, put together from the settings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.handoff.settings import HandoffSettings
from assistant.storage.conversations import Conversations

if TYPE_CHECKING:
    from assistant.grounding.vectors import SentenceVectors
    from assistant.routing.desk import RoutingDesk
    from assistant.settings import Settings
    from assistant.turn.ports import LanguageModels, Searchable
    from assistant.turn.strategies.handoff import Announce
    from assistant.turn.strategies.strategy import Strategy


def handing_over(
    settings: HandoffSettings, conversations: Conversations, announce: "Sequence[Announce]", local_user: str
) -> "list[Strategy]":
    """The strategy that hands conversations to people, where there are any."""
    from assistant.turn.strategies.handoff import HandoffStrategy

    if not settings.enabled:
        return []
    return [HandoffStrategy(conversations.handoffs, conversations, settings, announce, local_user=local_user)]


def part_by_part(
    models: "LanguageModels",
    library: "Searchable",
    vectors: "SentenceVectors",
    desk: "RoutingDesk",
    settings: "Settings",
) -> "list[Strategy]":
    """The strategy for comparisons and questions of several parts, where there is a reader."""
    from assistant.grounding.citations import Citer
    from assistant.grounding.support.check import SupportCheck
    from assistant.turn.read import Reader
    from assistant.turn.remembering import Remembering
    from assistant.turn.strategies.part_reading import PartReader
    from assistant.turn.strategies.parts import PartsStrategy
    from assistant.turn.strategies.searching import PartSearch
    from knowledge.lexical.analyzer import Analyzer

    if not models.has_reader:
        return []
    citer, turn = Citer(vectors, Analyzer()), settings.turn
    search = PartSearch(
        library, Remembering(models.embedder()), vectors, tokens=settings.llm.evidence_tokens, most=turn.passages
    )
    check = SupportCheck.over(models, vectors)
    reader = PartReader(Reader(models, vectors, citer), citer, check, least=turn.least_confidence)
    return [PartsStrategy(reader, search, desk.lock_of)]
