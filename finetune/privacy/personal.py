"""Personal data that has a form of its own, most with check digits, in English and Spanish texts.

Found are e-mail addresses, telephone numbers, IBANs, payment cards, Spanish DNI and NIE, passports that are called so,
and social security numbers. Names and addresses of people are not found.
"""

import re
from collections.abc import Iterator

from finetune.privacy.spans import Span

# Every repetition has an end, so that a long line of anything takes no longer than its length.
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")
# Written for people and not for programs: "ana (at) example (dot) org", "ana arroba example punto org".
_SPELT_EMAIL = re.compile(
    r"[\w.+-]{1,64} ?(?:[(\[{] ?(?:at|arroba) ?[)\]}]| arroba ) ?[\w-]{1,63}"
    r"(?: ?(?:\.|[(\[{] ?(?:dot|punto) ?[)\]}]| punto ) ?[\w-]{1,63}){1,9}",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:(?:\+|00)\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,5}\d{2,4}|[6789]\d{2}[ .-]?\d{3}[ .-]?\d{3}|"
    r"[6789]\d{2}(?:[ .-]\d{2}){3}|\(?[89]\d\)?[ .-]\d{3}[ .-]?\d{2}[ .-]?\d{2}|"
    r"\(\d{3}\) ?\d{3}[-. ]\d{4}|\d{3}([-.])\d{3}\1\d{4}|0\d{2,4}[ -]\d{3,4}[ -]\d{3,4})(?![\w/-]|[.,]\d)"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b", re.IGNORECASE)
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_DNI = re.compile(r"\b([XYZ]|\d)(\d{7})[ -]?([A-Z])\b", re.IGNORECASE)
_DOTTED_DNI = re.compile(r"\b(\d{1,2})\.(\d{3})\.(\d{3})[ -]?([A-Z])\b", re.IGNORECASE)
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_NSS = re.compile(r"(?<![\d/-])(\d{2})([ /-])(\d{7,8})\2(\d{2})(?![\d/-])")
_PASSPORT = re.compile(
    r"\b(?:passport|pasaporte)\W{1,3}(?:(?:n[oº]?|n\.º|num(?:ber|ero)?|número|is|es)\W{1,3}){0,3}([A-Z]{1,3}\d{6,9})\b",
    re.IGNORECASE,
)
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
# Lengths of IBANs (ISO 13616 registry); others are taken as long as they are written.
_IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "CH": 21, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27,
    "IE": 22, "IT": 27, "LU": 20, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
}  # fmt: skip


def personal_spans(text: str) -> Iterator[Span]:
    """Every place with personal data; places of different kinds may overlap."""
    for pattern in (_EMAIL, _SPELT_EMAIL):
        yield from (Span(*found.span(), "email") for found in pattern.finditer(text))
    ibans = [(found.start(), _iban_end(found.group())) for found in _IBAN.finditer(text)]
    yield from (Span(start, start + length, "iban") for start, length in ibans if length)
    yield from (Span(*found.span(), "card") for found in _CARD.finditer(text) if _luhn(found.group()))
    yield from (Span(*found.span(), "national_id") for found in _DNI.finditer(text) if _dni_holds(*found.groups()))
    for found in _DOTTED_DNI.finditer(text):
        number = "".join(found.groups()[:3]).zfill(8)
        if _dni_holds(number[0], number[1:], found.group(4)):
            yield Span(*found.span(), "national_id")
    yield from (Span(*found.span(1), "national_id") for found in _PASSPORT.finditer(text))
    yield from (Span(*found.span(), "social_security") for found in _SSN.finditer(text))
    for found in _NSS.finditer(text):
        if _nss_holds(found.group(1), found.group(3), found.group(4)):
            yield Span(*found.span(), "social_security")
    # Groups of an IBAN look like a telephone number.
    without = _IBAN.sub(lambda found: "\n" * len(found.group()), text)
    yield from (Span(*found.span(), "phone") for found in _PHONE.finditer(without))


def _iban_end(text: str) -> int:
    """How many characters of `text` are an IBAN; 0 when none are.

    ISO 13616: moved to the end and read as a number, it leaves 1 when divided by 97.
    """
    places = [place for place, char in enumerate(text) if char.isalnum()]
    compact = "".join(text[place] for place in places).upper()
    length = _IBAN_LENGTHS.get(compact[:2], len(compact))
    if not 15 <= length <= min(34, len(compact)) or (length < len(compact) and text[places[length] - 1].isalnum()):
        return 0
    whole = compact[4:length] + compact[:4]
    return places[length - 1] + 1 if int("".join(str(int(char, 36)) for char in whole)) % 97 == 1 else 0


def _luhn(text: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return digits[0] in (2, 3, 4, 5, 6) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _dni_holds(first: str, rest: str, letter: str) -> bool:
    """The letter is the number modulo 23 (Real Decreto 1553/2005); X, Y and Z stand for 0, 1 and 2."""
    number = int("XYZ".find(first.upper()) if first.isalpha() else first) * 10**7 + int(rest)
    return _DNI_LETTERS[number % 23] == letter.upper()


def _nss_holds(province: str, number: str, check: str) -> bool:
    """The last two digits are those before them modulo 97 (Tesorería General de la Seguridad Social)."""
    return int(province + (number.lstrip("0") if int(number) < 10**7 else number).rjust(7, "0")) % 97 == int(check)
