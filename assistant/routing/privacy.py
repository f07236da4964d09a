"""Personal data in what people write: it keeps a turn on models of this computer.

Found are things with a form of their own, most with check digits: e-mail addresses, telephone numbers, IBANs, payment
cards, Spanish DNI and NIE, social security numbers. Names and addresses of people are not found.
"""

import re
from collections.abc import Iterable

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:(?:\+|00)\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,5}\d{2,4}|[6789]\d{2}[ .-]?\d{3}[ .-]?\d{3}|"
    r"[6789]\d{2}(?:[ .-]\d{2}){3}|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?![\w/-]|[.,]\d)"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_DNI = re.compile(r"\b([XYZ]|\d)(\d{7})[ -]?([A-Z])\b", re.IGNORECASE)
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def personal_data(texts: Iterable[str]) -> str | None:
    """The kind of personal data in the texts, the first that is found; None when there is none."""
    return next((kind for text in texts if (kind := _kind(text)) is not None), None)


def _kind(text: str) -> str | None:
    if _EMAIL.search(text):
        return "email"
    if any(_iban_holds(found.group()) for found in _IBAN.finditer(text)):
        return "iban"
    if any(_luhn(found.group()) for found in _CARD.finditer(text)):
        return "card"
    if any(_dni_holds(*found.groups()) for found in _DNI.finditer(text)):
        return "national_id"
    if _SSN.search(text):
        return "social_security"
    return "phone" if _PHONE.search(_IBAN.sub("", text)) else None  # groups of an IBAN look like a telephone number


def _iban_holds(text: str) -> bool:
    """ISO 13616: moved to the end and read as a number, it leaves 1 when divided by 97."""
    compact = text.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def _luhn(text: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return digits[0] in (2, 3, 4, 5, 6) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _dni_holds(first: str, rest: str, letter: str) -> bool:
    """The letter is the number modulo 23 (Real Decreto 1553/2005); X, Y and Z stand for 0, 1 and 2."""
    number = int("XYZ".find(first.upper()) if first.isalpha() else first) * 10**7 + int(rest)
    return _DNI_LETTERS[number % 23] == letter.upper()
