"""A conversation is handed to a person: because they ask for it, or because they say yes when it is offered.

handed over   what they write goes to the colleague; nothing is answered, unless they need nobody any more
asked for     the record is made, with a summary of the conversation
offered       after the answer: to somebody who is upset and in a hurry, or when two answers in a row are withheld
a yes to it   as if it had been asked for; a no is taken as one; anything else is a turn like any other
not at all    where nobody takes over: the documents are asked, and when they do not help that is said
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from assistant.handoff.record import Handoff, Summary
from assistant.handoff.settings import HandoffSettings, Reason
from assistant.handoff.store import Circumstances
from assistant.handoff.summary import summary_of
from assistant.messages import message
from assistant.storage.lately import Lately
from assistant.storage.records import Turn
from assistant.turn.answer import TaskState, Understanding
from assistant.turn.outcome import Aside, Outcome
from assistant.turn.strategies.replies import leaves, says_no, says_yes
from assistant.turn.strategies.strategy import Scene
from assistant.turn.strategies.wants_person import wants_a_person

INTENT = REASON = "handoff"
OFFER = ":handoff"

Announce = Callable[[Handoff], None]
"""Called with a hand-off that has just been stored; what it raises is logged, and changes nothing."""

log = logging.getLogger(__name__)


class HandoffStore(Protocol):
    """Where hand-offs are kept (`assistant.handoff.store.Handoffs` is one). All raise NotFound for another's."""

    def waiting(self, user_id: str, conversation_id: str) -> Handoff | None:
        """The one of a conversation that is not closed."""

    def begin(self, user_id: str, conversation_id: str, why: Circumstances, summary: Summary) -> Handoff:
        """Hand a conversation over; durable when it returns."""

    def add(self, user_id: str, handoff_id: str, text: str) -> Handoff:
        """Add what the person wrote since."""

    def withdraw(self, user_id: str, handoff_id: str) -> Handoff:
        """Close it because the person needs nobody any more."""


class Past(Protocol):
    """What was said before in a conversation (`assistant.storage.Conversations` is one)."""

    def lately(self, user_id: str, conversation_id: str) -> Lately:
        """What the last answers left behind."""

    def turns(self, user_id: str, conversation_id: str) -> Sequence[Turn]:
        """All turns with their answers, oldest first."""


class Unattended:
    """Where nobody takes over: who asks for a person, and is not helped by the documents, is told so."""

    name = REASON

    def __init__(self, settings: HandoffSettings) -> None:
        self._settings = settings

    def prime(self) -> None:
        """Nothing is needed."""

    def begin(self, scene: Scene) -> Aside | None:
        """What is said after an answer that the documents do not give."""
        if not _wanted(scene.understanding):
            return None
        text = message("handoff_nobody", scene.language)
        return Aside(_with_contact(text, self._settings, scene.language), when_withheld=True)


class HandoffStrategy:
    """Comes before all others. `local_user` is who asks without a name."""

    name = REASON

    def __init__(
        self, store: HandoffStore, past: Past, settings: HandoffSettings, announce: Sequence[Announce] = (), *,
        local_user: str, now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._store = store
        self._past = past
        self._settings = settings
        self._announce = tuple(announce)
        self._local_user = local_user
        self._now = now

    def prime(self) -> None:
        """Nothing is needed."""

    def begin(self, scene: Scene) -> Outcome | Aside | None:
        """Hand over, offer it, add to what is handed over; or leave the turn alone."""
        user, conversation = self._user(scene), scene.context.conversation_id
        if (current := self._store.waiting(user, conversation)) is not None:
            return self._waits(scene, current)
        if self._asked_for(scene.understanding):
            return self._hand_over(scene, "asked")
        lately = self._past.lately(user, conversation)
        offered = self._offer_of(lately.task)
        if offered is not None and says_yes(scene.understanding.text):
            return self._hand_over(scene, offered)
        if offered is not None and says_no(scene.understanding.text):
            return self._said(scene, "handoff_declined")
        return self._offer(scene, lately)

    def _waits(self, scene: Scene, current: Handoff) -> Outcome:
        if leaves(scene.understanding.text):
            self._store.withdraw(self._user(scene), current.id)
            return self._said(scene, "handoff_withdrawn")
        current = self._store.add(self._user(scene), current.id, scene.understanding.text)
        return self._said(scene, "handoff_taken" if current.state == "taken" else "handoff_waiting", contact=True)

    def _asked_for(self, understanding: Understanding) -> bool:
        return _wanted(understanding) and "asked" in self._settings.reasons

    def _hand_over(self, scene: Scene, reason: Reason) -> Outcome:
        understanding, user = scene.understanding, self._user(scene)
        turns = self._past.turns(user, scene.context.conversation_id)
        why = Circumstances(understanding.language, reason, understanding.urgency, understanding.sentiment)
        made = self._store.begin(user, scene.context.conversation_id, why, summary_of(turns, understanding.text))
        for announce in self._announce:
            try:
                announce(made)
            except Exception:
                log.exception("a hand-off could not be announced")
        return self._said(scene, "handoff_begun", contact=True)

    def _offer(self, scene: Scene, lately: Lately) -> Aside | None:
        """At most once in the last answers, and never in the middle of a task."""
        if OFFER in lately.tasks or lately.task is not None:
            return None
        understanding, reasons = scene.understanding, self._settings.reasons
        if understanding.sentiment == "negative" and understanding.urgency == "urgent" and "upset" in reasons:
            return self._aside(scene, "upset")
        if lately.withheld and "withheld" in reasons:
            return self._aside(scene, "withheld")
        return None

    def _aside(self, scene: Scene, reason: Reason) -> Aside:
        state = TaskState(OFFER, {"reason": reason}, "offer", self._now(), scene.language)
        return Aside(message("handoff_offer", scene.language), state, when_withheld=reason == "withheld")

    def _offer_of(self, task: TaskState | None) -> Reason | None:
        """The reason of the offer that the last answer made, while a yes to it counts."""
        lasts = timedelta(minutes=self._settings.offer_minutes)
        if task is None or task.tool != OFFER or self._now() - task.since > lasts:
            return None
        reason: Reason = "upset" if task.arguments.get("reason") == "upset" else "withheld"
        return reason

    def _said(self, scene: Scene, key: str, *, contact: bool = False) -> Outcome:
        text = message(key, scene.language)
        if contact:
            text = _with_contact(text, self._settings, scene.language)
        route = scene.route(None, REASON)
        scene.write(text)
        return Outcome(text, route)

    def _user(self, scene: Scene) -> str:
        return scene.context.request.user_id or self._local_user


def _wanted(understanding: Understanding) -> bool:
    return understanding.intent == INTENT and wants_a_person(understanding.text)


def _with_contact(text: str, settings: HandoffSettings, language: str) -> str:
    reached = settings.contact.text(language)
    return f"{text}\n\n{message('handoff_contact', language, contact=reached)}" if reached else text
