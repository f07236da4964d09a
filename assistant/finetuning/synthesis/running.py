"""Makes up questions to the documents of an installation, one at a time, into the review queue."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage

from assistant.errors import AssistantError, InvalidRequest
from assistant.finetuning.datasets import DatasetDesk
from assistant.finetuning.gathering import LayoutName, audiences_of, layout_of
from assistant.finetuning.layout import Laid
from assistant.finetuning.search import understood
from assistant.finetuning.synthesis.making import LANGUAGES, Synthesiser, tasks_of
from assistant.finetuning.synthesis.notes import FILE, Notes
from assistant.security.private import finder_of
from assistant.turn.answer import Evidence, TurnRequest
from finetune.examples import EVERYONE

if TYPE_CHECKING:
    from assistant.app import Assistant
    from knowledge.document import Document
    from knowledge.passage import Passage

OnMade = Callable[[int, int], None]
"""Called with the rows that were taken so far and those that are wanted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many rows, of which documents (names or ids; none: all), in which languages, readable by which group."""

    number: int = 50
    documents: tuple[str, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    group: str = EVERYONE
    layout: LayoutName = "auto"


@dataclass(slots=True)
class Synthesised:
    """How many rows wait for review, how many the doctor holds, and how many questions were not used, by why."""

    taken: int = 0
    held: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    exhausted: bool = False


def synthesise(assistant: "Assistant", wanted: Wanted, on_made: OnMade = lambda done, of: None) -> Synthesised:
    """Make up questions until so many rows are in the queue, or every passage was tried.

    Every row is stored at once: what is interrupted goes on with what was not tried. Raises InvalidRequest when there
    is nothing to ask about, DocumentNotFound and ModelError.
    """
    home, found = assistant.settings.home, Synthesised()
    desk, notes = DatasetDesk(home, finder_of(assistant.settings.security.presidio)), Notes(home / "finetune" / FILE)
    passages = _passages(assistant, wanted, found)
    tried, maker = notes.done(), _synthesiser(assistant, wanted)
    for task, passage in tasks_of(passages, wanted.languages):
        if task in tried:
            continue
        if found.taken >= wanted.number:
            return found
        made = maker.make(task, passage)
        if made.example is None:
            found.left_out[made.why] += 1
        else:
            taken = desk.take([made.example], trusted=False)
            found.taken += taken.new
            found.held += taken.held
            if not taken.new:
                found.left_out["it is there already"] += 1
        notes.add(task, made.why)
        on_made(found.taken, wanted.number)
    found.exhausted = found.taken < wanted.number
    return found


def _passages(assistant: "Assistant", wanted: Wanted, found: Synthesised) -> list[Sequence["Passage"]]:
    library, settings = assistant.library, assistant.settings
    groups = frozenset({EVERYONE, wanted.group})
    chosen: list[Document] = (
        [library.document(each) for each in wanted.documents] if wanted.documents else library.documents(groups)
    )
    stays = settings.llm.is_remote and settings.routing.privacy
    kept = [each for each in chosen if not each.hidden and not (stays and EVERYONE not in each.audience)]
    if left := len(chosen) - len(kept):
        found.left_out["its document is hidden, or restricted and the large model is elsewhere"] += left
    passages = [library.passages_of(each.id, groups) for each in kept]
    if not any(passages):
        raise InvalidRequest(
            f"There is no document to ask about that {wanted.group} may read. Add some with `pilares ingest`, or name "
            "another --group."
        )
    return [*passages]


def _synthesiser(assistant: "Assistant", wanted: Wanted) -> Synthesiser:
    from assistant.turn.models import RoleModels

    models = RoleModels(assistant.models, assistant.settings)

    def say(messages: Sequence[BaseMessage], **options: Any) -> str:
        try:
            return str(models.chat("llm").bind(**options).invoke(list(messages)).text)
        except AssistantError:
            raise
        except Exception as error:
            raise models.error("llm", error) from error

    def reader(laid: Laid) -> Any:
        return assistant.models.first_token_logprobs(
            "reader", [{"role": each.role, "content": each.content} for each in laid.messages]
        )

    return Synthesiser(
        say, _Search(assistant, wanted.group), layout_of(assistant, wanted.layout), audiences_of(assistant),
        reader if models.has_reader else None,
    )  # fmt: skip


class _Search:
    """Finds what a turn of somebody in a group would find."""

    def __init__(self, assistant: "Assistant", group: str) -> None:
        from assistant.grounding.evidence import EvidenceSelector
        from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
        from assistant.turn.middleware.retrieve import Retrieve
        from knowledge.lexical.analyzer import Analyzer

        settings, vectors, embedder = assistant.settings, assistant.sentences(), assistant.models.embedder()
        self._groups = frozenset({EVERYONE, group})
        self._retrieve = Retrieve(
            assistant.library, embedder, vectors, EvidenceSelector(vectors, Analyzer()),
            IntentClassifier(embedder, load_intents(SHIPPED)),
            tokens=settings.llm.evidence_tokens, most=settings.turn.passages,
        )  # fmt: skip

    def evidence(self, question: str, language: str) -> tuple[Evidence, ...]:
        """What a turn would put before a model."""
        found = self._retrieve.find(TurnRequest(question, groups=self._groups), understood(question, language))
        evidence: tuple[Evidence, ...] = found["evidence"]
        return evidence
