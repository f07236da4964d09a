"""What a site asks of robots (RFC 9309)."""

from collections.abc import Callable
from typing import Any

from knowledge.errors import SourceError
from knowledge.sources.http import Fetched

_MAX_BYTES = 512_000
_LONGEST_DELAY = 30.0


class Robots:
    """The rules of one host for one robot."""

    def __init__(self, rules: Any, agent: str) -> None:
        self._rules = rules
        self._agent = agent
        self.delay = min(float(rules.crawl_delay(agent) or 0), _LONGEST_DELAY) if rules else 0.0

    @classmethod
    def ask(cls, root: str, agent: str, get: Callable[[str], Fetched]) -> "Robots":
        """Read /robots.txt. Raises SourceError when the server does not answer: then nothing may be fetched.

        No such file, or one that may not be read, means that everything may be (RFC 9309, 2.3.1.3).
        """
        from protego import Protego

        answer = get(f"{root}/robots.txt")
        if answer.status >= 500 or answer.status == 429:
            raise SourceError(
                f"{root}/robots.txt answers with status {answer.status}, so it is not known what may be read. "
                "The site is looked at again later."
            )
        text = answer.body[:_MAX_BYTES].decode("utf-8", "replace") if answer.status == 200 else ""
        return cls(Protego.parse(text), agent)

    def allows(self, url: str) -> bool:
        """Whether this robot may fetch the address."""
        return bool(self._rules.can_fetch(url, self._agent)) if self._rules else True
