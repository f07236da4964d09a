"""What the stages of a run do in an installation."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from assistant.curated.standing import mark_stale
from assistant.finetuning.datasets import DatasetDesk
from assistant.learning.journal import Journal
from assistant.learning.run import Enough, Found, Steps
from assistant.learning.training import Judge, Train, judge, train
from assistant.models.adapters import groups_served, registry_of
from assistant.security.private import finder_of
from finetune.building import LEAST, Recipe
from finetune.errors import FinetuneError
from finetune.withdrawal import affected

if TYPE_CHECKING:
    from assistant.app import Assistant
    from finetune.building import Prepared
    from finetune.registry import Registry

WHO = "pilares learn"
PASSED = "pass"
REVIEW = "`pilares finetune dataset review list` shows what waits"


def steps_of(
    assistant: "Assistant", journal: Journal, train: Train = train, judge: Judge = judge,
    registry: "Registry | None" = None,
) -> Steps:  # fmt: skip
    """The stages, with the training and the gate that are given."""
    stages = _Stages(assistant, journal, train, judge, registry or registry_of(assistant.settings))
    return Steps(stages.collect, stages.check, stages.build, stages.train, stages.gate, stages.decide)


class _Stages:
    def __init__(
        self, assistant: "Assistant", journal: Journal, train: Train, judge: Judge, registry: "Registry"
    ) -> None:
        self._assistant = assistant
        self._settings = assistant.settings
        self._learn = assistant.settings.learn
        self._desk = DatasetDesk(assistant.settings.home, finder_of(assistant.settings.security.presidio))
        self._journal = journal
        self._train = train
        self._judge = judge
        self._registry = registry

    def collect(self, _: Found) -> Found:
        """Everybody's feedback and hand-offs into the queue; curated answers follow."""
        from assistant.finetuning import gathering
        from assistant.finetuning.following import follow

        taken = self._desk.propose(gathering.collect(self._assistant), trust=self._learn.trusted)
        rows = self._desk.queue.rows()
        done = follow(
            self._assistant.conversations, rows, trusted=self._learn.trusted,
            days=self._settings.curated.review_days,
        )  # fmt: skip
        stale = mark_stale(self._assistant.conversations.curated, self._assistant.library)
        waiting = sum(each.state in ("proposed", "held") for each in rows)
        return {
            "new": taken.new, "waiting": waiting, "curated": len(done.made),
            "why": f"{taken.new} new rows, {waiting} wait for review, {len(done.made)} new curated answers, "
            f"{len(stale)} older ones no longer stand",
        }  # fmt: skip

    def check(self, _: Found) -> Found:
        """Whether there is enough to learn from, past the doctor."""
        learnt = self._learnt()
        self._enough({each.example.id for each in self._desk.queue.rows("accepted")} - learnt)  # it takes a moment
        prepared = self._prepared()
        rows = {each.id for each in prepared.rows}
        fresh = self._enough(rows - learnt)
        if len(rows) < LEAST:
            raise Enough(f"{len(rows)} rows are too few for a dataset: {LEAST} are needed; {REVIEW}")
        return {"rows": len(rows), "fresh": fresh, "why": f"{len(rows)} rows, {fresh} of them new"}

    def _enough(self, fresh: Collection[str]) -> int:
        if len(fresh) < self._learn.least:
            raise Enough(
                f"{len(fresh)} newly accepted rows are too few, {self._learn.least} are needed (`least` in [learn]); "
                f"{REVIEW}"
            )
        return len(fresh)

    def build(self, _: Found) -> Found:
        """A version of the dataset."""
        version, new = self._desk.build(self._prepared(), self._recipe())
        return {"dataset": version.name, "why": f"{version.name}{'' if new else ', which was there'}"}

    def train(self, found: Found) -> Found:
        """An adapter; one that an interrupted run has registered is taken over."""
        dataset = str(found["dataset"])
        name = self._trained_on(dataset) or self._train(self._settings, dataset, self._learn.topic)
        return {"adapter": name, "why": f"{name} on {dataset}"}

    def gate(self, found: Found) -> Found:
        """Measured against what serves; a refusal ends the run, and nothing that serves has changed."""
        name = str(found["adapter"])
        verdict = str(self._judge(self._settings, name).get("verdict", "no verdict"))
        if verdict != PASSED:
            raise Enough(
                f"the gate refused {name}: {verdict}. What serves has not changed; `pilares finetune show {name}` says "
                "what was measured",
                {"verdict": verdict},
            )
        return {"verdict": verdict, "why": f"{name} passed"}

    def decide(self, found: Found) -> Found:
        """Propose, canary or promote, as the settings say; what has been done already is not done again."""
        name, learn = str(found["adapter"]), self._learn
        canary = f" --canary {learn.canary_percent}" if learn.promote == "canary" else ""
        if learn.promote == "propose":
            return {
                "decision": "proposed",
                "why": f"{name} waits for a person: `pilares finetune promote {learn.alias} {name}{canary}`",
            }
        if not self._serves(name):
            self._registry.promote(
                learn.alias, name, who=WHO, why=f"passed the gate, trained on {found['dataset']}",
                serves=groups_served(self._settings, learn.alias),
                canary=learn.canary_percent if learn.promote == "canary" else 0,
            )  # fmt: skip
        share = f"{learn.canary_percent} % of the conversations" if learn.promote == "canary" else "everybody"
        return {
            "decision": learn.promote,
            "why": f"{name} serves {share} as {learn.alias}; `pilares finetune rollback {learn.alias}` undoes it",
        }

    def _serves(self, name: str) -> bool:
        alias, running = self._learn.alias, self._registry.canaries().get(self._learn.alias)
        if self._learn.promote == "canary":
            return running is not None and running.candidate == name
        return self._registry.aliases().get(alias) == name

    def _recipe(self) -> Recipe:
        from assistant.finetuning.evaluations import evaluations

        return Recipe(self._learn.dataset, self._learn.group, against=evaluations())

    def _prepared(self) -> "Prepared":
        from assistant.finetuning.gathering import audiences_of, tokenizer_of

        return self._desk.prepare(self._recipe(), tokenizer_of(self._settings), audiences_of(self._assistant))

    def _learnt(self) -> frozenset[str]:
        """The rows of the newest dataset that a run has trained on, whatever the gate said of it."""
        trained = [each for each in self._journal.runs() if each.done("train")]
        if not trained:
            return frozenset()
        name = str(trained[-1].found()["dataset"])
        try:
            version = self._desk.datasets.get(name)
        except FinetuneError:  # it was deleted: then everything is new
            return frozenset()
        return frozenset(each.id for each in (*version.train(), *version.held_out()))

    def _trained_on(self, dataset: str) -> str:
        """The newest adapter of the topic that was built on exactly this version; empty if there is none."""
        cards = affected(self._desk.datasets.get(dataset), self._desk.adapters)
        numbers = [int(str(card["version"]).removeprefix("v")) for card in cards if card["topic"] == self._learn.topic]
        return f"{self._learn.topic}@v{max(numbers)}" if numbers else ""
