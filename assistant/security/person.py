"""The person, or the program of a person, behind a request."""

from dataclasses import dataclass, field

from assistant.security.allowance import Allowance
from assistant.security.rights import OF_ROLE, Right

EVERYONE = "everyone"
"""The group of everybody who may come in at all; nobody has to be put into it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: what is theirs goes by `id`, what they may read by `groups`, what they may do by `rights`.

    `key` is the id of the key that was shown, empty in a browser, `budget` what it may use; `name` is what people know
    them by.
    """

    id: str
    name: str
    groups: frozenset[str] = frozenset({EVERYONE})
    rights: frozenset[Right] = field(default_factory=frozenset)
    key: str = ""
    budget: Allowance = field(default_factory=Allowance)

    def may(self, right: Right) -> bool:
        """Whether they may do that."""
        return right in self.rights

    @property
    def queue(self) -> str:
        """Whose place in the queue a request takes: visitors of one website share theirs, as anybody may be many."""
        return f"widget:{self.key}" if self.may(Right.VISIT) else self.id


LOCAL_USER = "local"
LOCAL = Person(LOCAL_USER, LOCAL_USER, rights=OF_ROLE["admin"])
"""Whoever sits at this computer, while the installation is for that one person."""
