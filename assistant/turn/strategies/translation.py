"""A text, the last answer or a document in another language, paragraph by paragraph, with its figures checked.

Between English and Spanish. Another language is left to a model behind an address; the default ones are not good at it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.grounding.citations import citation_of, marked, without_markers
from assistant.messages import message
from assistant.turn.answer import Citation, Evidence, Support
from assistant.turn.events import Reading
from assistant.turn.language import recognise
from assistant.turn.outcome import Outcome
from assistant.turn.strategies.meant_document import MeantDocument
from assistant.turn.strategies.naming import Named
from assistant.turn.strategies.past import last_answer, said_last
from assistant.turn.strategies.sections import Line, Section
from assistant.turn.strategies.strategy import LockOf, Scene
from assistant.turn.strategies.translating import noted, paragraphs, translated
from assistant.turn.strategies.translation_request import TranslationRequest, translation_asked
from assistant.turn.strategies.writer import Writer
from knowledge.document import Document
from knowledge.passage import Passage, Sentence

REASON = "translation"
# Characters of a document that are translated: some minutes of a slow processor, or of a model elsewhere.
MOST_HERE, MOST_ELSEWHERE = 3_000, 15_000
MANY_SECTIONS = 1_000
SURE, TELLING = 0.9, 5
_MARKERS = re.compile(r"(?:\s*\[(\d+)\])+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph to be translated, with the markers it keeps and the place in a document that it is."""

    text: str
    markers: tuple[int, ...] = ()
    place: tuple[Evidence, Sentence] | None = None


class TranslationStrategy:
    """Comes before the search. `reads_well` is whether the large model is one behind an address."""

    name = "translation"

    def __init__(self, meant: MeantDocument, lock_of: LockOf, *, reads_well: bool) -> None:
        self._meant = meant
        self._lock_of = lock_of
        self._reads_well = reads_well

    def prime(self) -> None:
        """Nothing is needed before the first translation."""

    def begin(self, scene: Scene) -> Outcome | None:
        """Translate, if that is what is asked for."""
        if (picked := self._meant.answered(scene, self.name)) is not None:
            asked = translation_asked(picked[0])
            return None if asked is None else self._document(scene, picked[1], asked)
        asked = translation_asked(scene.understanding.text)
        if asked is None:
            return None
        if asked.language not in (None, "en", "es") and not self._reads_well:
            return self._said(scene, message("translation_only", scene.language, name=_spoken(asked.language, scene)))
        match asked.what:
            case "text":
                return self._text(scene, asked)
            case "answer":
                return self._answer(scene, asked)
            case _:
                return self._named(scene, asked)

    def _text(self, scene: Scene, asked: TranslationRequest) -> Outcome:
        target = asked.language or _other(recognise(asked.text, scene.language).language)
        if _is_in(asked.text, target):
            return self._said(scene, message("translation_there", scene.language, name=_spoken(target, scene)))
        return self._translated(scene, [_Piece(each) for each in paragraphs(asked.text)], target)

    def _answer(self, scene: Scene, asked: TranslationRequest) -> Outcome | None:
        """The last answer, whose citations stay as they are."""
        answer = last_answer(scene, self._meant.past, self._meant.local_user)
        said = answer.text if answer is not None else said_last(scene)
        if not said.strip():
            return self._said(scene, message("translation_of_what", scene.language))
        target = asked.language or _other(recognise(without_markers(said), scene.language).language)
        if _is_in(without_markers(said), target):
            return self._said(scene, message("translation_there", scene.language, name=_spoken(target, scene)))
        pieces = [_marked_piece(each, keep=answer is not None) for each in paragraphs(said)]
        evidence, citations = (answer.evidence, answer.citations) if answer is not None else ((), ())
        if evidence:
            scene.keep_here(self._lock_of, evidence)
            scene.found(evidence, answer.searched if answer is not None else 0)
        return self._translated(scene, pieces, target, evidence, citations)

    def _named(self, scene: Scene, asked: TranslationRequest) -> Outcome | None:
        """A document; words that name none are translated themselves."""
        found = self._meant.find(scene, asked.document or Named(""), self.name)
        if found is None:
            return self._text(scene, asked)
        return self._document(scene, found, asked) if isinstance(found, Document) else found

    def _document(self, scene: Scene, document: Document, asked: TranslationRequest) -> Outcome:
        target = asked.language or _other(document.language or "en")
        sections = self._meant.finder.sections(document, scene.context.request.groups, MANY_SECTIONS)
        wanted = _section(sections, asked.section)
        if document.language == target:
            said = message("translation_there", scene.language, name=_spoken(target, scene))
            return self._said(scene, f"**{document.title}**: {said}")
        if asked.section and wanted is None:
            names = ", ".join(each.name for each in sections if each.name)
            said = message("section_not_found", scene.language, title=document.title, names=names)
            return self._said(scene, said, abstained=True)
        chosen = [wanted] if wanted else sections
        most = MOST_ELSEWHERE if self._reads_well else MOST_HERE
        pieces, evidence, whole = _pieces_of(chosen, most)
        scene.keep_here(self._lock_of, evidence)
        scene.found(evidence, 1)
        outcome = self._translated(scene, pieces, target, evidence)
        if whole:
            return outcome
        done = sum(len(line.text) for each in evidence for line in each.selected)
        percent = max(
            1, round(100 * done / max(1, sum(len(line.sentence.text) for each in chosen for line in each.lines)))
        )
        note = message("translation_covers", scene.language, percent=percent, title=document.title)
        scene.write(f"\n\n{note}")
        return replace(outcome, text=f"{outcome.text}\n\n{note}")

    def _translated(
        self, scene: Scene, pieces: Sequence[_Piece], target: str, evidence: Sequence[Evidence] = (),
        citations: Sequence[Citation] = (),
    ) -> Outcome:  # fmt: skip
        writer = Writer(scene, REASON)
        total, number = sum(bool(each.text.strip()) for each in pieces), 0
        lines, support, cited = list[str](), list[Support](), list(citations)
        for place, piece in enumerate(pieces):
            shown = text = ""
            if piece.text.strip():
                number += 1
                if total > 1:
                    scene.emit(Reading(number, total, "paragraph"))
                result = translated(piece.text, target, writer)
                shown = noted(result, scene.language)
                text = marked(result.text, piece.markers) + shown[len(result.text) :]
                support.append(Support(result.text, float(result.holds), result.holds, piece.markers))
                cited += [citation_of(*piece.place)] if piece.place else []
            lines.append(text)
            scene.write(shown + ("\n" if place < len(pieces) - 1 else ""))
        if not self._reads_well and sum(len(each.text.split()) for each in pieces) >= TELLING:
            lines += ["", message("translation_unchecked", scene.language)]
            scene.write("\n\n" + lines[-1])
        return Outcome(
            "\n".join(lines).strip(), writer.route, evidence=tuple(evidence), citations=tuple(cited),
            support=tuple(support), searched=1 if evidence else 0,
        )  # fmt: skip

    def _said(self, scene: Scene, text: str, *, abstained: bool = False) -> Outcome:
        route = scene.route(None, REASON)
        scene.write(text)
        return Outcome(text, route, abstained=abstained)


