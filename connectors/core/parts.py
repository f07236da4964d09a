"""What a connector is made of, and what its settings say of a person in a place."""

from dataclasses import dataclass

from connectors.adapter import Adapter
from connectors.answering import Assistant
from connectors.core.composing import Envelope
from connectors.core.pacing import Pacing
from connectors.event import Message, Person, Place
from connectors.settings import ConnectorSettings
from connectors.store.journal import Journal
from connectors.store.threads import Thread

EVERYONE = "everyone"
LONGEST_USER = 128


@dataclass(frozen=True, slots=True)
class Parts:
    """The settings of one connector and the things it works with."""

    connector: str
    settings: ConnectorSettings
    adapter: Adapter
    journal: Journal
    pacing: Pacing
    assistant: Assistant

    def user(self, place: Place, person: Person) -> str:
        """Whose conversation it is: a person's, or in a channel everybody's who reads it."""
        who = f"person/{person.id}" if place.direct else place.conversation
        return f"{self.connector}:{who}"[:LONGEST_USER]

    def groups(self, place: Place, person: Person) -> frozenset[str]:
        """Which documents may be read: where others read the answer, only those that all of them may read."""
        own = self.alone(place)
        groups = self.settings.groups_of(person.id) if own else frozenset(self.settings.policy(place.channel).groups)
        return groups | {EVERYONE}

    def alone(self, place: Place) -> bool:
        """Whether only the person who asks sees the answer."""
        hidden = self.settings.policy(place.channel).ephemeral and self.adapter.card.ephemeral
        return place.direct or hidden

    def live_pause(self, place: Place) -> float:
        """Seconds between two updates of an answer in the making."""
        direct, elsewhere = self.adapter.card.live_s
        own = self.settings.live_s
        return own if own is not None else direct if place.direct else elsewhere

    def language(self, place: Place, thread: Thread) -> str:
        """The language of our own words: asked for here, set for the channel, or the one that is spoken here."""
        policy = self.settings.policy(place.channel)
        return thread.language or policy.language or thread.spoken or self.settings.language

    def envelope(self, message: Message, thread: Thread, key: str) -> Envelope:
        """Where the answer to a message goes."""
        direct = message.place.direct
        return Envelope(
            message.place,
            key,
            "" if direct else message.message_id,
            message.person.id if self.alone(message.place) and not direct else "",
            self.language(message.place, thread),
        )
