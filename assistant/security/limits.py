"""Who pays for a request, and whether they still can."""

from dataclasses import dataclass
from hashlib import sha256

from assistant.security.allowance import Allowance, stricter
from assistant.security.person import Person
from assistant.security.rights import Right
from assistant.security.settings import LimitSettings
from assistant.security.spending import VISITOR, Reserved, Spending, Use

ORGANISATION = "organisation"


@dataclass
class Tab:
    """What one request uses. Settle it when it has ended; what is never settled counts as it was expected."""

    spending: Spending | None
    reserved: Reserved | None = None
    used: Use | None = None

    def note(self, use: Use) -> None:
        """The request has used this much so far."""
        self.used = use

    def settle(self) -> None:
        """It has ended. Without anything noted, what was put aside stays counted."""
        if self.spending is not None and self.reserved is not None and self.used is not None:
            self.spending.settle(self.reserved, self.used)
        self.reserved = None


class Limits:
    """The limits of the settings and of keys. Where none applies to a request, nothing is written down for it."""

    def __init__(self, settings: LimitSettings, spending: Spending, dearest: float = 0.0) -> None:
        """`dearest` is the price of a million tokens of the dearest model."""
        self._settings, self._spending = settings, spending
        tokens = settings.tokens_expected
        self._expected = Use(1, tokens, tokens * dearest / 1e6)

    def open(self, person: Person, language: str | None = None) -> Tab:
        """Put aside what one request of somebody will probably use. Raises LimitReached."""
        payers = {payer: allowance for payer, allowance in self._payers(person).items() if allowance.is_set}
        if not payers:
            return Tab(None)
        return Tab(self._spending, self._spending.reserve(payers, self._expected, language))

    def _payers(self, person: Person) -> dict[str, Allowance]:
        payers = {f"person:{person.id}": self._settings.person}
        if person.may(Right.VISIT):
            payers = {f"{VISITOR}{sha256(person.id.encode()).hexdigest()[:40]}": self._settings.visitor}
        payers[ORGANISATION] = self._settings.organisation
        if person.key:
            payers[f"key:{person.key}"] = stricter(self._settings.key, person.budget)
        return payers
