"""Examples out of an installation: thumbs, corrections, and what people answered when a conversation was handed over.

A thumb becomes a verdict on the reply; a correction becomes the reply to learn, and a pair with the reply it corrects;
a person's answer becomes a reply to learn. Each carries the prompt of its turn and where it comes from.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from assistant.errors import NotFound
from assistant.finetuning.layout import Laid, Layout, Reply
from assistant.handoff.record import HandedOver
from assistant.messages import LANGUAGES
from assistant.storage.records import Feedback
from assistant.turn.answer import Answer
from finetune.errors import ExamplesInvalid
from finetune.examples import Example, Kind, Origin, Source, example
from finetune.groups import common
from finetune.privacy.scrub import Scrubber, scrubbed
from finetune.privacy.spans import Finder, nothing

LICENCE = "own"
# Answers to the person who asked, without what that person may not read any more. Raises NotFound.
Answers = Callable[[str, str], Answer]


class HandOffs(Protocol):
    """Where conversations that were handed over are kept."""

    def answered(self) -> Iterable[HandedOver]:
        """Those that a person has answered."""


@dataclass(frozen=True, slots=True)
class Collected:
    """Examples, newest first; what their authors said of them, by id; and how many were left out, by reason."""

    examples: tuple[Example, ...]
    notes: Mapping[str, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


class Collector:
    """Makes examples of feedback; `audiences` are the groups that may read each document that is there.

    `finder` finds personal data beside our own rules.
    """

    def __init__(
        self, answers: Answers, layout: Layout, audiences: Mapping[str, Collection[str]], finder: Finder = nothing
    ) -> None:
        self._answers = answers
        self._layout = layout
        self._audiences = audiences
        self._finder = finder

    def collect(self, feedback: Iterable[Feedback], handed_over: Iterable[HandedOver] = ()) -> Collected:
        """Everything that can be learnt from, without personal data and secrets."""
        found, notes, left_out = dict[str, Example](), dict[str, str](), Counter[str]()
        for given in feedback:
            for made in self._each(lambda given=given: self._of_feedback(given), left_out):  # type: ignore[misc]
                found[made.id] = made
                if given.reason:
                    notes[made.id] = Scrubber(self._finder).clean(given.reason)
        for over in handed_over:
            found |= {made.id: made for made in self._each(lambda over=over: self._of_hand_off(over), left_out)}  # type: ignore[misc]
        order = sorted(found.values(), key=lambda each: (each.origin.created, each.id), reverse=True)
        return Collected(tuple(order), notes, left_out)

    def _each(self, make: Callable[[], Iterator[Example]], left_out: Counter[str]) -> list[Example]:
        try:
            return [scrubbed(each, self._finder)[0] for each in make()]
        except _LeftOut as reason:
            left_out[str(reason)] += 1
        except NotFound:
            left_out["the answer is gone"] += 1
        except ExamplesInvalid as error:
            left_out[str(error)] += 1
        return []

    def _of_feedback(self, given: Feedback) -> Iterator[Example]:
        answer = self._answers(given.user_id, given.answer_id)
        if not given.correction.strip():
            laid = self._laid(answer)
            stored = laid.stored()
            if stored is None:
                raise _LeftOut("no model's words were shown (a quotation)")
            yield self._made("verdict", laid, stored, answer, given, "feedback", good=given.verdict == "up")
            return
        laid, corrected = self._backed(answer, given.correction, "the correction")
        yield self._made("chat", laid, corrected, answer, given, "edit")
        stored = laid.stored()
        if stored is not None and stored.text != corrected.text:
            yield self._made("preference", laid, corrected, answer, given, "edit", rejected=stored.text)

    def _of_hand_off(self, over: HandedOver) -> Iterator[Example]:
        answer = self._answers(over.user_id, over.answer_id)
        laid, reply = self._backed(answer, over.reply, "the person's reply")
        yield self._made("chat", laid, reply, answer, over, "handoff")

    def _backed(self, answer: Answer, text: str, what: str) -> tuple[Laid, Reply]:
        """What a person said, and a prompt that backs it: what was read, else all that was found. Raises _LeftOut."""
        for everything in (False, True):
            laid = self._laid(answer, everything=everything)
            if reply := laid.said(text):
                return laid, reply
        raise _LeftOut(f"nothing that was found backs {what}")

    def _laid(self, answer: Answer, *, everything: bool = False) -> Laid:
        """The answer's prompt, if it can be learnt from. Raises _LeftOut."""
        if answer.calls or answer.task is not None or not answer.evidence:
            raise _LeftOut("it was not answered from documents")
        if answer.understanding.language not in LANGUAGES:
            raise _LeftOut("it is in another language")
        shown = {each.passage.document_id for each in answer.evidence}
        if not shown <= set(self._audiences):
            raise _LeftOut("one of its documents is gone, or may not be read any more")
        return self._layout.lay(answer, everything=everything)

    def _made(
        self, kind: Kind, laid: Laid, reply: Reply, answer: Answer, of: Feedback | HandedOver, source: Source,
        rejected: str = "", good: bool | None = None,
    ) -> Example:  # fmt: skip
        documents = tuple(dict.fromkeys((*reply.documents, *laid.documents)))
        groups = common(self._audiences[each] for each in documents)
        if not groups:
            raise _LeftOut("no group may read all of its documents")
        origin = Origin(
            source, of.user_id, answer.conversation_id, documents, LICENCE, groups, answer.understanding.language,
            of.created.isoformat(timespec="seconds"),
        )  # fmt: skip
        return example(kind, laid.messages, reply.text, origin, rejected, good)


class _LeftOut(Exception):
    """Why feedback makes no example."""
