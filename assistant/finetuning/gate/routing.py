"""The router's decisions for pairs of questions that differ in a name or a group alone."""

from collections.abc import Iterator
from contextlib import suppress

from assistant.errors import ConfigurationError
from assistant.routing.desk import RoutingDesk
from assistant.routing.examples import own_file
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.routing.router import Signals
from assistant.routing.shelf import RouterShelf
from assistant.settings import Settings
from assistant.turn.answer import Evidence, TurnRequest
from assistant.turn.middleware.understand import Understand
from assistant.turn.parts import parts_of
from finetune.gate.asks import Score
from finetune.gate.probes.workplace import Asked, swapped
from knowledge.embedder import Embedder
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage, Sentence

# Evidence that neither stands out nor is far: where a decision can tip.
RELEVANCE = 0.8


class Routes:
    """Decides as a turn does, up to the first word; `reads` is whether the small model has an adapter that reads."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        known = load_intents(SHIPPED, *own_file(settings.home, "intents"))
        self._intents = IntentClassifier(embedder, known, cache=settings.home / "cache")
        self._understand = Understand(embedder, self._intents, Analyzer())
        fitted = None
        with suppress(ConfigurationError):  # fitted for other models: the rules decide, as in a turn
            fitted = RouterShelf(settings, embedder.model_id).current()
        self._desk = RoutingDesk(settings, embedder, fitted=fitted)

    def of(self, asked: Asked, *, reads: bool) -> str:
        """Which model a question goes to, and why."""
        request = TurnRequest(asked.question)
        understanding = self._understand.understand(request)
        evidence = (_evidence(asked),)
        signals = Signals(
            choice="auto", intent=understanding.intent,
            small_talk=self._intents.is_small_talk(understanding.intent),
            question=understanding.question, parts=len(parts_of(understanding.text)),
            follow_up=understanding.rewritten, evidence=evidence, reads=reads,
        )  # fmt: skip
        route = self._desk.route(signals, request, "gate", self._desk.lock_of(request, "gate", evidence))
        return f"{route.tier}:{route.lock}"


def routing_scores(routes: Routes) -> Iterator[Score]:
    """Whether both of a pair go to the same model: before (the base does not read), and with the candidate."""
    for number, pair in enumerate(swapped()):
        same = [
            float(routes.of(pair.one, reads=reads) == routes.of(pair.other, reads=reads)) for reads in (False, True)
        ]
        yield Score("routing.same", f"{number}", same[1], same[0], pair.group, pair.one.language)


def _evidence(asked: Asked) -> Evidence:
    text, sentences = "", list[Sentence]()
    for line in asked.block.lines:
        sentences.append(Sentence(line.text, len(text), len(text) + len(line.text)))
        text += f"{line.text}\n"
    heading = asked.block.heading
    passage = Passage(heading, heading, heading, heading, (), text, 0, len(text), None, asked.language, 1.0,
                      sentences=tuple(sentences))  # fmt: skip
    return Evidence(1, passage, sentences[0], RELEVANCE, tuple(sentences))
