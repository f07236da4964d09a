"""Replies that send people to addresses which nobody gave."""

import re
from collections.abc import Iterable, Iterator, Sequence

from finetune.asked import context_of
from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example

_HOST = re.compile(
    r"(?:https?|ftp)://(?:[^\s/@]*@)?([\w.-]+)|\bwww\.([\w-]+(?:\.[\w-]+)+)"
    r"|(?<![@\w.-])((?:[a-z0-9-]+\.)+(?:com|net|org|info|io|co|es|eu|biz|ru|cn|uk|xyz|top|site|online|shop|app|dev|link|"
    r"click|example))(?![\w.-]*@)\b",
    re.IGNORECASE,
)
TOLD = 5


class Addresses:
    """Addresses in replies whose host stands neither in the prompt's documents nor among the known ones."""

    name = "addresses"

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = tuple(each.casefold().removeprefix("www.") for each in known)

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """The rows, and the first of the hosts. Replies that were called bad are not learnt."""
        found: dict[str, None] = {}
        held = []
        for each in rows:
            if each.good is False:
                continue
            said = hosts_of(each.completion)
            unknown = [host for host in said - (hosts_of(context_of(each)) if said else set()) if not self._knows(host)]
            if unknown:
                held.append(each.id)
                found |= dict.fromkeys(sorted(unknown))
        if held:
            named = ", ".join(list(found)[:TOLD])
            message = (
                f"{rows_in_words(len(held))} with addresses that no document gives ({named}). "
                "Name those you know with --host."
            )
            yield Finding(self.name, "holds", message, tuple(held))

    def _knows(self, host: str) -> bool:
        return any(host == each or host.endswith(f".{each}") for each in self._known)


def hosts_of(text: str) -> set[str]:
    """The hosts that a text names."""
    named = (next(filter(None, found.groups())) for found in _HOST.finditer(text))
    return {host.casefold().rstrip(".").removeprefix("www.") for host in named}