def _marked_piece(line: str, *, keep: bool) -> _Piece:
    """A line of an answer without its markers, which are set again behind its translation."""
    markers = tuple(dict.fromkeys(int(each) for each in re.findall(r"\[(\d+)\]", line))) if keep else ()
    return _Piece(_MARKERS.sub("", line), markers)


def _pieces_of(sections: Sequence[Section], most: int) -> tuple[list[_Piece], tuple[Evidence, ...], bool]:
    """The paragraphs of sections, up to `most` characters; the passages they stand in; whether that was all."""
    pieces, left = list[_Piece](), most
    read: dict[str, tuple[Passage, list[Sentence]]] = {}
    for section in sections:
        headed = False
        for paragraph in section.paragraphs:
            quote = _joined(paragraph)
            if left < len(quote.text) and read:
                return pieces, _evidence(read), False
            left -= len(quote.text)
            passage = paragraph[0].passage
            read.setdefault(passage.chunk_id, (passage, []))[1].extend(line.sentence for line in paragraph)
            number = list(read).index(passage.chunk_id) + 1
            if section.name and not headed:
                pieces += [_Piece(f"## {section.name}"), _Piece("")]
                headed = True
            pieces += [_Piece(quote.text, (number,), (Evidence(number, passage, quote, 1.0), quote)), _Piece("")]
    return pieces, _evidence(read), True


def _joined(paragraph: Sequence[Line]) -> Sentence:
    """A paragraph as one quotation."""
    passage, start, end = paragraph[0].passage, paragraph[0].sentence.start, paragraph[-1].sentence.end
    return Sentence(passage.text[start - passage.start : end - passage.start], start, end)


def _evidence(read: Mapping[str, tuple[Passage, Sequence[Sentence]]]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(number, passage, sentences[0], 1.0, tuple(sentences))
        for number, (passage, sentences) in enumerate(read.values(), start=1)
    )


def _section(sections: Sequence[Section], name: str) -> Section | None:
    """The section of that name, or the only one whose name holds the words."""
    wanted = re.sub(r"\W+", " ", name).casefold().strip()
    names = [(re.sub(r"\W+", " ", each.name).casefold().strip(), each) for each in sections]
    exact = [each for held, each in names if held == wanted]
    holding = [each for held, each in names if wanted and f" {wanted} " in f" {held} "]
    found = exact or holding
    return found[0] if len(found) == 1 else None


def _other(language: str) -> str:
    return "es" if language == "en" else "en"


def _is_in(text: str, target: str) -> bool:
    """Whether a text of some words is in that language already."""
    if target not in ("en", "es") or len(text.split()) < TELLING:
        return False
    found = recognise(text)
    return found.language == target and found.confidence >= SURE


def _spoken(language: str | None, scene: Scene) -> str:
    """A language's name as the person calls it: for English and Spanish in their language, others in English."""
    return message(f"spoken_{language}", scene.language) if language in ("en", "es") else str(language)
