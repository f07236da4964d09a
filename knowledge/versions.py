"""Which document is a newer version of which, by names, titles and what documents say of themselves.

Organisations keep last year's policy beside this year's, in nearly the same words, and a search finds both. Two things
tell that one replaces the other: names or titles that differ only in a year or a version number, and a sentence that
says so ("this policy replaces the Travel Policy 2025"). Nearly the same words under a later date do not: two
people's contracts have them too.

Records are versions of nothing, since last month's minutes stay true: names that are a date, and names and titles that
speak of minutes, reports, invoices and the like.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from knowledge.lexical.stopwords import ENGLISH, SPANISH

_MARK = re.compile(
    r"(?<![^\W_])(?:v|version|versión|rev|revision|revisión)[\s._-]{0,2}\d{1,4}(?:[._]\d{1,6})*(?![^\W_])"
    # A year stands by itself or behind a word ("Tarifas2026"); "d1995" and "IMG2010" are numbers of something.
    r"|(?:(?<![^\W_])|(?<=[^\W\d_]{4}))(?:19|20)\d\d(?![-_.]?\d)",
    re.IGNORECASE,
)
# More documents that differ in nothing but a number are a series (tickets, chapters), not versions of one.
MOST_VERSIONS = 12
_ASKED = re.compile(
    r"(?<![0-9])(?:19|20)\d\d(?![0-9])|\b(?:v|version |versión )(\d{1,4}(?:[._]\d{1,6})*)", re.IGNORECASE
)
_RECORD_NAMES = """
    accounts balance budget budgets bulletin changelog invoice invoices log logs meeting meetings minutes newsletter
    payslip report reports results statement statements acta actas balances boletin cuentas factura facturas informe
    informes memoria memorias nomina nominas presupuesto presupuestos resultados reunion reuniones
"""
_RECORDS = frozenset(_RECORD_NAMES.split())
_REPLACES = re.compile(
    r"\b(?:replaces|replacing|supersedes|superseding|sustituyen?|reemplazan?|derogan?)\b([^.;\n]{4,160})", re.IGNORECASE
)
_SAID_WITHIN = 2_000  # characters from the beginning in which a document says what it replaces
_WORD = re.compile(r"[^\W_]+")
_EARLIER = "previous former old earlier version anterior antigua antiguo"
_FILLERS = ENGLISH | SPANISH | frozenset(_EARLIER.split())


@dataclass(frozen=True, slots=True)
class Edition:
    """What a document says of its place among its versions.

    `family` is what its versions have in common, empty for a document that bears no mark; `marks` are the numbers of
    its year and version; `words` those of its title; `replaces` the words of each thing it says it replaces.
    """

    document_id: str
    family: str = ""
    marks: tuple[int, ...] = ()
    words: frozenset[str] = frozenset()
    replaces: tuple[frozenset[str], ...] = ()

    def is_replaced_by(self, other: "Edition") -> bool:
        """Whether `other` is a newer version of this document, or says that it takes its place."""
        if self.document_id == other.document_id:
            return False
        if self.family and self.family == other.family:
            return other.marks > self.marks
        return other.names(self) and not self.names(other)

    def names(self, other: "Edition") -> bool:
        """Whether this document says that it replaces something which bears the other's title."""
        return len(other.words) > 1 and any(other.words <= said for said in self.replaces)


def edition_of(document_id: str, name: str, title: str, text: str) -> Edition:
    """Read the name, the title and the beginning of a document."""
    family, marks = _family(name, title)
    said = (_words(found) for found in _REPLACES.findall(text[:_SAID_WITHIN]))
    return Edition(document_id, family, marks, _words(title), tuple(words for words in said if words))


def successor_of(edition: Edition, others: Iterable[Edition]) -> str | None:
    """The id of the newest of `others` that replaces a document, or None."""
    known = list(others)
    if len({other.document_id for other in known if edition.family and other.family == edition.family}) > MOST_VERSIONS:
        edition = replace(edition, family="")
    newer = [other for other in known if edition.is_replaced_by(other)]
    best = max(newer, key=lambda other: (other.family == edition.family, other.marks, other.document_id), default=None)
    return best.document_id if best else None


def asked_marks(question: str) -> frozenset[int]:
    """The years and version numbers that a question names."""
    return frozenset(number for found in _ASKED.finditer(question) for number in _numbers(found.group()))


def marks_of(name: str, title: str) -> tuple[int, ...]:
    """The numbers of the years and versions that a document's name and title bear."""
    return tuple(number for found in _MARK.findall(f"{name} {title}") for number in _numbers(found))


def _family(name: str, title: str) -> tuple[str, tuple[int, ...]]:
    """What stays of name and title without their marks, and the marks as comparable numbers."""
    stem = name.rpartition(".")[0] or name
    if _RECORDS & (_words(stem) | _words(title)):
        return "", ()
    marks = tuple(number for found in _MARK.findall(name) for number in _numbers(found))
    if marks:
        bare = _MARK.sub("#", stem)
        return (f"{_MARK.sub('#', name)}\0{_MARK.sub('#', title)}".casefold(), marks) if _telling(bare) else ("", ())
    marks = tuple(number for found in _MARK.findall(title) for number in _numbers(found))
    telling = len([word for word in _words(_MARK.sub(" ", title)) if not word.isdigit()]) > 1
    return (f"\0{_MARK.sub('#', title)}".casefold(), marks) if marks and telling else ("", ())


def _telling(bare: str) -> bool:
    return any(char.isalpha() for char in bare.rpartition("/")[2])


def _words(text: str) -> frozenset[str]:
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return frozenset(word for word in _WORD.findall(plain) if word not in _FILLERS)


def _numbers(mark: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", mark))
