"""Which items the probes of a run have."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.finetuning.gate.organisations import grounding_items
from assistant.finetuning.gate.own_questions import dataset_of, items_of, spread
from assistant.finetuning.gate.routing import Routes, routing_scores
from assistant.finetuning.gate.wanted import ROUTING, Wanted
from assistant.finetuning.gate.wording import answer_items, trigger_items
from assistant.finetuning.search import Embedders, Searches
from assistant.models.models import Models
from assistant.settings import Settings
from finetune.datasets import Datasets
from finetune.examples import Example
from finetune.gate.asks import Item, Score
from finetune.gate.measuring import OnStep
from finetune.gate.probes import bias, canaries, forgetting, parity, trigger
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import read_organisations
from finetune.registry import Version

# Questions of one's own, and pairs of each file of one's own, that are asked unless all are.
MOST_OWN, MOST_PAIRS = 52, 120
# Opens the embedders of some settings (`Models` does).
Embedding = Callable[[Settings], AbstractContextManager[Embedders]]


@dataclass(slots=True)
class Plan:
    """Items to measure, scores that need no model, and what could not be measured."""

    items: list[Item] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, items: Sequence[Item], limit: int | None) -> None:
        """Take in the items of a probe, or some of them."""
        self.items += items if limit is None else spread(items, limit)


class Planner:
    """Finds the items of a run. Raises InvalidRequest and FinetuneError for what was named and cannot be used."""

    def __init__(
        self, settings: Settings, wanted: Wanted, version: Version, on_step: OnStep, opened: Embedding = Models
    ) -> None:
        self._opened = opened
        self._settings = settings
        self._wanted = wanted
        self._on_step = on_step
        self._datasets = Datasets(settings.home / "finetune" / "datasets")
        self._dataset, self._without = dataset_of(version.card, self._datasets)
        self._version = version

    def plan(self) -> Plan:
        """Everything that is wanted. What loads the embedder comes last."""
        plan, wanted = Plan(), self._wanted
        simple: Sequence[tuple[str, Callable[[], Sequence[Item]]]] = (
            (forgetting.NAME, lambda: list(forgetting.items())),
            (bias.NAME, self._bias),
            (trigger.NAME, lambda: trigger_items([*trigger.GENERIC, *trigger.learnt_words(self._learnt())])),
        )
        for name, items in simple:
            if wanted.wants(name):
                plan.add(items(), wanted.limit)
        if wanted.wants(canaries.NAME):
            self._canaries(plan)
        self._with_embedder(plan)
        return plan

    def _bias(self) -> list[Item]:
        items = list(bias.sentence_items(bias.shipped_pairs(), "shipped"))
        for file in self._wanted.bias:
            found = list(bias.sentence_items(bias.read_pairs(file), file.stem))
            items += found if self._wanted.thorough else spread(found, MOST_PAIRS)
        return [*items, *answer_items(base=self._wanted.thorough)]

    def _learnt(self) -> list[Example]:
        return [] if self._dataset is None else self._dataset.train()

    def _canaries(self, plan: Plan) -> None:
        file = self._wanted.canaries
        planted = self._version.card.get("canaries")
        found = canaries.read_canaries(file) if file else []
        found += [canaries.canary_of(each) for each in planted] if isinstance(planted, list) else []
        if not found:
            plan.notes.append("canaries: none were named (--canaries) and none stand in the card")
            return
        plan.add(list(canaries.items_of(found, self._wanted.seed)), self._wanted.limit)
        if self._dataset is not None:
            texts = [text for each in self._dataset.train() for text in each.texts()]
            plan.scores += canaries.in_rows(found, texts)

    def _with_embedder(self, plan: Plan) -> None:
        wanted = self._wanted
        if not any(wanted.wants(name) for name in ("held_out", "grounding", parity.NAME, ROUTING)):
            return
        with self._opened(self._settings) as models:
            made = list[Searches]()

            def searches() -> Searches:
                if not made:
                    made.append(Searches(self._settings, models))
                return made[0]

            if wanted.wants(ROUTING):
                plan.scores += routing_scores(Routes(self._settings, models.embedder()))
            if wanted.wants("held_out"):
                self._held_out(plan, searches)
            if wanted.wants("grounding"):
                held = [each for each in read_organisations(ORGANISATIONS) if each.held_out]
                found = grounding_items(held, searches(), wanted.seed, wanted.thorough, self._on_step)
                plan.add(found, wanted.limit)
        if wanted.wants(parity.NAME):
            asked = [each for each in plan.items if each.probe in ("held_out", "grounding")] or answer_items(base=False)
            plan.add(list(parity.items_of(asked)), wanted.limit)

    def _held_out(self, plan: Plan, searches: Callable[[], Searches]) -> None:
        """The card's dataset always counts: other questions come beside it, not in its place."""
        sources = [f"{self._dataset.name}"] if self._dataset is not None else []
        items = list[Item]()
        for source in [*sources, *self._wanted.questions]:
            items += items_of(source, self._datasets, searches, None if self._wanted.thorough else MOST_OWN)
        if self._without:
            plan.notes.append(f"own questions: {self._without}; name some with --questions")
        plan.add([replace(each, id=f"{number}:{each.id}") for number, each in enumerate(items)], self._wanted.limit)


def details_folder(settings: Settings) -> Path:
    """Where replies are kept."""
    return settings.home / "finetune" / "gate"
