"""Opens what collecting and building need of an installation: its feedback, its documents, its tokenizer."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from assistant.finetuning.collecting import Collected, Collector, HandOffs
from assistant.finetuning.layout import Layout, ReaderLayout, WholeLayout
from assistant.grounding.citations import Citer
from assistant.models.adapters import read_adapters
from assistant.models.catalogue import Role, find_model
from assistant.models.download import require
from assistant.security.private import finder_of
from assistant.settings import SLM_DEFAULT, Settings
from finetune.grounded.tokens import ChatTokenizer
from knowledge.lexical.analyzer import Analyzer

if TYPE_CHECKING:
    from assistant.app import Assistant

LayoutName = Literal["auto", "reader", "whole"]
# Feedback that is looked at; the newest.
MOST_FEEDBACK = 100_000


def collect(
    assistant: "Assistant",
    layout: LayoutName = "auto",
    since: datetime | None = None,
    hand_offs: HandOffs | None = None,
) -> Collected:
    """Examples of everybody's feedback and of hand-offs (by default those of this installation), for the small model.

    Raises ModelUnavailable without the embedder.
    """
    feedback = assistant.conversations.feedback(limit=MOST_FEEDBACK, since=since)
    found = (hand_offs or assistant.conversations.handoffs).answered()
    handed_over = tuple(each for each in found if since is None or each.created >= since)
    if not feedback and not handed_over:
        return Collected(())
    finder = finder_of(assistant.settings.security.presidio)
    answers = assistant.conversations.answer
    collector = Collector(answers, layout_of(assistant, layout), audiences_of(assistant), finder)
    return collector.collect(feedback, handed_over)


def layout_of(assistant: "Assistant", name: LayoutName) -> Layout:
    """The way in which the small model is asked here: line by line when it reads with an adapter, or all at once."""
    settings, vectors = assistant.settings, assistant.sentences()
    citer = Citer(vectors, Analyzer())
    reads = bool(read_adapters(settings).default) if name == "auto" else name == "reader"
    return ReaderLayout(vectors, citer) if reads else WholeLayout(citer, settings.slm.evidence_tokens)


def audiences_of(assistant: "Assistant") -> Mapping[str, tuple[str, ...]]:
    """The groups that may read each document that is there."""
    return {document.id: document.audience for document in assistant.library.documents()}


def tokenizer_of(settings: Settings) -> ChatTokenizer:
    """The tokenizer and template of the small model; of the default one where another program serves it.

    Raises ModelUnavailable when it is not here, TrainingUnavailable without the extra `finetune`.
    """
    small = settings.slm
    elsewhere = small.url is not None or small.name.endswith(".gguf")
    model = find_model(str(SLM_DEFAULT["name"]) if elsewhere else small.name, Role.SLM, Role.LLM, Role.TEST)
    cache = settings.home / "cache" / f"tokenizer-{model.files[0].sha256[:12]}"
    return ChatTokenizer(require(model, settings.models_folder) / model.files[0].name, cache)
