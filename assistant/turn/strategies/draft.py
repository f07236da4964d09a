"""A text to be sent, in the style of the house: written by a model, vetted by code, sent by nobody but the person.

The facts are the lines of the documents that clearly bear on it; they are cited below the draft. A model frames them
with a subject, a greeting, an opening and an ending, and they stand in it word for word; one that reads well writes the
whole text from them. Either way what it writes is vetted line by line; what nobody gave is left blank, or left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.grounding.citations import Citer, citation_of, marked, without_markers
from assistant.messages import counted, message
from assistant.settings import DraftingSettings
from assistant.turn.answer import Evidence, Route, Support
from assistant.turn.fence import without_frames
from assistant.turn.outcome import Outcome
from assistant.turn.quoting import plain, shown
from assistant.turn.strategies import writing_prompts as prompts
from assistant.turn.strategies.blanks import Blanks
from assistant.turn.strategies.composing import framed
from assistant.turn.strategies.draft_request import DraftRequest, draft_asked
from assistant.turn.strategies.facts import Facts, of_answer
from assistant.turn.strategies.meant_document import MeantDocument
from assistant.turn.strategies.past import last_answer
from assistant.turn.strategies.strategy import LockOf, Scene
from assistant.turn.strategies.translating import translated
from assistant.turn.strategies.vetting import Vetting
from assistant.turn.strategies.writer import Writer
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Sentence
from knowledge.search.filters import EVERYTHING

REASON = "draft"
TOKENS = 400
# Share of the words of a sentence that the request has; from here on the sentence says what was asked to be said.
SAID_IN_REQUEST = 0.6
BACKED = 0.5


class DraftStrategy:
    """Comes before the search, and searches for itself: for what the text is about, not for the wish to have one."""

    name = "draft"

    def __init__(
        self, meant: MeantDocument, facts: Facts, citer: Citer, lock_of: LockOf, house: DraftingSettings, *, words: bool
    ) -> None:
        """`words` is whether the large model can be trusted to put facts in its own words."""
        self._meant = meant
        self._facts = facts
        self._citer = citer
        self._lock_of = lock_of
        self._house = house
        self._words = words
        self._analyzer = Analyzer()

    def prime(self) -> None:
        """Nothing is needed before the first draft."""

    def begin(self, scene: Scene) -> Outcome | None:
        """Draft, if that is what is asked for."""
        asked = draft_asked(scene.understanding.text)
        if asked is None:
            return None
        language = asked.language or scene.language
        request, evidence = self._grounds(scene, asked)
        searched = scene.library.count_documents(scene.context.request.groups, scene.context.request.filter)
        scene.found(evidence, searched)
        scene.keep_here(self._lock_of, evidence)
        writer = Writer(scene, REASON)
        scene.write(f"**{message('draft_title', scene.language)}**\n\n")
        given = evidence if self._words else ()
        blanks = Blanks([request, *_facts(given), self._house.signature, self._style(scene)], language)
        vetting = Vetting(blanks, lambda said: self._backed(said, request, given, language))
        write = self._written if self._words else self._composed
        lines = write(scene, writer, request, evidence, language, vetting)
        lines += self._closed(scene, lines, blanks, language)
        outcome = self._outcome(scene, lines, _Gaps(tuple(blanks.used), vetting.left_out), evidence, writer.route)
        return replace(outcome, searched=searched)

    def _grounds(self, scene: Scene, asked: DraftRequest) -> tuple[str, tuple[Evidence, ...]]:
        """What is asked for in full, and the lines that bear on it; "about that" is about the last answer."""
        text = scene.understanding.text
        if asked.topic:
            return text, self._facts.about(scene, asked.topic, asked.language or scene.language)
        answer = last_answer(scene, self._meant.past, self._meant.local_user)
        if answer is None or answer.abstained:
            return text, ()
        return f"{text}\n({answer.understanding.question})", of_answer(answer)

    def _composed(
        self, scene: Scene, writer: Writer, request: str, evidence: Sequence[Evidence], language: str, vetting: Vetting
    ) -> list[str]:
        """A frame that a model writes around the facts."""
        frame = framed(request, language, self._style(scene), self._house.formality, writer)
        said = [message("draft_subject", language, subject=frame.subject)] if frame.subject else []
        parts = [vetting.line(each) for each in (*said, frame.greeting, frame.opening)]
        facts = [f"- {_in_language(each, line, language, writer)}" for each in evidence for line in each.selected]
        if facts:
            note = "draft_note_familiar" if self._house.formality == "tú" else "draft_note"
            parts.append("\n".join([message(note, language), "", *facts]))
        parts.append(vetting.line(frame.ending))
        lines = [line for part in parts if part for line in (part, "")]
        scene.write("\n".join(lines) + "\n")
        return lines

    def _written(
        self, scene: Scene, writer: Writer, request: str, evidence: Sequence[Evidence], language: str, vetting: Vetting
    ) -> list[str]:
        """The vetted lines, shown as they come."""
        formality = self._house.formality if language == "es" else ""
        asked = prompts.draft(request, _facts(evidence), language, self._style(scene), formality)
        lines: list[str] = []
        for line in writer.lines(asked, max_tokens=TOKENS):
            vetted = vetting.line(without_frames(line))
            if vetted is None or (not vetted and (not lines or not lines[-1])):
                continue
            lines.append(vetted)
            scene.write(f"{vetted}\n")
        return lines

    def _closed(self, scene: Scene, lines: Sequence[str], blanks: Blanks, language: str) -> list[str]:
        """The closing: the signature of the house, or one to be filled in."""
        signature = self._house.signature.strip()
        if not signature:
            signature = blanks.noted(f"{message('draft_regards', language)}\n{blanks.of('signature')}")
        closing = ["", signature] if lines and lines[-1] else [signature]
        scene.write("\n".join(closing))
        return closing

    def _backed(self, sentence: str, request: str, evidence: Sequence[Evidence], language: str) -> bool:
        said = frozenset(self._analyzer.query_terms(sentence, None, limit=200))
        asked = frozenset(self._analyzer.query_terms(request, None, limit=400))
        if not said or len(said & asked) >= SAID_IN_REQUEST * len(said):
            return True
        if not evidence:
            return False
        return self._citer.ground(sentence, request, evidence, selected=True, language=language).share >= BACKED

    def _style(self, scene: Scene) -> str:
        """The rules of the settings, and those of the style document, if the person may read it."""
        rules = [self._house.style.strip()]
        if self._house.style_document:
            groups = scene.context.request.groups
            match = self._meant.finder.find(self._house.style_document, groups, EVERYTHING, scene.language)
            if match.kind == "one":
                sections = self._meant.finder.sections(match.documents[0], groups, 1)
                rules += [line.sentence.text for each in sections for line in each.lines]
        return "\n".join(rule for rule in rules if rule)[: prompts.LONGEST_STYLE]

    def _outcome(
        self, scene: Scene, lines: Sequence[str], gaps: "_Gaps", evidence: Sequence[Evidence], route: Route
    ) -> Outcome:
        language = scene.language
        cited = [(each, line) for each in evidence for line in each.selected]
        notes = [*gaps.notes(language), message("draft_facts" if cited else "draft_no_facts", language)]
        facts = [(without_markers(shown(line)), each.number) for each, line in cited]
        scene.write("\n\n---\n\n" + "\n\n".join(notes) + "\n\n" + "\n".join(f"- {text}" for text, _ in facts))
        text = "\n".join([f"**{message('draft_title', language)}**", "", *lines, "", "---", "", "\n\n".join(notes)])
        text += "".join(["\n\n", "\n".join(f"- {marked(line, (number,))}" for line, number in facts)]) if facts else ""
        return Outcome(
            text, route, evidence=tuple(evidence), citations=tuple(citation_of(*each) for each in cited),
            support=tuple(Support(line, 1.0, True, (number,)) for line, number in facts),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Gaps:
    """What a draft leaves to the person."""

    blanks: Sequence[str]
    left_out: int

    def notes(self, language: str) -> list[str]:
        """In words."""
        said = [message("draft_unsent", language)]
        if self.blanks:
            said.append(message("draft_fill_in", language, blanks=", ".join(self.blanks)))
        return [*said, counted("draft_left_out", self.left_out, language)] if self.left_out else said


def _in_language(evidence: Evidence, line: Sentence, language: str, ask: Writer) -> str:
    """A fact as it stands in a draft; in the draft's language, if its translation keeps what is exact."""
    text = without_markers(shown(line))
    if evidence.passage.language in (None, language):
        return text
    result = translated(text, language, ask)
    return result.text if result.holds else text


def _facts(evidence: Sequence[Evidence]) -> list[str]:
    """The lines under their headings."""
    return [
        f"{each.passage.heading[-1] if each.passage.heading else each.passage.title}: {plain(line)}"
        for each in evidence
        for line in each.selected
    ]
