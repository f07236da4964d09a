"""Takes personal data and secrets out of examples. What stands in several places of an example has one name in all."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from finetune.examples import Example, identified
from finetune.privacy.personal import personal_spans
from finetune.privacy.secrets import secret_spans
from finetune.privacy.spans import Finder, Span, apart, nothing, with_more

_FILLER = re.compile(r"[\s./()-]+")


@dataclass(slots=True)
class Scrubber:
    """Replaces what is private by `[kind_number]`, for one example; `found` counts the kinds, `finder` finds more."""

    finder: Finder = nothing
    found: Counter[str] = field(default_factory=Counter)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def clean(self, text: str) -> str:
        """The text without anything private."""
        pieces, end = [], 0
        for span in private_spans(text, self.finder):
            pieces += [text[end : span.start], self._name(span.kind, text[span.start : span.end])]
            end = span.end
        return "".join(pieces) + text[end:]

    def _name(self, kind: str, value: str) -> str:
        self.found[kind] += 1
        same = (kind, _FILLER.sub("", value).casefold())
        if same not in self._names:
            self._names[same] = f"[{kind}_{1 + sum(known == kind for known, _ in self._names)}]"
        return self._names[same]


def private_spans(text: str, finder: Finder = nothing) -> list[Span]:
    """Every place of a text with personal data or a secret, without overlaps; ours first, then what `finder` adds."""
    return with_more(apart([*personal_spans(text), *secret_spans(text)]), finder(text))


def scrubbed(example: Example, finder: Finder = nothing) -> tuple[Example, Counter[str]]:
    """An example without anything private, and what was found; with a new id when something was.

    A digest of the old content would let a telephone number be guessed.
    """
    scrubber = Scrubber(finder)
    messages = tuple(replace(each, content=scrubber.clean(each.content)) for each in example.messages)
    completion, rejected = scrubber.clean(example.completion), scrubber.clean(example.rejected)
    if not scrubber.found:
        return example, scrubber.found
    clean = replace(example, messages=messages, completion=completion, rejected=rejected)
    return identified(clean), scrubber.found


def scrub_all(examples: Sequence[Example], finder: Finder = nothing) -> tuple[list[Example], Counter[str]]:
    """All examples without anything private, in the same order, and how often each kind was found."""
    found: Counter[str] = Counter()
    clean = []
    for each in examples:
        one, kinds = scrubbed(each, finder)
        found += kinds
        clean.append(one)
    return clean, found
