"""Which messages are answered: the allow-list, the loop guard, and whether the bot was meant at all."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.engine import Connection

from connectors.event import Event, Message
from connectors.settings import ConnectorSettings
from connectors.store import inbox, outbox
from connectors.store.threads import Thread

Reason = Literal["own", "bot", "echo", "not allowed", "not meant", "loop", "empty", "never here", "with a person"]
ECHO_WINDOW_S = 600.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that is passed over. `say` is the key of what the person is told, or empty."""

    reason: Reason
    say: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules of one connector."""

    connector: str
    settings: ConnectorSettings

    def refusal(self, connection: Connection, event: Event, thread: Thread, now: float) -> Refusal | None:
        """Why an event is passed over, or None when it counts."""
        person = event.person
        if person.is_me:
            return Refusal("own")
        if person.is_bot and not self.settings.bots:
            return Refusal("bot")
        if not self.settings.may_talk(person.id):
            told = event.kind == "message" and event.place.direct and not person.is_bot
            return Refusal("not allowed", "not_allowed" if told else "")
        if event.kind == "verdict":
            return None
        return self._unwanted(event, thread) or self._looping(connection, event, now)

    def _unwanted(self, message: Message, thread: Thread) -> Refusal | None:
        if message.with_person:
            return Refusal("with a person")
        if not message.text.strip() and not message.attachments:
            return Refusal("empty")
        if message.place.direct:
            return None
        policy = self.settings.policy(message.place.channel)
        if policy.answer == "never":
            return Refusal("never here")
        if message.to_me or (policy.answer == "always" and not message.to_others):
            return None
        follows = policy.follow and thread.following and bool(message.place.thread)
        return None if follows and not message.to_others else Refusal("not meant")

    def _looping(self, connection: Connection, message: Message, now: float) -> Refusal | None:
        """A bridge may bring our own words back as a person's; two bots may talk to each other as people."""
        conversation, settings = message.place.conversation, self.settings
        said = outbox.said_since(connection, self.connector, conversation, now - ECHO_WINDOW_S)
        if len(message.text) > 20 and " ".join(message.text.split()) in said:
            return Refusal("echo")
        since = now - settings.loop_window_s
        if inbox.answered_since(connection, self.connector, conversation, since) >= settings.most_answers:
            return Refusal("loop")
        return None
