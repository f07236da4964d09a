"""What nobody asked for: where it may be said, and how it gets into the outbox, also from another process."""

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from connectors.adapter import Card
from connectors.core.clock import now
from connectors.core.composing import Envelope, notice_letters
from connectors.errors import NotPossible
from connectors.event import Place
from connectors.settings import ConnectorSettings
from connectors.store import inbox, outbox


@dataclass(frozen=True, slots=True)
class Unasked:
    """A message of our own; it is sent once for each key. `person` is whose direct talk it is."""

    place: Place
    markdown: str
    key: str
    person: str = ""


def say_unasked(connection: Connection, connector: str, settings: ConnectorSettings, card: Card, said: Unasked) -> None:
    """Put it into the outbox. Raises NotPossible where that may not be."""
    why = unwelcome(connection, connector, settings, card, said.place, said.person)
    if why:
        raise NotPossible(f"Nothing is sent: {why}.")
    to = Envelope(said.place, own_key(said.key))
    outbox.put(connection, connector, notice_letters(said.markdown, to, card), now())


def own_key(key: str) -> str:
    """What the keys of its letters begin with."""
    return f"own{key}"


def unwelcome(
    connection: Connection, connector: str, settings: ConnectorSettings, card: Card, place: Place, person: str = ""
) -> str:
    """Why nothing may be said here that nobody asked for; empty where it may. `person` is whose direct talk it is."""
    policy = settings.policy(place.channel)
    if person and not settings.may_talk(person):
        return f"{person} is not among the people of the connector {connector}; add them in pilares.toml"
    if policy.answer == "never" or not policy.proactive:
        return f"the policy of the channel {place.channel} does not allow it (answer, proactive in pilares.toml)"
    heard = inbox.heard(connection, connector, place.conversation)
    if card.window_s and (heard is None or now() - heard > card.window_s):
        return (
            f"{card.platform} takes nothing for people who have not written for {card.window_s / 3600:.0f} hours; "
            f"{place.channel} has not. Wait until they write"
        )
    return ""
