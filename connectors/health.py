"""How connectors are, read from their tables by whoever asks: also while another process runs them."""

from collections.abc import Sequence

from connectors.connector import Health
from connectors.connectors import check
from connectors.core.clock import now
from connectors.errors import ConnectorError
from connectors.registry import platform
from connectors.settings import ConnectorSettings
from connectors.store import inbox, links, outbox
from connectors.store.database import Database

QUIET_S = 24 * 3600.0


def health_of(url: str, names: Sequence[str]) -> dict[str, Health]:
    """The health of connectors by name. Raises StoreError."""
    database = Database(url)
    try:
        with database.write() as connection:
            return {
                name: Health(
                    links.get(connection, name), inbox.counts(connection, name), outbox.counts(connection, name)
                )
                for name in names
            }
    finally:
        database.close()


def troubles(name: str, settings: ConnectorSettings, url: str) -> list[str]:
    """What is wrong with a connector, each in a sentence that says what to do. Raises StoreError."""
    found = []
    try:
        check(name, settings)
        platform(settings.platform).build(settings)
    except ConnectorError as error:
        found.append(str(error))
    health = health_of(url, [name])[name]
    link = health.link
    if link is None:
        found.append("It never ran. Start it with `pilares serve` or `pilares connectors run`.")
    elif link.paused:
        found.append(f"It is paused. Let it go on with `pilares connectors resume {name}`.")
    elif link.error:
        found.append(f"The link broke {age(link.since)} ago: {link.error}")
    elif link.last_event is None or now() - link.last_event > QUIET_S:
        found.append(f"Nothing has come in for a day (last: {age(link.last_event)}). Write to the bot, and look again.")
    if link is not None and link.refused:
        found.append(f"{link.refused} deliveries were refused. Compare the secret here with the platform's.")
    if health.held:
        found.append(f"{health.held} questions and messages are held back. See `pilares connectors held`.")
    if health.outbox.get("failed"):
        found.append(f"{health.outbox['failed']} messages were given up. The log says why.")
    return found


def age(moment: float | None) -> str:
    """How long ago, in the largest unit that fits."""
    if moment is None:
        return "never"
    seconds = max(0.0, now() - moment)
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
