"""How much comes from one address of the network: whoever makes up visitors still has an address."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from assistant.errors import LimitReached
from assistant.messages import message


class AddressLimit:
    """At most so many requests a minute from each address. Kept in memory, and forgotten with every full minute."""

    def __init__(self, per_minute: int, clock: Callable[[], datetime]) -> None:
        self._most, self._now = per_minute, clock
        self._minute = datetime.min
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, address: str, language: str | None = None) -> None:
        """One more request. Raises LimitReached, with the time until the next minute."""
        now, place = self._now(), network_of(address)
        minute = now.replace(second=0, microsecond=0)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._seen.clear()
            self._seen[place] += 1
            reached = self._seen[place] > self._most
        if reached:
            ends = minute + timedelta(minutes=1)
            when = ends.isoformat(timespec="seconds")
            raise LimitReached(message("limit_minute", language, when=when), (ends - now).total_seconds())


def network_of(address: str) -> str:
    """The address, or the /64 of an IPv6 one: whoever has one such address has all of that network."""
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped) if known.ipv4_mapped else str(IPv6Address(int(known) >> 64 << 64))
