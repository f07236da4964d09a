"""The strategies for documents as a whole and for texts that people want written, put together."""

from collections.abc import Sequence

from assistant.grounding.citations import Citer
from assistant.grounding.support.check import SupportCheck
from assistant.grounding.vectors import SentenceVectors
from assistant.settings import Settings
from assistant.turn.ports import LanguageModels
from assistant.turn.strategies.draft import DraftStrategy
from assistant.turn.strategies.facts import Facts
from assistant.turn.strategies.finder import DocumentFinder, Documents
from assistant.turn.strategies.meant_document import MeantDocument
from assistant.turn.strategies.past import Past
from assistant.turn.strategies.strategy import LockOf, Strategy
from assistant.turn.strategies.summary import SummaryStrategy
from assistant.turn.strategies.translation import TranslationStrategy
from knowledge.lexical.analyzer import Analyzer


def writing_strategies(
    settings: Settings, models: LanguageModels, documents: Documents, vectors: SentenceVectors, past: Past,
    lock_of: LockOf, local_user: str,
) -> Sequence[Strategy]:  # fmt: skip
    """Summaries, translations and drafts; all come before the search."""
    finder = DocumentFinder(documents, vectors, Analyzer())
    meant = MeantDocument(finder, past, local_user)
    check = SupportCheck.over(models, vectors) if models.has_reader else None
    analyzer = Analyzer()
    reads_well = not settings.llm.sifts
    return (
        SummaryStrategy(meant, vectors, check, lock_of, words=reads_well),
        TranslationStrategy(meant, lock_of, reads_well=reads_well),
        DraftStrategy(meant, Facts(vectors), Citer(vectors, analyzer), lock_of, settings.drafting, words=reads_well),
    )
