"""Documents in memory, with the texts of a small organisation in English and Spanish."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from assistant.api.ports import EVERYONE, DocumentSummary, Groups, Progress, Upload
from assistant.errors import InvalidRequest
from assistant.turn.answer import Citation, Evidence
from knowledge.errors import DocumentNotFound, ParseError
from knowledge.passage import Passage, Sentence


@dataclass(frozen=True, slots=True)
class Text:
    """A document: its name, title, language and whole text; passages are its paragraphs under "# heading" lines."""

    name: str
    title: str
    language: str
    text: str
    page: int | None = None


LEAVE = Text(
    "hr/annual-leave.md", "Annual leave policy", "en",
    "Annual leave policy\n\n# How much leave\n\n"
    "Every employee has 25 days of annual leave a year. Part-time employees have a share of it in proportion to their "
    "working hours. After five years in the company, three more days are added.\n\n"
    "# Carrying days over\n\n"
    "Up to five days that were not taken can be carried over to the next year. Carried-over days expire on 31 March. "
    "Days that could not be taken because of illness do not expire.\n",
    page=2,
)  # fmt: skip
TRAVEL = Text(
    "finance/travel-expenses.md", "Travel expenses", "en",
    "Travel expenses\n\n# Claims\n\n"
    "Travel expenses are claimed in the finance portal within 30 days of the journey. Receipts above 20 euros are "
    "attached as photographs. Meals are paid as a daily allowance of 42 euros.\n",
)  # fmt: skip
SECURITY = Text(
    "it/lost-devices.pdf", "Lost and stolen devices", "en",
    "Lost and stolen devices\n\n# What to do first\n\n"
    "Report a lost laptop or telephone to the service desk within one hour, at any time of day. The service desk locks "
    "the device and wipes it remotely. Then change the password of your account.\n",
    page=7,
)  # fmt: skip
VACACIONES = Text(
    "rrhh/vacaciones.md", "Política de vacaciones", "es",
    "Política de vacaciones\n\n# Días de vacaciones\n\n"
    "Cada persona empleada tiene 25 días laborables de vacaciones al año. Las vacaciones se solicitan en el portal con "
    "dos semanas de antelación. Tras cinco años en la empresa se añaden tres días más.\n",
    page=1,
)  # fmt: skip
_GONE = "There is no such document. It may have been deleted; see `pilares documents list`."
TEXTS = (LEAVE, TRAVEL, SECURITY, VACACIONES)


def document_id(text: Text) -> str:
    """The id a text gets: stable across runs."""
    return sha256(text.name.encode()).hexdigest()[:16]


def passage_of(document: Text, quote: str) -> Passage:
    """The paragraph of a document that holds `quote`, with its heading and its sentences."""
    at = document.text.index(quote)
    start = document.text.rfind("\n\n", 0, at) + 2
    end = document.text.find("\n", at)
    body = document.text[start:end]
    heading = document.text.rfind("# ", 0, start)
    under = document.text[heading + 2 : document.text.index("\n", heading)] if heading >= 0 else document.title
    sentences, begin = [], 0
    for piece in body.split(". "):
        length = min(len(piece) + 1, len(body) - begin)
        sentences.append(Sentence(body[begin : begin + length], start + begin, start + begin + length))
        begin += len(piece) + 2
    return Passage(
        f"{document_id(document)}-{start}", document_id(document), document.name, document.title,
        (document.title, under), body, start, end, document.page, document.language, 1.0, sentences=tuple(sentences),
    )  # fmt: skip


def evidence_for(number: int, document: Text, quote: str, relevance: float) -> Evidence:
    """The passage around a quote as evidence, the sentence that holds the quote as its best."""
    found = passage_of(document, quote)
    best = next(sentence for sentence in found.sentences if quote in sentence.text)
    return Evidence(number, found, best, relevance)


def cite(evidence: Evidence, quote: str) -> Citation:
    """A citation of exact words inside a piece of evidence."""
    found = evidence.passage
    start = found.start + found.text.index(quote)
    return Citation(
        evidence.number, found.document_id, found.document, found.title, quote, start, start + len(quote), found.page
    )


class ScriptedDocuments:
    """`Documents` in memory. Empty and non-text uploads are refused like unreadable files; `index_s` slows one down."""

    def __init__(self, texts: Sequence[Text] = TEXTS, index_s: float = 0.0) -> None:
        self.index_s = index_s
        self._lock = threading.Lock()
        self._audiences: dict[str, Groups] = {}
        self._texts: dict[str, tuple[DocumentSummary, str]] = {}
        for text in texts:
            self._put(text, datetime(2026, 3, 1, tzinfo=UTC))

    def list(self, groups: Groups = EVERYONE) -> Sequence[DocumentSummary]:
        """Every document that these groups may read, by name."""
        with self._lock:
            found = [summary for summary, _ in self._texts.values() if self._audience(summary.id) & groups]
        return sorted(found, key=lambda each: each.name)

    def restrict(self, document_id: str, audience: Groups) -> None:
        """Let these groups alone read a document."""
        self._audiences[document_id] = audience

    def add_upload(
        self,
        name: str,
        content: bytes,
        progress: Progress | None = None,
        *,
        groups: Groups = EVERYONE,
        audience: Groups | None = None,
    ) -> Upload:
        """Take a UTF-8 text in, in four steps of progress."""
        try:
            text = Text(name, name.rsplit(".", 1)[0], "en", content.decode())
        except UnicodeDecodeError:
            raise ParseError(f"{name} is not a text file. Convert it to text and add it again.") from None
        if not text.text.strip():
            raise ParseError(f"No text was found in {name}. If it is a scan, run text recognition on it first.")
        if not self._audience(document_id(text)) & groups and document_id(text) in self._texts:
            raise InvalidRequest(f"A document called {name} cannot be replaced here. Give the file another name.")
        for step in range(1, 5):
            time.sleep(self.index_s / 4)
            if progress is not None:
                progress(step, 4)
        known = self._texts.get(document_id(text))
        if audience is not None:
            self.restrict(document_id(text), audience)
        if known is not None and known[1] == text.text:
            return Upload(known[0], unchanged=True)
        return Upload(self._put(text, datetime.now(UTC)))

    def delete(self, document_id: str, groups: Groups = EVERYONE) -> None:
        """Take a document out."""
        self.text(document_id, groups)
        with self._lock:
            del self._texts[document_id]

    def text(self, document_id: str, groups: Groups = EVERYONE) -> str:
        """The text of a document."""
        with self._lock:
            if document_id not in self._texts or not self._audience(document_id) & groups:
                raise DocumentNotFound(_GONE)
            return self._texts[document_id][1]

    def search(self, query: str, groups: Groups = EVERYONE, limit: int = 10) -> Sequence[Passage]:
        """Paragraphs of the demo texts with a word of the query, those with most of them first."""
        words = set(query.casefold().split())
        shown = {each.id for each in self.list(groups)}
        paragraphs = [
            passage_of(text, each)
            for text in TEXTS
            if document_id(text) in shown
            for each in text.text.split("\n\n")[2::2]
        ]
        hits = [(len(words & set(each.text.casefold().split())), each) for each in paragraphs]
        return [each for count, each in sorted(hits, key=lambda hit: -hit[0]) if count][:limit]

    def _audience(self, document_id: str) -> Groups:
        return self._audiences.get(document_id, EVERYONE)

    def _put(self, text: Text, added: datetime) -> DocumentSummary:
        passages = max(1, text.text.count("\n\n# "))
        summary = DocumentSummary(document_id(text), text.name, text.title, passages, text.language, added)
        with self._lock:
            self._texts[summary.id] = (summary, text.text)
        return summary
