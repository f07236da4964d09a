"""Where a turn gets its route: gathers what a decision needs (`router.decide`), keeps account of what was decided."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from assistant.errors import ConfigurationError
from assistant.routing.bands import Bands
from assistant.routing.budget import Budget
from assistant.routing.controller import REMEMBERED, ShareHolder
from assistant.routing.features import embedded_part, situation_of
from assistant.routing.fitted import FittedRouter, Judgement
from assistant.routing.privacy import personal_data
from assistant.routing.router import Before, Signals, decide
from assistant.settings import Settings
from assistant.storage.traffic import Traffic
from assistant.turn.answer import Answer, Evidence, Profile, Route, Tier, TurnRequest
from knowledge.embedder import Embedder
from knowledge.library import EVERYONE

log = logging.getLogger(__name__)

Readable = Callable[[Collection[str], Collection[str]], Collection[str]]
"""Of some documents (ids), those that some groups may read."""


class Past(Protocol):
    """What was decided before (`assistant.storage.traffic.Traffic`)."""

    def routes(self, conversation_id: str, limit: int) -> Sequence[Route]:
        """The routes of a conversation's last answers, newest first."""


class RoutingDesk:
    """Decides routes. Built once per process; safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder,
        *,
        past: Past | None = None,
        readable: Readable | None = None,
        fitted: FittedRouter | None = None,
        holder: ShareHolder | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._settings = settings.routing
        # the turns whose words a model may still be shown
        self._turns_back = max(1, (settings.turn.history_messages + 1) // 2)
        self._embedder = embedder
        self._past = past
        self._readable = readable
        self._fitted = fitted
        self._holder = holder
        self._budget = budget
        roles: tuple[tuple[Tier, bool], ...] = (("slm", settings.slm.is_remote), ("llm", settings.llm.is_remote))
        self._remote: frozenset[Tier] = frozenset(tier for tier, remote in roles if remote)

    @property
    def version(self) -> str:
        """The router's version; "rules" without a fitted one."""
        return "rules" if self._fitted is None else self._fitted.card.version

    @property
    def remote(self) -> frozenset[Tier]:
        """The models that are neither on this computer nor trusted."""
        return self._remote

    def profile_of(self, request: TurnRequest) -> Profile:
        """The profile of a request: its own, or that of the settings."""
        return request.profile or self._settings.profile

    def lock_of(self, request: TurnRequest, conversation_id: str, evidence: Sequence[Evidence]) -> str:
        """What keeps a turn on models of this computer; empty when nothing does."""
        return (self._private(request, conversation_id, evidence) if self._settings.privacy else "") or (
            "local_only" if self.profile_of(request) == "local-only" else ""
        )

    def _private(self, request: TurnRequest, conversation_id: str, evidence: Sequence[Evidence]) -> str:
        """Restricted documents first: their lock is what later turns of the conversation look for."""
        if self._restricted({each.passage.document_id for each in evidence}):
            return "restricted"
        if {route.lock for route in self._before(conversation_id)} & {"restricted", "conversation"}:
            return "conversation"
        said = [request.text, *(message.content for message in request.history)]
        return "personal_data" if personal_data(said) else ""

    def route(self, signals: Signals, request: TurnRequest, conversation_id: str, lock: str) -> Route:
        """Decide; the route has no model's name yet. `signals` needs what a turn alone knows."""
        profile = self.profile_of(request)
        judged, bands = self._judged(signals, request, profile)
        before = self._before(conversation_id) if judged is not None or signals.task else []
        signals = replace(
            signals,
            profile=profile,
            judged=judged,
            bands=bands,
            before=Before(before[0].tier, before[0].lock) if before else None,
            lock=lock,
            remote=self._remote,
            spent=self._budget is not None and self._budget.spent(),
        )
        decision = decide(signals)
        route = Route(decision.tier, "", decision.reason, version=self.version, profile=profile, lock=lock)
        if judged is None or bands is None:
            return route
        p_slm, gain, threshold = (round(value, 4) for value in (judged.p_slm, judged.gain, bands.hard))
        return replace(route, p_slm=p_slm, score=gain, threshold=threshold)

    def judge(self, question: str, evidence: Sequence[Evidence], *, follow_up: bool, position: int) -> Judgement | None:
        """What the fitted router says of a question; None without one."""
        if self._fitted is None:
            return None
        vector = self._embedder.embed_queries([embedded_part(question)])[0]
        return self._fitted.judge(question, vector, situation_of(evidence, follow_up=follow_up, position=position))

    def bands(self, profile: Profile, *, own: bool = False) -> Bands | None:
        """The bands of a profile; those of the settings move with the share that is to be held.

        `own` is for a profile that a person asked for: what the operator holds does not move it.
        """
        if self._fitted is None:
            return None
        easy, hard = self._fitted.card.bands[profile]
        if self._holder is None or own:
            return Bands(easy, hard)
        hard = self._holder.threshold()
        return Bands(max(easy, hard), hard)

    def record(self, answer: Answer) -> None:
        """Take account of a finished turn: of its cost, and of the model it took."""
        if self._budget is not None:
            self._budget.add(answer.usage.cost)
        if self._holder is not None and counts(answer.route, self._settings.profile):
            self._holder.record(large=answer.route.tier == "llm")

    def _judged(
        self, signals: Signals, request: TurnRequest, profile: Profile
    ) -> tuple[Judgement | None, Bands | None]:
        if self._fitted is None or signals.choice != "auto" or signals.small_talk or not signals.evidence:
            return None, None
        asked = len(request.history) // 2
        judged = self.judge(signals.question, signals.evidence, follow_up=signals.follow_up, position=asked)
        return judged, self.bands(profile, own=request.profile is not None)

    def _before(self, conversation_id: str) -> Sequence[Route]:
        return [] if self._past is None else self._past.routes(conversation_id, self._turns_back)

    def _restricted(self, documents: set[str]) -> bool:
        if not documents or self._readable is None:
            return False
        return bool(documents - set(self._readable(documents, EVERYONE)))


def counts(route: Route, profile: Profile) -> bool:
    """Whether a turn counts for the share: one that a model answered, chosen by the profile of the settings."""
    return route.tier != "none" and not route.reason.startswith("forced_") and route.profile == profile


def desk_of(settings: Settings, embedder: Embedder, traffic: Traffic, readable: Readable) -> RoutingDesk:
    """The desk of an installation, with its fitted router if that still holds; what is refused is logged."""
    from assistant.routing.shelf import RouterShelf

    fitted = None
    try:
        fitted = RouterShelf(settings, embedder.model_id).current()
    except ConfigurationError as error:
        log.warning("%s The rules decide meanwhile.", error)
    holder, budget = None, None
    if fitted is not None and settings.routing.llm_share is not None:
        routes = [each.route for each in traffic.answered(limit=REMEMBERED)]
        used = [route.tier == "llm" for route in routes if counts(route, settings.routing.profile)]
        holder = ShareHolder(settings.routing.llm_share, fitted.grid, reversed(used))
    if settings.routing.budget_per_day is not None:
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        budget = Budget(settings.routing.budget_per_day, sum(each.usage.cost for each in traffic.answered(today)))
    return RoutingDesk(settings, embedder, past=traffic, readable=readable, fitted=fitted, holder=holder, budget=budget)
